"""sort, uniq, cut, tr, basename, dirname, readlink, realpath, seq."""

from __future__ import annotations

import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.commands.reading import texts
from practice.host.errors import KernelError
from practice.shell.programs import Call


@program("sort")
async def sort(call: Call) -> int:
    """Sort lines: as text or by number, whole or by one field."""
    try:
        given = read_options(call.args, flags="rnuhfV", valued="kt")
    except OptionFault as fault:
        return await call.warn(str(fault), 2)
    found, status = await texts(call, given.words)
    lines = [line for _, text in found for line in text.splitlines()]
    column = re.match(r"[0-9]{1,4}", given.last("k"))
    separator = given.last("t") or None

    def key(line: str) -> tuple[float, str]:
        words = line.split(separator) if column else []
        text = " ".join(words[int(column.group()) - 1 :]) if column else line
        number = re.match(r"\s*(-?[0-9]+(?:\.[0-9]+)?)", text[:50])
        return (float(number.group(1)) if number and given.has("n", "h") else 0.0, text)

    lines.sort(key=key, reverse=given.has("r"))
    if given.has("u"):
        lines = list(dict.fromkeys(lines))
    await call.say("".join(f"{line}\n" for line in lines))
    return status and 2


@program("uniq")
async def uniq(call: Call) -> int:
    """Leave out lines that repeat the one before."""
    try:
        given = read_options(call.args, flags="cdu")
    except OptionFault as fault:
        return await call.warn(str(fault))
    found, status = await texts(call, given.words[:1])
    groups: list[tuple[str, int]] = []
    for line in (line for _, text in found for line in text.splitlines()):
        if groups and groups[-1][0] == line:
            groups[-1] = (line, groups[-1][1] + 1)
        else:
            groups.append((line, 1))
    for line, count in groups:
        if (given.has("d") and count == 1) or (given.has("u") and count > 1):
            continue
        await call.say(f"{count:7} {line}\n" if given.has("c") else f"{line}\n")
    return status


@program("cut")
async def cut(call: Call) -> int:
    """Fields or characters of each line."""
    try:
        given = read_options(call.args, flags="s", valued="dfcb")
    except OptionFault as fault:
        return await call.warn(str(fault))
    spec = given.last("f", "c", "b")
    ranges = [re.fullmatch(r"([0-9]{0,5})(-?)([0-9]{0,5})", part) for part in spec.split(",")]
    if not spec or not all(ranges):
        return await call.warn("you must specify a list of bytes, characters, or fields")
    delimiter = given.last("d", default="\t")
    found, status = await texts(call, given.words)

    def chosen(at: int) -> bool:
        return any(m and _within(at, m.group(1), m.group(2), m.group(3)) for m in ranges)

    for line in (line for _, text in found for line in text.splitlines()):
        if not given.has("f"):
            await call.say("".join(char for at, char in enumerate(line, 1) if chosen(at)) + "\n")
        elif delimiter in line:
            fields = line.split(delimiter)
            await call.say(delimiter.join(field for at, field in enumerate(fields, 1) if chosen(at)) + "\n")
        elif not given.has("s"):
            await call.say(f"{line}\n")
    return status


def _within(at: int, low: str, dash: str, high: str) -> bool:
    if not dash:
        return at == int(low or 0)
    return int(low or 1) <= at <= int(high or 10**6)


@program("tr")
async def tr(call: Call) -> int:
    """Replace or delete characters."""
    words = [word for word in call.args if not word.startswith("-")]
    deletes = any(word.startswith("-") and "d" in word for word in call.args)
    if not words or (len(words) < 2 and not deletes):
        return await call.warn("missing operand")
    sets = [_characters(word) for word in words]
    text = (await call.stdin.read_all()).decode("utf-8", "surrogateescape")
    if deletes:
        table = {ord(char): None for char in sets[0]}
        await call.say(text.translate(table))
        return 0
    last = sets[1][-1] if sets[1] else ""
    pairs = {char: sets[1][at] if at < len(sets[1]) else last for at, char in enumerate(sets[0])}
    await call.say("".join(pairs.get(char, char) for char in text))
    return 0


def _characters(spec: str) -> str:
    from practice.shell.printing import unescaped

    classes = {"[:upper:]": "A-Z", "[:lower:]": "a-z", "[:digit:]": "0-9", "[:space:]": " \t\n\r\v\f"}
    for name, chars in classes.items():
        spec = spec.replace(name, chars)
    text = unescaped(spec, octal_after_zero=False)[0][:1000]

    def spread(match: re.Match[str]) -> str:
        return "".join(map(chr, range(ord(match.group(1)), min(ord(match.group(2)), 255) + 1)))

    return re.sub(r"(.)-(.)", spread, text, flags=re.DOTALL)


@program("basename", "dirname")
async def basename(call: Call) -> int:
    """The last name of a path, or what stands before it."""
    import posixpath

    if not call.args:
        return await call.warn("missing operand")
    path = call.args[0].rstrip("/") or "/"
    if call.name == "dirname":
        await call.say(f"{posixpath.dirname(path) or '.'}\n")
    else:
        name = posixpath.basename(path) or "/"
        suffix = call.args[1] if len(call.args) > 1 else ""
        await call.say(f"{name.removesuffix(suffix) if name != suffix else name}\n")
    return 0


@program("readlink", "realpath")
async def readlink(call: Call) -> int:
    """Where a link leads."""
    import posixpath

    words = [word for word in call.args if not word.startswith("-")]
    for word in words:
        try:
            entry = call.machine.files.find(call.path(word), call.process.who, follow=False)
        except KernelError:
            return 1
        follows = call.name == "realpath" or len(words) < len(call.args)
        if entry.kind == "l":
            await call.say(f"{entry.target}\n")
        elif follows:
            await call.say(f"{posixpath.normpath(call.path(word))}\n")
        else:
            return 1
    return 0


@program("seq")
async def seq(call: Call) -> int:
    """Numbers in a row."""
    if not call.args or not all(re.fullmatch("-?[0-9]{1,6}", arg) for arg in call.args):
        return await call.warn("invalid argument")
    numbers = [int(arg) for arg in call.args]
    first, last = (1, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[-1])
    await call.say("".join(f"{number}\n" for number in range(first, last + 1)))
    return 0
