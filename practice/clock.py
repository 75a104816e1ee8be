"""Time in the practice estate: what happens next, how much faster than in life, and the clock on the wall.

Durations (a state transfer, a restart's pause) run on the simulated time, which the speed factor and
`advance` push forward. Stamps that hosts show are the machine's own time, so that a console that compares
clocks finds them right.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Timer:
    """One call that is due at `at_s`, unless it is cancelled."""

    at_s: float
    call: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        """Have it not called."""
        self.is_cancelled = True


@dataclass(slots=True)
class Clock:
    """Simulated seconds since the start, and the calls that wait for them.

    `runs` false: time stands still and moves by `advance` only; the wall clock is then `started_at` and the
    simulated seconds, which makes a run repeat to the byte.
    """

    speed: float = 1.0
    runs: bool = True
    started_at: float = field(default_factory=time.time)
    """Seconds since the epoch."""
    _anchor_s: float = field(default_factory=time.monotonic)
    _base_s: float = 0.0
    _due: list[tuple[float, int, Timer]] = field(default_factory=list)
    _count: itertools.count[int] = field(default_factory=itertools.count)
    _at_s: float | None = None
    """The moment of the call that is being made."""
    _woken: asyncio.Event | None = None

    def now_s(self) -> float:
        """Simulated seconds since the start."""
        if self._at_s is not None:
            return self._at_s
        passed_s = (time.monotonic() - self._anchor_s) * self.speed if self.runs else 0.0
        return self._base_s + passed_s

    def wall_s(self) -> float:
        """What a right clock shows: seconds since the epoch."""
        return time.time() if self.runs else self.started_at + self.now_s()

    def after(self, delay_s: float, call: Callable[[], None]) -> Timer:
        """Have `call` called after that many simulated seconds."""
        timer = Timer(self.now_s() + max(0.0, delay_s), call)
        heapq.heappush(self._due, (timer.at_s, next(self._count), timer))
        if self._woken is not None:
            self._woken.set()
        return timer

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once; what is due meanwhile is called in its order, at its moment."""
        self.run_due(self.now_s() + seconds)
        self._base_s += seconds
        if self._woken is not None:
            self._woken.set()

    def set_speed(self, speed: float) -> None:
        """Change how much faster than life time runs."""
        self._base_s, self._anchor_s, self.speed = self.now_s(), time.monotonic(), speed
        if self._woken is not None:
            self._woken.set()

    def run_due(self, until_s: float | None = None) -> None:
        """Call what is due up to `until_s`, or up to now."""
        limit_s = self.now_s() if until_s is None else until_s
        while self._due and self._due[0][0] <= limit_s:
            at_s, _, timer = heapq.heappop(self._due)
            if timer.is_cancelled:
                continue
            self._at_s = at_s
            try:
                timer.call()
            finally:
                self._at_s = None

    async def run(self) -> None:
        """Call what is due as time passes, until cancelled."""
        self._woken = asyncio.Event()
        while True:
            self.run_due()
            self._woken.clear()
            wait_s = (self._due[0][0] - self.now_s()) / self.speed if self._due else None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if wait_s is None else max(0.0, wait_s)):
                    await self._woken.wait()
