"""The processes of one host: who runs what, with which open files, and how they are ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from practice.host.files import ROOT, Who
from practice.shell.streams import Stream

TICKS_PER_S = 100
SIGNALS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10,
    "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "CHLD": 17, "CONT": 18, "STOP": 19,
}  # fmt: skip


@dataclass(eq=False, slots=True)
class Process:
    """One process. `argv` is what `pgrep -a` shows."""

    pid: int
    ppid: int
    argv: tuple[str, ...]
    who: Who = ROOT
    cwd: str = "/"
    env: dict[str, str] = field(default_factory=dict)
    fds: dict[int, Stream] = field(default_factory=dict)
    umask: int = 0o022
    started_ticks: int = 0
    on_signal: Callable[[int], None] | None = None
    """Of a simulated daemon: what a signal does to it."""
    task: asyncio.Task[int] | None = None
    signal: int = 0
    """By which it was ended."""
    ignores: set[int] = field(default_factory=set)
    is_fork: bool = False
    """It goes on in its parent's program, as a subshell does."""

    @property
    def name(self) -> str:
        """As the kernel has it: 15 characters at most."""
        return self.argv[0].rpartition("/")[2].lstrip("-")[:15] if self.argv else ""

    def set_fd(self, number: int, stream: Stream | None) -> None:
        """Let a descriptor stand for a stream, or close it."""
        before = self.fds.pop(number, None)
        if stream is not None:
            self.fds[number] = stream.opened()
        if before is not None:
            before.closed()

    def close(self) -> None:
        """Close all descriptors."""
        streams, self.fds = list(self.fds.values()), {}
        for stream in streams:
            stream.closed()


class Processes:
    """The process table of one host."""

    def __init__(self, uptime_s: Callable[[], float], first_pid: int = 300) -> None:
        self._uptime_s = uptime_s
        self._next = first_pid
        self.table: dict[int, Process] = {}
        self.on_begun: list[Callable[[Process], None]] = []
        """Called when a process was made, before it does anything: a gate for tests and drills."""
        self.on_ended: list[Callable[[Process], None]] = []
        """Called when a process is over, before whoever waits for it learns that."""

    def make(
        self,
        argv: tuple[str, ...],
        *,
        parent: Process | None = None,
        pid: int | None = None,
        is_fork: bool = False,
    ) -> Process:
        """Add a process, a copy of its parent in all but its arguments."""
        number = pid if pid is not None else self._free_pid()
        process = Process(number, parent.pid if parent else 1, argv, is_fork=is_fork)
        if parent is not None:
            process.who, process.cwd, process.umask = parent.who, parent.cwd, parent.umask
            process.env = dict(parent.env)
            process.fds = {fd: stream.opened() for fd, stream in parent.fds.items()}
            process.ignores = set(parent.ignores)
        process.started_ticks = int(self._uptime_s() * TICKS_PER_S)
        self.table[number] = process
        for call in list(self.on_begun):
            call(process)
        return process

    def end(self, process: Process) -> None:
        """Take it from the table and close what it has open."""
        known = self.table.pop(process.pid, None)
        process.close()
        for call in list(self.on_ended) if known is process else ():
            call(process)

    def kill(self, pid: int, signal: int) -> bool:
        """Send a signal; false: there is no such process."""
        process = self.table.get(pid)
        if process is None:
            return False
        if signal in {0, 17, 18, 19} or (signal != 9 and signal in process.ignores):
            return True
        if process.on_signal is not None:
            process.on_signal(signal)
        elif process.task is not None:
            process.signal = signal
            process.task.cancel()
        return True

    def start(self, process: Process, run: Coroutine[object, object, int]) -> asyncio.Task[int]:
        """Run a process as a task; its result is the exit status, 128 and the signal when it was killed."""

        async def whole() -> int:
            try:
                return await run
            except asyncio.CancelledError:
                if process.signal:
                    return 128 + process.signal
                raise
            finally:
                self.end(process)

        process.task = asyncio.get_running_loop().create_task(whole(), name=f"{process.pid} {process.name}")
        return process.task

    async def end_all(self) -> None:
        """End every process that runs a command: the host goes down."""
        tasks = [process.task for process in list(self.table.values()) if process.task is not None]
        for process in list(self.table.values()):
            process.signal = 9
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.table.clear()

    def _free_pid(self) -> int:
        while True:
            self._next = self._next + 1 if self._next < 32767 else 300
            if self._next not in self.table:
                return self._next
