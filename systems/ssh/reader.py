"""Asks a host over its kept connection: `Reader` of `systems.shell`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from systems.errors import LinkLost, Refused, SystemsError, TimedOut, ToolMissing
from systems.shell import Output, Probe, Sink, Stream
from systems.ssh import sudo
from systems.ssh.wrap import Bundle, Part, Reply, for_streaming
from systems.text import visible

if TYPE_CHECKING:
    import asyncssh

    from systems.ssh.channel import ToSink
    from systems.ssh.link import Link

MAX_OUTPUT_BYTES = 16 << 20
"""What one reading may bring: more belongs into a stream."""
_QUOTED_CHARS = 300
_SUDO_BYTES = 4096
"""Of stderr, in which sudo's own words stand when it refuses."""


@dataclass(frozen=True, slots=True)
class SshReader:
    """One host that is asked over SSH."""

    link: Link

    @property
    def host(self) -> str:
        return self.link.target.host

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        """Run to the end, or raise a `SystemsError`."""
        answer = (await self.read_many((probe,), timeout_s=timeout_s))[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        """Run several in one round trip, one after the other; those that the deadline cut off are `TimedOut`.

        Raises a `SystemsError` when the host as a whole does not answer.
        """
        if not probes:
            return ()
        replies: list[Reply] = []
        others = f" and {len(probes) - 1} more" if len(probes) > 1 else ""
        failure: SystemsError | None = None
        try:
            await self._within(
                lambda connection: self._ask(connection, probes, timeout_s, replies),
                timeout_s,
                f"{probes[0].line!r}{others}",
            )
        except (TimedOut, LinkLost) as error:
            failure = error
        at = datetime.now(UTC)
        parts = replies[-1].parts() if replies else ()
        if failure is None and len(parts) < len(probes):
            too_much = replies[-1].left < 0
            failure = self._too_much(probes[len(parts)].line) if too_much else self._cut_short()
        if failure is not None and not parts:
            raise failure
        answers = [self._answer(probe, part, at) for probe, part in zip(probes, parts, strict=False)]
        if failure is not None:
            answers += [failure] * (len(probes) - len(parts))
        return tuple(answers)

    async def _ask(
        self,
        connection: asyncssh.SSHClientConnection,
        probes: Sequence[Probe],
        limit_s: float,
        replies: list[Reply],
    ) -> None:
        """Send all of them in one script; what comes back is the last one of `replies`."""
        bundle = Bundle.of([(probe.line, self._by_sudo(probe)) for probe in probes], limit_s=limit_s)
        replies.append(Reply(bundle, MAX_OUTPUT_BYTES))
        await self.link.ask(connection, bundle.script.encode(), replies[-1])

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        """Send output to `sink` as it comes; return the exit status. None: until it ends or is cancelled.

        Raises `SudoRefused` when sudo did not run it; what sudo said has gone to the sink then.
        """
        from systems.ssh.channel import ToSink

        connection = await self.link.connection(deadline_s=timeout_s or 30.0)
        by_sudo = self._by_sudo(probe)
        line = for_streaming(probe.line, by_sudo=by_sudo)
        taker = _Heard(ToSink(self.host, sink))
        try:
            async with asyncio.timeout(timeout_s):
                status = await self.link.run(connection, line, taker, is_long=True, closes_stdin=False)
        except TimeoutError as error:
            raise TimedOut(f"{self.host}: {probe.line!r} ran past {timeout_s:g} s") from error
        if by_sudo and not taker.has_output:
            self._raise_refusal(probe, status, taker.stderr)
        return status

    async def _within(
        self,
        once: Callable[[asyncssh.SSHClientConnection], Coroutine[object, object, None]],
        timeout_s: float,
        what: str,
    ) -> None:
        """Run within the deadline. A lost link is reopened once: to read twice changes nothing."""
        until = time.monotonic() + timeout_s
        for is_last in (False, True):
            connection = await self.link.connection(deadline_s=max(0.1, until - time.monotonic()))
            try:
                async with asyncio.timeout(max(0.1, until - time.monotonic())):
                    return await once(connection)
            except TimeoutError as error:
                raise TimedOut(f"{self.host}: {what} ran past {timeout_s:g} s and was given up") from error
            except LinkLost:
                if is_last or time.monotonic() >= until:
                    raise
        raise AssertionError

    def _by_sudo(self, probe: Probe) -> bool:
        return probe.as_root and not self.link.login_is_root

    def _raise_refusal(self, probe: Probe, status: int, stderr: bytes) -> None:
        if error := sudo.refusal(self.host, self.link.login_user, probe.line, status, stderr):
            raise error

    def _answer(self, probe: Probe, part: Part, at: datetime) -> Output | Exception:
        try:
            return self._judge(probe, part, at)
        except SystemsError as error:
            return error

    def _judge(self, probe: Probe, part: Part, at: datetime) -> Output:
        if self._by_sudo(probe):
            self._raise_refusal(probe, part.status, part.stderr)
        output = Output(_text(part.stdout), _text(part.stderr), part.status, at)
        if probe.accepts is None or part.status in probe.accepts:
            return output
        said = visible(output.stderr.strip() or output.stdout.strip() or "nothing")
        said = said if len(said) <= _QUOTED_CHARS else f"{said[:_QUOTED_CHARS]}..."
        if part.status == 127:
            raise ToolMissing(f"{self.host}: {probe.line!r}: a program is not installed: {said}", status=127)
        raise Refused(f"{self.host}: {probe.line!r} ended {part.status} and said: {said}", status=part.status)

    def _too_much(self, line: str) -> Refused:
        return Refused(
            f"{self.host}: {line!r} wrote more than {MAX_OUTPUT_BYTES >> 20} MiB and was ended; "
            "stream it, or ask for less"
        )

    def _cut_short(self) -> LinkLost:
        return LinkLost(f"{self.host}: the shell there ended before all probes had run")


@dataclass(slots=True)
class _Heard:
    """Passes output on, and keeps the beginning of stderr: sudo's own words come before any other."""

    taker: ToSink
    stderr: bytes = b""
    has_output: bool = False
    """Something came on stdout, so that the command ran."""

    def take(self, stream: Stream, chunk: bytes) -> bool:
        if stream is Stream.STDOUT:
            self.has_output = True
        elif len(self.stderr) < _SUDO_BYTES:
            self.stderr += chunk[:_SUDO_BYTES]
        return self.taker.take(stream, chunk)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
