"""grep, egrep, fgrep, and the regular expressions of POSIX."""

from __future__ import annotations

import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.host.errors import KernelError
from practice.shell.programs import Call

_CLASSES = {"alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "digit": "0-9", "lower": "a-z",
            "upper": "A-Z", "space": r"\s", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f"}  # fmt: skip


def to_python(pattern: str, *, extended: bool) -> str:
    """Turn a POSIX regular expression into one of Python's."""
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            following = pattern[at + 1]
            at += 2
            if following in "(){}|+?" and not extended:
                out.append(following)
            else:
                out.append("\\" + following if following in "wWsSbB<>123456789" else re.escape(following))
            continue
        if char == "[":
            match = re.compile(r"\[(\^?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]").match(pattern, at)
            if match:
                inside = match.group(2).replace("\\", "\\\\")
                inside = re.sub(r"\[:([a-z]+):\]", lambda found: _CLASSES.get(found.group(1), ""), inside)
                inside = re.sub(r"^\]", r"\\]", inside).replace("[", "\\[")
                out.append(f"[{match.group(1)}{inside}]")
                at = match.end()
                continue
            out.append("\\[")
        elif char in "(){}|+?" and not extended:
            out.append("\\" + char)
        elif char == "*" and (not out or out[-1] in {"(", "|", "^"}):
            out.append("\\*")
        else:
            out.append(char)
        at += 1
    return "".join(out).replace("\\<", "\\b").replace("\\>", "\\b")


@program("grep", "egrep", "fgrep")
async def grep(call: Call) -> int:  # noqa: C901 - as many options
    """Lines that fit."""
    try:
        given = read_options(
            call.args,
            flags="EFGHhisqvcnolwxraPR",
            valued="emABC",
            long="color extended-regexp",
            long_valued="include",
        )
    except OptionFault as fault:
        return await call.warn(str(fault), 2)
    words = list(given.words)
    patterns = given.every("e") or ([words.pop(0)] if words else [])
    if not patterns:
        return await call.warn("usage: grep [OPTION]... PATTERNS [FILE]...", 2)
    try:
        expression = _expression(call, [one for text in patterns for one in text.split("\n")], given.flags)
    except re.error as error:
        return await call.warn(f"invalid regular expression: {error}", 2)
    status = 1
    for path, text, flaw in await _inputs(call, words):
        if flaw:
            if not given.has("s"):
                await call.warn(f"{path}: {flaw}", 2)
            status = 2 if status == 1 else status
            continue
        shows_name = given.has("H") or (len(words) > 1 and not given.has("h"))
        most = int(given.last("m", default="1000000") or 0)
        count = 0
        for number, line in enumerate(text.splitlines(), 1):
            found = expression.search(line)
            if bool(found) == given.has("v") or count >= most:
                continue
            count += 1
            status = 0
            if given.has("q"):
                return 0
            if not given.has("c", "l"):
                shown = found.group() if given.has("o") and found else line
                head = f"{path}:" if shows_name else ""
                await call.say(f"{head}{f'{number}:' if given.has('n') else ''}{shown}\n")
        if given.has("l") and count:
            await call.say(f"{path}\n")
        elif given.has("c"):
            await call.say(f"{path + ':' if shows_name else ''}{count}\n")
    return status


async def _inputs(call: Call, paths: list[str]) -> list[tuple[str, str, str]]:
    """(name, text, what went wrong) of each file."""
    from practice.commands.reading import content

    found: list[tuple[str, str, str]] = []
    for path in paths or ["-"]:
        try:
            text = (await content(call, path)).decode("utf-8", "surrogateescape")
            found.append(("(standard input)" if path == "-" else path, text, ""))
        except KernelError as error:
            found.append((path, "", error.text))
    return found


def _expression(call: Call, patterns: list[str], flags: set[str]) -> re.Pattern[str]:
    is_fixed = "F" in flags or call.name == "fgrep"
    is_extended = bool({"E", "P"} & flags) or call.name == "egrep"
    parts = [re.escape(text) if is_fixed else to_python(text, extended=is_extended) for text in patterns]
    whole = "|".join(f"(?:{part})" for part in parts)
    if "x" in flags:
        whole = f"^(?:{whole})$"
    elif "w" in flags:
        whole = rf"\b(?:{whole})\b"
    return re.compile(whole, re.IGNORECASE if "i" in flags else 0)


# ---- find


# ---- sed


"""(address, s or p or d, pattern, replacement, all of a line)."""
