"""Pieces of toned text cut by cells: wide characters count two, and none is cut in half."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from widgets.tones import Piece


def clip(pieces: Sequence[Piece], start: int, width: int) -> list[Piece]:
    """The pieces from cell `start` on, `width` cells at most; a wide character at an edge becomes a space."""
    out: list[Piece] = []
    at = 0
    for text, tone in pieces:
        length = cell_len(text)
        left, right = max(0, start - at), min(length, start + width - at)
        if left < right:
            out.append((text if (left, right) == (0, length) else _cells_of(text, left, right), tone))
        at += length
    return out


def _cells_of(text: str, left: int, right: int) -> str:
    if text.isascii():
        return text[left:right]
    out = ""
    at = 0
    for char in text:
        size = cell_len(char)
        if at >= left and at + size <= right:
            out += char
        elif at < right and at + size > left:
            out += " " * (min(at + size, right) - max(at, left))
        at += size
    return out


def plain(pieces: Sequence[Piece]) -> str:
    """The text alone."""
    return "".join([text for text, _ in pieces])
