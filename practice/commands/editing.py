"""sed: s, p and d, with an address, on standard output or in place."""

from __future__ import annotations

import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.commands.reading import texts
from practice.commands.searching import to_python
from practice.host.errors import KernelError
from practice.shell.programs import Call


@program("sed")
async def sed(call: Call) -> int:
    """s/// and p and d, with an address of a line, its number or a pattern; in place with -i."""
    args = [
        f"-i{arg[10:]}" if arg.startswith("--in-place=") else "-i" if arg == "--in-place" else arg
        for arg in call.args
    ]
    suffix: str | None = None
    rest: list[str] = []
    for arg in args:
        if arg.startswith("-i") and not rest:
            suffix = arg[2:]
        else:
            rest.append(arg)
    try:
        given = read_options(rest, flags="nErs", valued="e")
        words = list(given.words)
        scripts = given.every("e") or ([words.pop(0)] if words else [])
        commands = [
            _sed_command(one, extended=given.has("E", "r")) for one in scripts for one in _sed_split(one)
        ]
    except (OptionFault, re.error) as fault:
        return await call.warn(f"-e expression #1, char 1: {fault}")
    if suffix is None:
        found, status = await texts(call, words)
        for _, text in found:
            await call.say(_sed(text, commands, quiet=given.has("n")))
        return status
    for path in words:
        try:
            _sed_in_place(call, path, suffix, commands, quiet=given.has("n"))
        except KernelError as error:
            return await call.warn(f"can't read {path}: {error.text}", 2)
    return 0


def _sed_in_place(call: Call, path: str, suffix: str, commands: list[_Edit], *, quiet: bool) -> None:
    import copy

    files, who = call.machine.files, call.process.who
    entry = files.find(call.path(path), who)
    text = files.read(call.path(path), who).decode("utf-8", "surrogateescape")
    files.parent(call.path(path), who)
    if suffix:
        files.put(call.path(f"{path}{suffix}"), copy.copy(entry), who)
    made = copy.copy(entry)
    made.data, made.mtime_s = (
        _sed(text, commands, quiet=quiet).encode("utf-8", "surrogateescape"),
        call.machine.now_s(),
    )
    files.put(call.path(path), made, who)


_Edit = tuple[re.Pattern[str] | int | None, str, "re.Pattern[str] | None", str, bool]


def _sed_split(script: str) -> list[str]:
    return [part for part in re.split(r"\n|;(?=\s*(?:/|[0-9$]|[spd]))", script) if part.strip()]


def _sed_command(text: str, *, extended: bool) -> _Edit:
    match = re.fullmatch(r"\s*(?:(\d+)|/((?:\\.|[^/\\])*)/)?\s*([spd])(.*)", text, re.DOTALL)
    if not match:
        raise OptionFault(f"unknown command: `{text[:1]}'")
    number, pattern, verb, rest = match.groups()
    address: re.Pattern[str] | int | None = int(number[:9]) if number else None
    if pattern is not None:
        address = re.compile(to_python(pattern, extended=extended))
    if verb != "s":
        return address, verb, None, "", False
    if len(rest) < 3:
        raise OptionFault("unterminated `s' command")
    mark = re.escape(rest[0])
    parts = re.fullmatch(
        rf"{mark}((?:\\.|(?!{mark}).)*){mark}((?:\\.|(?!{mark}).)*){mark}([gpIi]*)\s*", rest, re.DOTALL
    )
    if not parts:
        raise OptionFault("unterminated `s' command")
    source = parts.group(1).replace(f"\\{rest[0]}", rest[0])
    flags = re.IGNORECASE if "i" in parts.group(3).lower() else 0
    replacement = re.sub(r"\\(.)|&", _replacement_piece, parts.group(2).replace("\\n", "\n"))
    return (
        address,
        "s",
        re.compile(to_python(source, extended=extended), flags),
        replacement,
        "g" in parts.group(3),
    )


def _replacement_piece(match: re.Match[str]) -> str:
    if match.group() == "&":
        return r"\g<0>"
    char = match.group(1)
    return rf"\g<{char}>" if char.isdecimal() else "\\\\" if char == "\\" else char


def _sed(text: str, commands: list[_Edit], *, quiet: bool) -> str:
    out: list[str] = []
    for number, whole in enumerate(text.splitlines(keepends=True), 1):
        line, end = (whole[:-1], "\n") if whole.endswith("\n") else (whole, "")
        is_deleted = False
        for address, verb, pattern, replacement, everywhere in commands:
            if isinstance(address, int) and address != number:
                continue
            if isinstance(address, re.Pattern) and not address.search(line):
                continue
            if verb == "d":
                is_deleted = True
                break
            if verb == "p":
                out.append(f"{line}\n")
            elif pattern is not None:
                line = pattern.sub(replacement, line, count=0 if everywhere else 1)
        if not is_deleted and not quiet:
            out.append(line + end)
    return "".join(out)
