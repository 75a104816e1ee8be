"""One line run on many hosts side by side: no host waits for another, and each one's end is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from systems.errors import SudoRefused, SystemsError
from systems.readonly import is_read_only
from systems.shell import Command, Permit, Probe

if TYPE_CHECKING:
    from systems.spool import Spool
    from tui.works import Works

FANOUT = 64
"""Hosts at once; the rest wait for a place."""


class HostState(Enum):
    """How far a host is."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"
    FAILED = "failed"
    """No exit status came; the error says why."""
    CANCELLED = "cancelled"


@dataclass(slots=True)
class HostRun:
    """The line on one host."""

    host: str
    state: HostState = HostState.WAITING
    status: int | None = None
    error: str = ""
    begun_s: float = 0.0
    ended_s: float = 0.0

    def took_s(self, now_s: float) -> float:
        """How long it has run, or ran."""
        return (self.ended_s or now_s) - self.begun_s if self.begun_s else 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is run where. A line that begins with sudo is run by root, as Quarterdeck runs it."""

    line: str
    hosts: tuple[str, ...]
    as_root: bool = False
    or_as_login: bool = False
    """Where sudo refuses, the login itself runs it: for logs, which some logins may read."""

    @classmethod
    def typed(cls, text: str, hosts: Sequence[str]) -> Order:
        """As the operator typed it."""
        line = text.strip()
        if line.startswith("sudo "):
            return cls(line.removeprefix("sudo ").strip(), tuple(hosts), as_root=True)
        return cls(line, tuple(hosts))

    @property
    def is_read_only(self) -> bool:
        """Proven to only read: it runs unarmed."""
        return is_read_only(self.line)

    def __str__(self) -> str:
        return f"sudo {self.line}" if self.as_root else self.line


@dataclass(slots=True)
class StreamJob:
    """An order being carried out; its output goes to the spool in chunks as they come."""

    order: Order
    works: Works
    spool: Spool
    hosts: dict[str, HostRun] = field(default_factory=dict)
    on_change: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.hosts = {host: HostRun(host) for host in self.order.hosts}

    @property
    def is_running(self) -> bool:
        return any(one.state in (HostState.WAITING, HostState.RUNNING) for one in self.hosts.values())

    async def carry_out(self) -> None:
        """Run it everywhere, until all have ended or it is cancelled."""
        permit: Permit | None = None
        if not self.order.is_read_only:
            from runbooks.journal.entries import Kind

            permit = self.works.arming.permit(self.works.redact, kind=Kind.EXEC)
        places = asyncio.Semaphore(FANOUT)
        await asyncio.gather(*[self._one(one, places, permit) for one in self.hosts.values()])

    async def _one(self, one: HostRun, places: asyncio.Semaphore, permit: Permit | None) -> None:
        try:
            async with places:
                one.state, one.begun_s = HostState.RUNNING, self.clock()
                self.on_change()
                one.status = await self._run(one.host, permit)
                one.state = HostState.ENDED
        except SystemsError as error:
            one.state, one.error = HostState.FAILED, str(error)
            self.spool.note(one.host, str(error))
        except asyncio.CancelledError:
            one.state = HostState.CANCELLED
            raise
        finally:
            one.ended_s = self.clock()
            self._finish(one)

    def _finish(self, one: HostRun) -> None:
        for number, source in enumerate(self.spool.sources):
            if source.host == one.host:
                self.spool.finish(number)
        if one.state is HostState.ENDED and one.status:
            self.spool.note(one.host, f"ended with status {one.status}")
        self.on_change()

    async def _run(self, host: str, permit: Permit | None) -> int:
        order = self.order
        if permit is not None:
            command = Command(order.line, as_root=order.as_root)
            return await self.works.hosts.hands(host, permit).stream(command, self.spool)
        reader = self.works.hosts.reader(host)
        try:
            return await reader.stream(Probe(order.line, as_root=order.as_root, accepts=None), self.spool)
        except SudoRefused:
            if not order.or_as_login:
                raise
            self.spool.note(host, "sudo is refused there: this is what the login itself may see")
            return await reader.stream(Probe(order.line, accepts=None), self.spool)


def status_words(job: StreamJob) -> tuple[str, int]:
    """How far all hosts are, in one line, and how bad: 0 well, 1 a status that is not 0, 2 a failure."""
    counts: dict[str, int] = {}
    worst = 0
    for one in job.hosts.values():
        words = one.state.value
        if one.state is HostState.ENDED:
            words = "ended with 0" if not one.status else f"ended with {one.status}"
            worst = max(worst, 1 if one.status else 0)
        elif one.state is HostState.FAILED:
            worst = 2
        counts[words] = counts.get(words, 0) + 1
    return ", ".join(f"{number} {words}" for words, number in counts.items()), worst
