"""Tries a virtual address with fresh connections: where they land, and what fails, as clients see it.

A few, one after the other, show the distribution (GOTCHAS D.5, step 1); many, at a steady rate, count what a
failure costs (step 2). Both only read.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from runbooks.model import Severity
from runbooks.words import count, listed
from systems.errors import SystemsError
from systems.haproxy.attempt import Attempt

A_MEMBER = 3
"""Fresh connections for each member: fewer may miss one by chance (LB-08)."""
RATE = 10.0
"""Connections a second, where they are counted for a while."""
_MOST_OPEN = 60

Attempts = Callable[[], Awaitable[Attempt]]


@dataclass(slots=True)
class Trial:
    """What came of all connections so far."""

    attempts: list[Attempt] = field(default_factory=list)
    begun_s: float = 0.0
    """On the clock of the attempts."""
    ended_s: float | None = None
    """None: it goes on."""
    held_back: int = 0
    """Connections that were not begun, because too many had no answer yet."""

    @property
    def landed(self) -> Counter[str]:
        """Server -> how many connections it answered."""
        return Counter(one.landed for one in self.attempts if one.landed)

    @property
    def errors(self) -> Counter[str]:
        """Sentence -> how often it came."""
        return Counter(str(one.answer) for one in self.attempts if isinstance(one.answer, SystemsError))

    @property
    def failed(self) -> int:
        """How many connections got no answer."""
        return sum(self.errors.values())

    def lasted_s(self, now_s: float) -> float:
        """How long it has gone on."""
        return (self.ended_s if self.ended_s is not None else now_s) - self.begun_s

    def longest_gap_s(self, now_s: float) -> float:
        """The longest time in which nobody was served: between two answers, or up to the first or the end."""
        end = self.ended_s if self.ended_s is not None else now_s
        answered = sorted(one.ended_s for one in self.attempts if one.landed)
        moments = [self.begun_s, *answered, max(end, self.begun_s)]
        return max(after - before for before, after in pairwise(moments))


async def try_some(attempt: Attempts, times: int, tell: Callable[[Trial], object] = lambda _: None) -> Trial:
    """So many connections, one after the other: a balancer that takes turns is seen taking them."""
    trial = Trial(begun_s=_now())
    for _ in range(times):
        trial.attempts.append(await attempt())
        tell(trial)
    trial.ended_s = _now()
    return trial


async def try_for(
    attempt: Attempts,
    seconds: float,
    *,
    rate: float = RATE,
    tell: Callable[[Trial], object] = lambda _: None,
) -> Trial:
    """Connections at a steady rate for so long; one that hangs holds up no other."""
    trial = Trial(begun_s=_now())
    under_way: set[asyncio.Task[None]] = set()

    async def one() -> None:
        trial.attempts.append(await attempt())
        tell(trial)

    try:
        number = 0
        while (left_s := trial.begun_s + seconds - _now()) > 0:
            await asyncio.sleep(min(left_s, max(0.0, trial.begun_s + number / rate - _now())))
            number += 1
            if len(under_way) >= _MOST_OPEN:
                trial.held_back += 1
                continue
            task = asyncio.create_task(one())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
    finally:
        for task in under_way:
            task.cancel()
    trial.ended_s = _now()
    return trial


def told(trial: Trial, expected: Sequence[str], now_s: float) -> tuple[Severity, str]:
    """What it shows, in one sentence. `expected`: hosts of the members that should get connections."""
    landed, failed = trial.landed, trial.failed
    total = len(trial.attempts)
    parts = [_landings(total, landed)]
    severity = Severity.INFO
    if failed:
        gap = f", nobody was served for {trial.longest_gap_s(now_s):.1f} s at most" if landed else ""
        parts.append(f"{count(failed, 'error')}{gap}")
        severity = Severity.CRITICAL if not landed else Severity.WARNING
    if trial.held_back:
        parts.append(f"{trial.held_back} more were not begun, so many had no answer")
        severity = max(severity, Severity.WARNING)
    missed = [host for host in expected if host not in landed]
    if missed and total >= A_MEMBER * len(expected) and landed:
        parts.append(f"{listed(missed)} should get connections, and got none")
        severity = max(severity, Severity.WARNING)
    strange = [name for name in landed if expected and name not in expected]
    if strange:
        verb = "answers" if len(strange) == 1 else "answer"
        parts.append(f"{listed(strange)} {verb}, which no balancer should send clients to")
        severity = max(severity, Severity.WARNING)
    return severity, "; ".join(parts)


def _landings(total: int, landed: Counter[str]) -> str:
    where = ", ".join(f"{name} {number}" for name, number in sorted(landed.items()))
    return f"{count(total, 'fresh connection')}: {where or 'none landed'}"


def shares(trial: Trial, hosts: Iterable[str]) -> list[tuple[str, int, float]]:
    """Each server with how many connections it got and its share of all that landed; members first."""
    landed = trial.landed
    total = sum(landed.values())
    names = [*dict.fromkeys(hosts), *sorted(name for name in landed if name not in set(hosts))]
    return [(name, landed[name], landed[name] / total if total else 0.0) for name in names]


def _now() -> float:
    return asyncio.get_running_loop().time()
