"""A guest's screen as it is now, one byte a pixel: three bits of red, three of green, two of blue."""

from __future__ import annotations

from dataclasses import dataclass, field

from systems.errors import NotUnderstood

MOST_SIDE = 4096


@dataclass(slots=True)
class Picture:
    """`pixels` holds the rows one after the other; it is changed in place."""

    width: int
    height: int
    pixels: bytearray = field(repr=False, default_factory=bytearray)

    def __post_init__(self) -> None:
        if not (0 < self.width <= MOST_SIDE and 0 < self.height <= MOST_SIDE):
            raise NotUnderstood(
                f"The guest's screen is told as {self.width} x {self.height} dots; up to {MOST_SIDE} a side "
                "are read."
            )
        if len(self.pixels) != self.width * self.height:
            self.pixels = bytearray(self.width * self.height)

    def put(self, x: int, y: int, width: int, rows: bytes) -> None:
        """Lay rows of `width` pixels over it; raises `NotUnderstood` where they do not fit."""
        height = len(rows) // width if width else 0
        if x + width > self.width or y + height > self.height:
            raise NotUnderstood("A piece of the guest's screen lies outside of it.")
        if width == self.width:
            self.pixels[y * width : (y + height) * width] = rows[: height * width]
            return
        for line in range(height):
            at = (y + line) * self.width + x
            self.pixels[at : at + width] = rows[line * width : (line + 1) * width]

    def cut(self, x: int, y: int, width: int, height: int) -> bytes:
        """The pixels of a part; raises `NotUnderstood` where it is outside."""
        if x + width > self.width or y + height > self.height:
            raise NotUnderstood("A piece of the guest's screen lies outside of it.")
        if width == self.width:
            return bytes(self.pixels[y * width : (y + height) * width])
        starts = range(y * self.width + x, (y + height) * self.width + x, self.width)
        return b"".join([self.pixels[at : at + width] for at in starts])


def rgb(pixel: int) -> tuple[int, int, int]:
    """Red, green and blue of a pixel, 0 to 255 each."""
    return (pixel >> 5) * 255 // 7, (pixel >> 2 & 7) * 255 // 7, (pixel & 3) * 255 // 3
