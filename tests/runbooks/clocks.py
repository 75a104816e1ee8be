"""A clock that tests turn by hand; nobody waits for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class HandClock:
    """A `Clock` that moves when it is slept on, or turned."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._steady_s = 1000.0

    def now(self) -> datetime:
        return self._now

    def steady_s(self) -> float:
        return self._steady_s

    async def sleep(self, delay_s: float) -> None:
        self.turn(delay_s)
        await asyncio.sleep(0)

    def turn(self, seconds: float, *, day_s: float | None = None) -> None:
        """Move both clocks on; `day_s` moves the time of day by something else, as a suspend does."""
        self._steady_s += seconds
        self._now += timedelta(seconds=seconds if day_s is None else day_s)
