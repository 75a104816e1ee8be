"""Stretches of whole lines, small enough to be looked through between two key presses."""

from __future__ import annotations

from dataclasses import dataclass

from systems.spool.lines import BLOCK
from systems.spool.spool import Spool

MOST_LINES = 4096


@dataclass(frozen=True, slots=True)
class Window:
    """Whole lines: `first` up to `stop` (excluded), the bytes of them, and where these begin in the spool."""

    first: int
    stop: int
    data: bytes
    offset: int


def window_from(spool: Spool, first: int, offset: int) -> Window | None:
    """About 64 KiB of lines from line `first`, which begins at `offset`; None at the end.

    At least one line: so at most a block and the longest line.
    """
    if first >= spool.lines:
        return None
    data = spool.read_bytes(offset, spool.index.bytes_for(offset, MOST_LINES))
    whole = data.rfind(b"\n") + 1
    if not whole:
        whole = spool.index.start_of(first + 1) - offset
        data = spool.read_bytes(offset, whole)
    data = data[:whole]
    return Window(first, first + data.count(b"\n"), data, offset)


def window_before(spool: Spool, stop: int) -> Window | None:
    """About 64 KiB of lines that end before line `stop`; None at the beginning."""
    if stop <= 0:
        return None
    end = spool.index.start_of(stop)
    first = min(stop - 1, spool.index.line_at_block_of(max(0, end - BLOCK)))
    offset = spool.index.start_of(first)
    return Window(first, stop, spool.read_bytes(offset, end - offset), offset)
