"""cat, head, tail, wc, tee: whole files, and their beginnings and ends."""

from __future__ import annotations

import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.host.errors import KernelError
from practice.shell.programs import Call
from practice.shell.redirects import open_file
from practice.shell.streams import Stream


async def content(call: Call, path: str) -> bytes:
    """All of a file, or of standard input for a dash. Raises `KernelError` with the name as given."""
    if path == "-":
        return await call.stdin.read_all()
    stream = opened(call, path)
    return await stream.read_all()


def opened(call: Call, path: str) -> Stream:
    """Open a file to read. Raises `KernelError` with the name as given."""
    if path == "-":
        return call.stdin
    from practice.shell.interpreter import Shell

    return open_file(Shell(call.machine, call.process), path, "<")


async def texts(call: Call, paths: list[str]) -> tuple[list[tuple[str, str]], int]:
    """The text of each file that can be read, by name, and 1 when one could not; standard input for none."""
    found: list[tuple[str, str]] = []
    status = 0
    for path in paths or ["-"]:
        try:
            found.append((path, (await content(call, path)).decode("utf-8", "surrogateescape")))
        except KernelError as error:
            status = await call.warn(f"{path}: {error.text}")
    return found, status


@program("cat")
async def cat(call: Call) -> int:
    """Write files one after the other, as they come."""
    try:
        words = read_options(call.args, flags="nu").words
    except OptionFault as fault:
        return await call.warn(str(fault))
    status = 0
    for path in words or ["-"]:
        try:
            stream = opened(call, path)
            while chunk := await stream.read():
                await call.stdout.write(chunk)
        except KernelError as error:
            if error.path == "" and path != "-":
                raise
            status = await call.warn(f"{path}: {error.text}")
    return status


@program("head")
async def head(call: Call) -> int:
    """The first lines or bytes of files."""
    args = [re.sub(r"^-([0-9]+)$", r"-n\1", arg) for arg in call.args]
    try:
        given = read_options(args, flags="qv", valued="nc", long_valued="lines bytes")
    except OptionFault as fault:
        return await call.warn(str(fault))
    lines, size = given.last("n", "lines", default="10"), given.last("c", "bytes")
    count = _count(size or lines)
    if count is None:
        return await call.warn(f"invalid number of {'bytes' if size else 'lines'}: '{size or lines}'")
    status, is_first = 0, True
    for path in given.words or ["-"]:
        try:
            data = await _beginning(opened(call, path), count, by_lines=not size)
        except KernelError as error:
            status = await call.warn(f"cannot open '{path}' for reading: {error.text}")
            continue
        if given.has("v") or (len(given.words) > 1 and not given.has("q")):
            await call.say(f"{'' if is_first else chr(10)}==> {path} <==\n")
        is_first = False
        await call.stdout.write(data)
    return status


async def _beginning(stream: Stream, count: int, *, by_lines: bool) -> bytes:
    parts: list[bytes] = []
    left = count
    while left > 0:
        chunk = await (stream.read_line() if by_lines else stream.read(min(left, 65536)))
        if not chunk:
            break
        parts.append(chunk)
        left -= 1 if by_lines else len(chunk)
    return b"".join(parts)


def _count(text: str) -> int | None:
    match = re.fullmatch(r"([-+]?)([0-9]{1,12})([kKMG]?)B?", text)
    if not match:
        return None
    number = int(match.group(2)) * {"": 1, "k": 1024, "K": 1024, "M": 1 << 20, "G": 1 << 30}[match.group(3)]
    return -number if match.group(1) == "-" else number


@program("tail")
async def tail(call: Call) -> int:
    """The last lines or bytes of files; with -f what comes after them too."""
    args = [re.sub(r"^-([0-9]+)$", r"-n\1", arg) for arg in call.args]
    try:
        given = read_options(args, flags="qvfF", valued="nc", long="follow", long_valued="lines bytes")
    except OptionFault as fault:
        return await call.warn(str(fault))
    lines, size = given.last("n", "lines", default="10"), given.last("c", "bytes")
    count = _count((size or lines).lstrip("+"))
    if count is None:
        return await call.warn(f"invalid number of {'bytes' if size else 'lines'}: '{size or lines}'")
    status, shows_names = 0, given.has("v") or (len(given.words) > 1 and not given.has("q"))
    for at, path in enumerate(given.words or ["-"]):
        try:
            data = await content(call, path)
        except KernelError as error:
            status = await call.warn(f"cannot open '{path}' for reading: {error.text}")
            continue
        if shows_names:
            await call.say(f"{chr(10) if at else ''}==> {path} <==\n")
        await call.stdout.write(_ending(data, count, by_lines=not size, from_start=(size or lines)[0] == "+"))
    if given.has("f", "F", "follow") and given.words:
        await _follow(call, given.words[-1])
    return status


def _ending(data: bytes, count: int, *, by_lines: bool, from_start: bool) -> bytes:
    if not by_lines:
        return data[max(0, count - 1) :] if from_start else data[max(0, len(data) - abs(count)) :]
    lines = data.splitlines(keepends=True)
    return b"".join(lines[max(0, count - 1) :] if from_start else lines[max(0, len(lines) - abs(count)) :])


async def _follow(call: Call, path: str) -> None:
    import asyncio

    seen = len(await content(call, path))
    while True:
        await asyncio.sleep(0.25)
        data = await content(call, path)
        if len(data) != seen:
            await call.stdout.write(data[min(seen, len(data)) :])
            seen = len(data)


@program("wc")
async def wc(call: Call) -> int:
    """Count lines, words, bytes."""
    try:
        given = read_options(call.args, flags="lwcm")
    except OptionFault as fault:
        return await call.warn(str(fault))
    found, status = await texts(call, given.words)
    kinds = [kind for kind in "lwcm" if given.has(kind)] or ["l", "w", "c"]
    for path, text in found:
        data = text.encode("utf-8", "surrogateescape")
        numbers = {"l": data.count(b"\n"), "w": len(data.split()), "c": len(data), "m": len(text)}
        width = 1 if len(kinds) == 1 else 7
        shown = " ".join(f"{numbers[kind]:>{width}}" for kind in kinds)
        await call.say(f"{shown} {path}\n" if given.words else f"{shown}\n")
    return status


@program("tee")
async def tee(call: Call) -> int:
    """Write what is read to files as well."""
    words = [word for word in call.args if word not in {"-a", "--append"}]
    from practice.shell.interpreter import Shell

    shell = Shell(call.machine, call.process)
    files = [open_file(shell, word, ">>" if len(words) < len(call.args) else ">") for word in words]
    while chunk := await call.stdin.read():
        for stream in (call.stdout, *files):
            await stream.write(chunk)
    return 0
