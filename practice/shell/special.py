"""The special builtins of the shell (POSIX.1-2017, Shell Command Language, 2.14)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.host.processes import SIGNALS
from practice.shell.flow import Break, Leave, Return

if TYPE_CHECKING:
    from practice.shell.interpreter import Shell


Builtin = Callable[["Shell", list[str]], Awaitable[int]]


SPECIAL: dict[str, Builtin] = {}


def _special(*names: str) -> Callable[[Builtin], Builtin]:
    def add(builtin: Builtin) -> Builtin:
        SPECIAL.update(dict.fromkeys(names, builtin))
        return builtin

    return add


@_special(":")
async def _nothing(shell: Shell, argv: list[str]) -> int:
    return 0


@_special("exit")
async def _exit(shell: Shell, argv: list[str]) -> int:
    raise Leave(_number(argv, shell.status) & 255)


@_special("return")
async def _return(shell: Shell, argv: list[str]) -> int:
    raise Return(_number(argv, shell.status) & 255)


@_special("break", "continue")
async def _break(shell: Shell, argv: list[str]) -> int:
    raise Break(max(1, _number(argv, 1)), goes_on=argv[0] == "continue")


@_special("eval")
async def _eval(shell: Shell, argv: list[str]) -> int:
    return await shell.run_text(" ".join(argv[1:])) if argv[1:] else 0


@_special(".")
async def _dot(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        await shell.complain(".: filename argument required")
        raise Leave(2)
    try:
        text = shell.machine.files.read(shell.path(argv[1]), shell.process.who)
    except KernelError:
        await shell.complain(f".: cannot open {argv[1]}: No such file")
        raise Leave(2) from None
    try:
        return await shell.run_text(text.decode("utf-8", "replace"))
    except Return as end:
        return end.status


@_special("set")
async def _set(shell: Shell, argv: list[str]) -> int:
    at = 1
    while at < len(argv) and re.fullmatch(r"[-+][a-zA-Z]+", argv[at]):
        word = argv[at]
        at += 1
        if word[1:] == "o":
            at += 1
            continue
        (shell.options.update if word[0] == "-" else shell.options.difference_update)(word[1:])
    is_marked = at < len(argv) and argv[at] in {"--", "-"}
    if is_marked or at < len(argv):
        shell.arguments = argv[at + int(is_marked) :]
    return 0


@_special("shift")
async def _shift(shell: Shell, argv: list[str]) -> int:
    count = _number(argv, 1)
    if count > len(shell.arguments):
        await shell.complain("shift: can't shift that many")
        raise Leave(2)
    shell.arguments = shell.arguments[count:]
    return 0


@_special("export", "readonly")
async def _export(shell: Shell, argv: list[str]) -> int:
    for word in argv[1:]:
        name, equals, value = word.partition("=")
        if equals:
            shell.set(name, value)
        if argv[0] == "export" and name != "-p":
            shell.exported.add(name)
    return 0


@_special("unset")
async def _unset(shell: Shell, argv: list[str]) -> int:
    names = [word for word in argv[1:] if word not in {"-v", "-f"}]
    for name in names:
        if "-f" in argv[1:2]:
            shell.functions.pop(name, None)
        else:
            shell.variables.pop(name, None)
            shell.exported.discard(name)
    return 0


@_special("trap")
async def _trap(shell: Shell, argv: list[str]) -> int:
    """Only ignoring a signal has an effect: nothing here needs more."""
    for name in argv[2:]:
        number = SIGNALS.get(name.removeprefix("SIG"), int(name) if name.isdecimal() else 0)
        if argv[1] == "":
            shell.process.ignores.add(number)
        else:
            shell.process.ignores.discard(number)
    return 0


@_special("times")
async def _times(shell: Shell, argv: list[str]) -> int:
    await shell.stream(1).write(b"0m0.000000s 0m0.000000s\n0m0.000000s 0m0.000000s\n")
    return 0


def _number(argv: list[str], default: int) -> int:
    return int(argv[1]) if len(argv) > 1 and re.fullmatch(r"[0-9]{1,9}", argv[1]) else default
