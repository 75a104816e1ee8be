"""Finds and runs programs: what is executable on the simulated host, nothing else."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.host.files import Entry, may
from practice.shell.streams import Nothing, Stream

if TYPE_CHECKING:
    from practice.host.machine import Machine
    from practice.host.processes import Process
    from practice.shell.interpreter import Shell


@dataclass(frozen=True, slots=True)
class Call:
    """One program that runs: its arguments, its process, the shell that started it."""

    argv: tuple[str, ...]
    process: Process
    shell: Shell

    @property
    def machine(self) -> Machine:
        return self.shell.machine

    @property
    def args(self) -> tuple[str, ...]:
        """Without the program's own name."""
        return self.argv[1:]

    @property
    def name(self) -> str:
        return self.argv[0].rpartition("/")[2]

    @property
    def stdin(self) -> Stream:
        return self.process.fds.get(0) or Nothing()

    @property
    def stdout(self) -> Stream:
        return self.process.fds.get(1) or Nothing()

    def path(self, path: str) -> str:
        """An absolute path."""
        return path if path.startswith("/") else f"{self.process.cwd.rstrip('/')}/{path}"

    async def say(self, text: str) -> None:
        """Write to standard output."""
        await self.stdout.write(text.encode("utf-8", "surrogateescape"))

    async def warn(self, text: str, status: int = 1) -> int:
        """Write one line to standard error, with the program's name; returns the exit status."""
        stream = self.process.fds.get(2)
        if stream is not None:
            await stream.write(f"{self.name}: {text}\n".encode("utf-8", "surrogateescape"))
        return status


Program = Callable[[Call], Awaitable[int]]


def locate(shell: Shell, name: str) -> str | None:
    """The path of a program that may be run, as `command -v` finds it."""
    if "/" in name:
        return name if _runnable(shell, shell.path(name)) else None
    for folder in (shell.get("PATH") or "/usr/bin:/bin").split(":"):
        path = f"{folder.rstrip('/')}/{name}"
        if folder and _runnable(shell, path):
            return path
    return None


def _runnable(shell: Shell, path: str) -> Entry | None:
    try:
        entry = shell.machine.files.find(path, shell.process.who)
    except KernelError:
        return None
    return entry if entry.kind == "f" and may(entry, shell.process.who, 1) else None


async def execute(shell: Shell, argv: list[str], values: dict[str, str] | None = None) -> int:
    """Run a program and wait for it; 127: there is none of that name, 126: it may not be run."""
    path = locate(shell, argv[0])
    if path is None:
        if "/" in argv[0] and shell.machine.files.exists(shell.path(argv[0])):
            await shell.complain(f"{argv[0]}: Permission denied")
            return 126
        await shell.complain(f"{argv[0]}: not found")
        return 127
    entry = shell.machine.files.find(shell.path(path), shell.process.who)
    process = shell.machine.processes.make(tuple(argv), parent=shell.process)
    process.env = {**shell.environment(), **(values or {})}
    try:
        return await _run(shell, entry, Call(tuple(argv), process, shell))
    except KernelError as error:
        if error.number == errno.EPIPE:
            return 141
        where = f"{error.path}: " if error.path else ""
        if error.number == errno.ENOSPC:
            where = "write error: "
        return await Call(tuple(argv), process, shell).warn(f"{where}{error.text}")
    finally:
        shell.machine.processes.end(process)


async def _run(shell: Shell, entry: Entry, call: Call) -> int:
    from practice.shell.interpreter import Shell as Another

    program = entry.payload
    if callable(program):
        await shell.budget.spend()
        status = program(call)
        return int(await status)
    if not entry.data:
        return await call.warn("is not part of the practice estate", 127)
    inner = Another(shell.machine, call.process, name=call.argv[0], budget=shell.budget)
    inner.arguments = list(call.args)
    inner.depth = shell.depth
    return await inner.whole(entry.data.decode("utf-8", "replace"))
