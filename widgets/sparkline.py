"""The recent past of one number, in one line of text and a fixed amount of memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator

from widgets.signs import UNICODE, Signs


class History:
    """A ring of the last `capacity` values, 8 bytes each. None is kept too: not known at that moment."""

    def __init__(self, capacity: int, values: Iterable[float | None] = ()) -> None:
        """`capacity` is at least 1."""
        self._ring = array("d", [math.nan]) * capacity
        self._next = 0
        self._count = 0
        for value in values:
            self.add(value)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[float | None]:
        """Oldest first."""
        return iter(self.newest(self._count))

    def newest(self, count: int) -> list[float | None]:
        """The last `count` values, fewer when there are not so many; oldest first."""
        ring, size = self._ring, len(self._ring)
        values = [ring[at % size] for at in range(self._next - min(count, self._count), self._next)]
        return [None if math.isnan(value) else value for value in values]

    def add(self, value: float | None) -> None:
        """Add the newest; the oldest is forgotten once the ring is full."""
        finite = value is not None and math.isfinite(value)
        self._ring[self._next] = value if finite and value is not None else math.nan
        self._next = (self._next + 1) % len(self._ring)
        self._count = min(self._count + 1, len(self._ring))

    def line(
        self, width: int, *, low: float | None = None, high: float | None = None, signs: Signs = UNICODE
    ) -> str:
        """A sparkline of the newest `width` values, the newest at the right."""
        return sparkline(self, width, low=low, high=high, signs=signs)


def sparkline(
    values: Iterable[float | None],
    width: int,
    *,
    low: float | None = None,
    high: float | None = None,
    signs: Signs = UNICODE,
) -> str:
    """Draw one cell a value, padded with spaces on the left to `width` cells.

    `low` and `high` fix the scale (left out: the smallest and the largest value); what lies outside is drawn
    at the edge. A value that is not known is a dot, never a zero. All equal: the lowest level.
    """
    shown = list(values)[-width:] if width > 0 else []
    known = [value for value in shown if value is not None]
    bottom = min(known, default=0.0) if low is None else low
    top = max(known, default=0.0) if high is None else high
    return "".join([_level(value, bottom, top, signs) for value in shown]).rjust(width)


def _level(value: float | None, bottom: float, top: float, signs: Signs) -> str:
    if value is None:
        return signs.note
    span = top / 2 - bottom / 2  # halves, so that the difference of two huge numbers is still a number
    share = (value / 2 - bottom / 2) / span if span > 0 else 0.0
    return signs.spark[round(max(0.0, min(1.0, share)) * (len(signs.spark) - 1))]
