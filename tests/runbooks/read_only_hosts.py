"""Hosts that answer "nothing" to every question, and fail the test on any change to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

from systems.errors import Unreachable
from systems.readonly import is_read_only
from systems.shell import Hands, JobReading, Jobs, JobState, Output, Permit, Probe, Reader, Sink, Stream
from tests.builders import NOON


class Changed(AssertionError):
    """Something tried to change a host."""


class ReadOnlyHosts:
    """A `Hosts` for walks; `reached` keeps every try to change one, whoever swallows the error."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.reached: list[str] = []

    def reader(self, host: str) -> Reader:
        return _Reader(host, self)

    def jobs(self, host: str) -> Jobs:
        return _Jobs()

    def hands(self, host: str, permit: Permit) -> Hands:
        self.refuse(f"somebody asked for the hands of {host}")

    def refuse(self, what: str) -> NoReturn:
        """Remember it, and fail."""
        self.reached.append(what)
        raise Changed(what)

    async def login_user(self, host: str) -> str:
        return "ops"

    async def warm(self, host: str) -> None:
        """Nothing needs to be imported for hosts that are not there."""

    async def address(self, host: str) -> str:
        return host

    async def tunnel(self, host: str, **way: object) -> NoReturn:
        raise Unreachable(f"{host}: there is no database on hosts that say nothing")

    def retry(self, host: str) -> None:
        return None

    def notes(self) -> tuple[str, ...]:
        return ()

    async def close(self) -> None:
        return None


class _Reader:
    def __init__(self, host: str, hosts: ReadOnlyHosts) -> None:
        self.host, self._hosts = host, hosts

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        if not is_read_only(probe.line):
            self._hosts.refuse(probe.line)
        self._hosts.asked.append(probe.line)
        return Output("", "", 0 if probe.accepts is None else probe.accepts[-1], NOON)

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        return tuple([await self.read(probe) for probe in probes])

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        sink.data(self.host, Stream.STDOUT, b"nothing\n")
        return (await self.read(probe)).status


class _Jobs:
    async def job(self, job: str, *, ordered_at: datetime | None, timeout_s: float = 10.0) -> JobReading:
        return JobReading(job, JobState.ABSENT, None, "", "", NOON)
