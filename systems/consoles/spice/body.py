"""The body of a message, read from left to right: little-endian, packed, no length believed."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from systems.errors import NotUnderstood


@dataclass(frozen=True, slots=True)
class Rect:
    """A part of a surface: `right` and `bottom` are the first dots outside of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def is_empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top

    def within(self, other: Rect) -> Rect:
        """What both have in common; it may be empty."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


class Body:
    """Each reading raises `NotUnderstood` where the message ends before what it announces."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data, self._at = data, at

    @property
    def left(self) -> int:
        """Bytes that were not read yet."""
        return max(len(self._data) - self._at, 0)

    def take(self, layout: str) -> tuple[Any, ...]:
        """The next fields, as `struct` has them."""
        try:
            fields = struct.unpack_from(f"<{layout}", self._data, self._at)
        except struct.error as error:
            raise NotUnderstood("A message of the SPICE server ends before its fields do.") from error
        self._at += struct.calcsize(f"<{layout}")
        return fields

    def number(self, layout: str) -> int:
        """The next number: B, H, I or Q."""
        (value,) = self.take(layout)
        return int(value)

    def rect(self) -> Rect:
        top, left, bottom, right = self.take("iiii")
        return Rect(left, top, right, bottom)

    def bytes(self, count: int) -> bytes:
        if count > self.left:
            raise NotUnderstood("A message of the SPICE server ends before what it announces.")
        self._at += count
        return self._data[self._at - count : self._at]

    def elsewhere(self, offset: int) -> Body:
        """What an address in the message leads to, counted from where its body begins."""
        return Body(self._data, offset)
