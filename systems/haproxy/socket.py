"""The stats socket of one HAProxy, asked over SSH in one round trip, and what it is told there.

What the login may not open is asked by root, what `socat` is not there for is asked by `nc`: the way that
answered is kept.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from systems.errors import NotUnderstood, Refused, SudoRefused, SystemsError, TimedOut, ToolMissing
from systems.haproxy.answered import Answered
from systems.haproxy.parse import parse_balancer
from systems.haproxy.readings import BalancerAnswer, BalancerReading
from systems.shell import Command, Output, Probe, Reader
from systems.text import visible

SHOWS = "show info;show stat;show servers state"
DEADLINE_S = 8.0
"""Seconds for one look at one load balancer."""
ROOT_REST_S = 60.0
"""Where sudo is refused it is left alone for so long: each refusal stands in the host's log."""
_TOOLS = ("socat -t5 - UNIX-CONNECT:{path}", "nc -w 5 -U {path}")
_NO_TOOL = 127
_MISSING = "the program to ask with is not installed there"
_NOBODY_LISTENS = ("Connection refused", "No such file or directory")
"""What no other way would cure: asking on, as root too, would only fill sudo's log."""
_SOCAT = re.compile(r"^.*\bsocat\[\d+\] [A-Z] (?:connect\(.*\): )?")
"""Its time, its process and its call, which are others each time."""
_NAME = re.compile(r"[A-Za-z0-9_.:-]+")
States = Literal["ready", "drain", "maint"]


@dataclass(frozen=True, slots=True)
class Way:
    """How the socket of one host is reached."""

    tool: str = _TOOLS[0]
    as_root: bool = False

    def line(self, path: str, said: str) -> str:
        """The shell line that says it to the socket."""
        return f"echo {shlex.quote(said)} | {self.tool.format(path=path)}"


@dataclass(slots=True)
class StatsSocket:
    """One HAProxy's stats socket; it only asks. `command` gives what `Hands` would run."""

    reader: Reader
    path: str
    way: Way = field(default_factory=Way)
    answered: Answered = field(default_factory=Answered)
    _sudo_refused: SudoRefused | None = field(default=None, init=False)
    _rests_until_s: float = field(default=0.0, init=False)

    async def look(self, *, timeout_s: float = DEADLINE_S) -> BalancerAnswer:
        """Ask once; a `SystemsError` is the answer, it never raises one. The deadline is for all tries."""
        try:
            async with asyncio.timeout(timeout_s):
                answer: BalancerReading | SystemsError = await self._ask(timeout_s)
        except SystemsError as error:
            answer = error
        except TimeoutError:
            answer = TimedOut(f"{self.reader.host}: HAProxy had no answer after {timeout_s:g} s")
        return BalancerAnswer(self.reader.host, datetime.now(UTC), answer)

    def command(self, said: str) -> Command:
        """What `Hands` run to say it to the socket, by the way that answers there."""
        return Command(self.way.line(self.path, said), as_root=self.way.as_root)

    async def _ask(self, timeout_s: float) -> BalancerReading:
        refusals: list[tuple[bool, str]] = []
        for way in self._ways():
            output = await self._try(way, timeout_s)
            if isinstance(output, Output) and "# pxname," in output.stdout:
                self.way = way
                try:
                    return self.answered.filled_in(parse_balancer(output.stdout, output.at))
                except NotUnderstood as error:
                    raise NotUnderstood(f"{self.reader.host}: {error}") from error
            refusals.append((way.as_root, self._why(output)))
            if refusals[-1][1].endswith(_NOBODY_LISTENS):
                break
        raise Refused(
            f"{self.reader.host}: HAProxy's stats socket {self.path} does not answer: {_told(refusals)}. "
            "It needs HAProxy running with `stats socket` at that path, socat or nc, and a login that is "
            "in the socket's group or may use sudo"
        )

    def _ways(self) -> list[Way]:
        others = [Way(tool, as_root=root) for root in (False, True) for tool in _TOOLS]
        return [self.way, *(way for way in others if way != self.way)]

    async def _try(self, way: Way, timeout_s: float) -> Output | SystemsError:
        probe = Probe(way.line(self.path, SHOWS), as_root=way.as_root, accepts=None)
        clock = asyncio.get_running_loop().time
        if way.as_root and self._sudo_refused is not None and clock() < self._rests_until_s:
            return self._sudo_refused
        try:
            return await self.reader.read(probe, timeout_s=timeout_s)
        except SudoRefused as error:
            self._sudo_refused, self._rests_until_s = error, clock() + ROOT_REST_S
            return error
        except (Refused, ToolMissing) as error:
            return error

    def _why(self, answer: Output | SystemsError) -> str:
        if isinstance(answer, SystemsError):
            return str(answer).removeprefix(f"{self.reader.host}: ")
        if answer.status == _NO_TOOL:
            return _MISSING
        said = (answer.stderr.strip() or answer.stdout.strip() or "it said nothing").splitlines()[-1]
        return visible(_SOCAT.sub("", said))[:160]


def _told(refusals: list[tuple[bool, str]]) -> str:
    """What the login and then root were told: of programs that are there, where there is one."""
    own, root = (
        next((why for as_root, why in refusals if as_root is who and why != _MISSING), _MISSING)
        for who in (False, True)
    )
    return own if root in (own, _MISSING) else f"{own}; as root: {root}"


def set_state(backend: str, server: str, state: States) -> str:
    """What the socket is told to make a server ready, drain it, or take it out."""
    return f"set server {_named(backend, server)} state {state}"


def set_weight(backend: str, server: str, weight: int) -> str:
    """What the socket is told to give a server another weight, 0 to 256; raises `ValueError`."""
    if not 0 <= weight <= 256:
        raise ValueError(f"HAProxy takes a weight of 0 to 256, not {weight}")
    return f"set server {_named(backend, server)} weight {weight}"


def _named(backend: str, server: str) -> str:
    """Both come from the host: what is no name must not become an order of its own (one ends at ";")."""
    if not (_NAME.fullmatch(backend) and _NAME.fullmatch(server)):
        raise NotUnderstood(f"HAProxy tells a server {backend}/{server}: no order is given with such a name")
    return f"{backend}/{server}"
