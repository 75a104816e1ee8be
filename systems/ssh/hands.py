"""Changes a host over its kept connection: `Hands` and `Jobs` of `systems.shell`."""

from __future__ import annotations

import asyncio
import secrets
import shlex
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from systems.errors import LinkLost, SudoRefused, SystemsError, TimedOut, Unreachable
from systems.shell import Command, JobReading, JobState, Output, Permit, Sink
from systems.ssh.job import LATE_S, Talk, TooLate, check_name
from systems.ssh.wrap import PATH_FIRST, ends_with_its_channel

if TYPE_CHECKING:
    import asyncssh

    from systems.ssh.link import Link
    from systems.ssh.root import Root

_GRACE_S = 5.0
"""What the host gets beyond its own limit to say that it has reached it."""
_OUTPUT_BYTES = 16 << 20
_NOT_THERE = (JobState.ABSENT, JobState.FORGOTTEN)


@dataclass(slots=True)
class JobDesk:
    """The jobs of one host: starts and looks at them. Shared by its hands and by who only reads them."""

    link: Link
    root: Root
    _host_clock_s: float | None = None
    """The host's time less our monotonic one, measured when first needed."""
    _unsure_until: dict[str, float] = field(default_factory=dict)
    """Jobs whose start may still be on its way to the host, and until when, by our monotonic clock."""

    @property
    def host(self) -> str:
        return self.link.target.host

    async def change(self, command: Command, job: str, timeout_s: float) -> JobReading:
        """Start the job unless it exists, and follow it until it ends or the time is over."""
        until = time.monotonic() + timeout_s
        connection = await self.link.connection(deadline_s=timeout_s)
        clock_s = await self._clock(connection, until)
        try:
            return await self._start(connection, command, job, clock_s, until)
        except TooLate:
            self._host_clock_s = None
        clock_s = await self._clock(connection, until)
        return await self._start(connection, command, job, clock_s, until)

    async def look(self, job: str, ordered_at: datetime | None, timeout_s: float) -> JobReading:
        """Tell what became of a job. That it is not there is only said when no start can arrive any more."""
        until = time.monotonic() + timeout_s
        while True:
            connection = await self.link.connection(deadline_s=max(0.1, until - time.monotonic()))
            reading = await self._look_everywhere(connection, job, ordered_at, until)
            unsure_s = self._unsure_until.get(job, 0.0) - time.monotonic()
            if reading.state not in _NOT_THERE or unsure_s <= 0:
                return reading
            if time.monotonic() + unsure_s > until:
                raise Unreachable(
                    f"{self.host}: whether job {job} begins is not known yet: its start may still be on the "
                    f"way; ask again in {unsure_s:.0f} s"
                )
            await asyncio.sleep(unsure_s)

    async def _start(
        self,
        connection: asyncssh.SSHClientConnection,
        command: Command,
        job: str,
        clock_s: float,
        until: float,
    ) -> JobReading:
        wait_s = max(1, int(until - time.monotonic()))
        talk = Talk.to_change(job, wait_s=wait_s, host_time=int(time.monotonic() + clock_s))
        given = talk.input(command.line, command.stdin)
        self._unsure_until[job] = time.monotonic() + LATE_S + 2
        try:
            reading = await self._talk(connection, talk, given, command, until + _GRACE_S)
        except (LinkLost, TimedOut):
            raise
        except SystemsError:
            self._unsure_until.pop(job, None)
            raise
        self._unsure_until.pop(job, None)
        return reading

    async def _look_everywhere(
        self, connection: asyncssh.SSHClientConnection, job: str, ordered_at: datetime | None, until: float
    ) -> JobReading:
        """Look where the login's own jobs are; if it is not there, where root's are."""
        own = Command("", as_root=False)
        reading = await self._talk(connection, Talk.to_look(job, ordered_at), b"", own, until)
        if reading.state in _NOT_THERE and not self.link.login_is_root:
            return await self._talk(connection, Talk.to_look(job, ordered_at), b"", Command(""), until)
        return reading

    async def _talk(
        self,
        connection: asyncssh.SSHClientConnection,
        talk: Talk,
        given: bytes,
        command: Command,
        until: float,
    ) -> JobReading:
        from systems.ssh.channel import Collector

        collector = Collector(_OUTPUT_BYTES)
        line, first = self.root.wrap(talk.script, as_root=command.as_root)
        try:
            async with asyncio.timeout(max(0.1, until - time.monotonic())):
                status = await self.link.run(
                    connection, line, collector, stdin=first + given, is_long=True, closes_stdin=True
                )
        except TimeoutError as error:
            raise LinkLost(
                f"{self.host}: it said nothing about job {talk.job} in time; ask what became of it"
            ) from error
        stdout, stderr = self.root.collected(collector)
        refused = self.root.refusal(command.line or f"a look at job {talk.job}", status, stderr)
        if refused and talk.mark not in stdout:
            raise refused
        return talk.parse(self.host, stdout, stderr)

    async def _clock(self, connection: asyncssh.SSHClientConnection, until: float) -> float:
        """Return what to add to our monotonic clock to get the host's time, at most a second behind it."""
        from systems.ssh.channel import Collector

        if self._host_clock_s is None:
            collector = Collector(1 << 16)
            try:
                async with asyncio.timeout(max(0.1, until - time.monotonic())):
                    await self.link.run(connection, "exec date -u +date:%s:", collector)
            except TimeoutError as error:
                raise Unreachable(f"{self.host}: nothing was run: it did not even tell its time") from error
            at, text = (
                time.monotonic(),
                self.root.collected(collector)[0].partition(b"date:")[2].partition(b":")[0],
            )
            if not text.isdigit():
                raise Unreachable(f"{self.host}: nothing was run: its login shell does not run 'date'")
            self._host_clock_s = int(text) - at
        return self._host_clock_s


@dataclass(frozen=True, slots=True)
class SshJobs:
    """Reads what became of a job."""

    desk: JobDesk

    async def job(self, job: str, *, ordered_at: datetime | None, timeout_s: float = 10.0) -> JobReading:
        """Ask the host, or raise a `SystemsError`."""
        return await self.desk.look(check_name(job), ordered_at, timeout_s)


@dataclass(frozen=True, slots=True)
class SshHands:
    """One host that is changed over SSH. Nothing is sent to it before the permit has said yes."""

    desk: JobDesk
    permit: Permit

    @property
    def host(self) -> str:
        return self.desk.host

    async def change(self, command: Command, *, job: str, timeout_s: float = 60.0) -> Output:
        """See `Hands.change`."""
        check_name(job)
        entry = self.permit.before(self.host, command, job)
        try:
            output = await self._change(command, job, timeout_s)
        except asyncio.CancelledError:
            gone = LinkLost(f"{self.host}: the console stopped waiting; job {job} may be running on")
            self.permit.after(entry, gone)
            raise
        except Exception as error:
            self.permit.after(entry, error)
            raise
        self.permit.after(entry, output)
        return output

    async def stream(self, command: Command, sink: Sink, *, timeout_s: float | None = None) -> int:
        """See `Hands.stream`."""
        entry = self.permit.before(self.host, command, f"stream-{secrets.token_hex(6)}")
        try:
            status = await self._stream(command, sink, timeout_s)
        except asyncio.CancelledError:
            self.permit.after(entry, LinkLost(f"{self.host}: the operator ended {command.line!r}"))
            raise
        except Exception as error:
            self.permit.after(entry, error)
            raise
        self.permit.after(entry, Output("", "", status, datetime.now(UTC)))
        return status

    async def _change(self, command: Command, job: str, timeout_s: float) -> Output:
        try:
            reading = await self.desk.change(command, job, timeout_s)
        except SudoRefused as refused:
            connection = await self.desk.link.connection(deadline_s=timeout_s)
            await self.desk.root.unlock(connection, refused)
            reading = await self.desk.change(command, job, timeout_s)
        if reading.state is JobState.ENDED and reading.status is not None:
            return Output(reading.stdout, reading.stderr, reading.status, reading.taken_at)
        if reading.state is JobState.RUNNING:
            raise TimedOut(
                f"{self.host}: {command.line!r} has not ended within {timeout_s:g} s; "
                f"it runs on there as job {job}"
            )
        raise LinkLost(
            f"{self.host}: {command.line!r} began, and nobody saw its end: the host was restarted, or its "
            f"process was killed (job {job})"
        )

    async def _stream(self, command: Command, sink: Sink, timeout_s: float | None) -> int:
        from systems.ssh.channel import ToSink

        link, root = self.desk.link, self.desk.root
        connection = await link.connection(deadline_s=timeout_s or 30.0)
        if command.as_root and not link.login_is_root:
            await self._check_sudo(connection)
        begin = secrets.token_hex(12)
        inner = f"unset LC_ALL; {PATH_FIRST}{command.line}"
        skip = f'while read -r x; do [ "$x" = {begin} ] && break; done; '
        if command.stdin is None:
            script = skip + ends_with_its_channel(inner)
        else:
            script = f"{skip}exec sh -c {shlex.quote(inner)}"
        line, first = root.wrap(script, as_root=command.as_root)
        given = first + f"{begin}\n{command.stdin or ''}".encode()
        try:
            async with asyncio.timeout(timeout_s):
                return await link.run(
                    connection,
                    line,
                    ToSink(self.host, sink),
                    stdin=given,
                    is_long=True,
                    closes_stdin=command.stdin is not None,
                )
        except TimeoutError as error:
            raise TimedOut(f"{self.host}: {command.line!r} ran past {timeout_s:g} s and was ended") from error

    async def _check_sudo(self, connection: asyncssh.SSHClientConnection) -> None:
        """Find out whether sudo asks for a password, before the command's own output mixes in."""
        from systems.ssh.channel import Collector

        collector = Collector(1 << 16)
        line, first = self.desk.root.wrap("exit 0", as_root=True)
        status = await self.desk.link.run(connection, line, collector, stdin=first)
        stderr = self.desk.root.collected(collector)[1]
        if status and (refused := self.desk.root.refusal("sudo", status, stderr)):
            await self.desk.root.unlock(connection, refused)
