"""The commands that the shell carries out itself (POSIX.1-2017, and what dash adds)."""

from __future__ import annotations

import asyncio
import errno
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.shell.conditions import TestFault, test
from practice.shell.printing import echoed, printed
from practice.shell.programs import locate
from practice.shell.special import SPECIAL, Builtin

if TYPE_CHECKING:
    from practice.shell.interpreter import Shell

BUILTINS: dict[str, Builtin] = {}


def _builtin(*names: str) -> Callable[[Builtin], Builtin]:
    def add(builtin: Builtin) -> Builtin:
        BUILTINS.update(dict.fromkeys(names, builtin))
        return builtin

    return add


@_builtin("true")
async def _true(shell: Shell, argv: list[str]) -> int:
    return 0


@_builtin("false")
async def _false(shell: Shell, argv: list[str]) -> int:
    return 1


@_builtin("echo")
async def _echo(shell: Shell, argv: list[str]) -> int:
    await shell.stream(1).write(echoed(argv[1:]).encode("utf-8", "surrogateescape"))
    return 0


@_builtin("printf")
async def _printf(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        await shell.complain("printf: usage: printf format [arg ...]")
        return 2
    args = argv[2:] if argv[1] == "--" else argv[1:]
    text, flaw = printed(args[0], args[1:]) if args else ("", "")
    await shell.stream(1).write(text.encode("utf-8", "surrogateescape"))
    if flaw:
        await shell.complain(f"printf: {flaw}")
    return int(bool(flaw))


@_builtin("test", "[")
async def _test(shell: Shell, argv: list[str]) -> int:
    words = argv[1:]
    if argv[0] == "[":
        if not words or words[-1] != "]":
            await shell.complain("[: missing ]")
            return 2
        words = words[:-1]
    try:
        return int(not test(shell, words))
    except TestFault as error:
        await shell.complain(f"{argv[0]}: {error}")
        return 2


@_builtin("cd")
async def _cd(shell: Shell, argv: list[str]) -> int:
    words = [word for word in argv[1:] if word not in {"--", "-P", "-L"}]
    target = words[0] if words else (shell.get("HOME") or "/")
    try:
        if shell.machine.files.find(shell.path(target), shell.process.who).kind != "d":
            raise KernelError(errno.ENOTDIR)
    except KernelError:
        await shell.complain(f"cd: can't cd to {target}")
        return 2
    import posixpath

    shell.process.cwd = posixpath.normpath(shell.path(target))
    shell.set("PWD", shell.process.cwd)
    return 0


@_builtin("pwd")
async def _pwd(shell: Shell, argv: list[str]) -> int:
    await shell.stream(1).write(f"{shell.process.cwd}\n".encode())
    return 0


@_builtin("umask")
async def _umask(shell: Shell, argv: list[str]) -> int:
    if len(argv) > 1:
        if not re.fullmatch(r"[0-7]{1,4}", argv[1]):
            await shell.complain(f"umask: Illegal mode: {argv[1]}")
            return 2
        shell.process.umask = int(argv[1], 8)
    else:
        await shell.stream(1).write(f"{shell.process.umask:04o}\n".encode())
    return 0


@_builtin("read")
async def _read(shell: Shell, argv: list[str]) -> int:
    words = argv[1:]
    is_raw = False
    while words and words[0].startswith("-"):
        is_raw = is_raw or "r" in words[0]
        words = words[1:]
    line = (await shell.stream(0).read_line()).decode("utf-8", "surrogateescape")
    ended = line.endswith("\n")
    text = line.rstrip("\n") if is_raw else re.sub(r"\\(.)", r"\1", line.rstrip("\n"))
    ifs = shell.get("IFS")
    ifs = " \t\n" if ifs is None else ifs
    names = words or ["REPLY"]
    values = _cut(text, ifs, len(names))
    for at, name in enumerate(names):
        shell.set(name, values[at] if at < len(values) else "")
    return 0 if ended else 1


def _cut(text: str, ifs: str, count: int) -> list[str]:
    if not ifs:
        return [text]
    blanks = "".join(char for char in ifs if char in " \t\n")
    others = "".join(char for char in ifs if char not in " \t\n")
    text = text.strip(blanks) if blanks else text
    if count == 1:
        return [text]
    blank = f"[{re.escape(blanks)}]" if blanks else "(?!)"
    other = f"[{re.escape(others)}]" if others else "(?!)"
    return re.split(f"(?:{blank})*(?:{other})(?:{blank})*|(?:{blank})+", text, maxsplit=count - 1)


@_builtin("command", "type")
async def _command(shell: Shell, argv: list[str]) -> int:
    from practice.shell.simple import call

    words = argv[1:]
    if argv[0] == "command" and words[:1] not in (["-v"], ["-V"]):
        words = words[1:] if words[:1] in (["-p"], ["--"]) else words
        return await call(shell, words) if words else 0
    names = words if argv[0] == "type" else words[1:2]
    status = 0
    for name in names:
        is_own = name in SPECIAL or name in BUILTINS or name in shell.functions or name == "exec"
        path = name if is_own else locate(shell, name)
        if path is None:
            status = 127
            continue
        shown = path if argv[0] == "command" else f"{name} is {path}"
        await shell.stream(1).write(f"{shown}\n".encode())
    return status


@_builtin("wait")
async def _wait(shell: Shell, argv: list[str]) -> int:
    pids = [int(word) for word in argv[1:] if word.isdecimal()] or list(shell.jobs)
    status = 0
    for pid in pids:
        task = shell.jobs.pop(pid, None)
        if task is None:
            status = 127
            continue
        await asyncio.wait([task])
        status = 143 if task.cancelled() else task.result()
    return status if len(argv) > 1 else 0


@_builtin("kill")
async def _kill(shell: Shell, argv: list[str]) -> int:
    from practice.commands.processes import kill_words

    return await kill_words(shell, argv[1:])


@_builtin("local")
async def _local(shell: Shell, argv: list[str]) -> int:
    for word in argv[1:]:
        name, equals, value = word.partition("=")
        shell.set(name, value if equals else shell.get(name) or "")
    return 0


@_builtin("ulimit", "hash", "alias", "unalias", "jobs", "bg", "fg")
async def _unmodelled(shell: Shell, argv: list[str]) -> int:
    if argv[0] == "ulimit":
        await shell.stream(1).write(b"unlimited\n")
    return 0


@_builtin("getopts")
async def _getopts(shell: Shell, argv: list[str]) -> int:
    return 1
