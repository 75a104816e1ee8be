"""Where each line of a file begins: one newline count for every 64 KiB, whatever the number of lines."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from systems.spool.growing_file import GrowingFile

BLOCK = 1 << 16


def after_newline(data: bytes, which: int, start: int = 0, stop: int | None = None) -> int:
    """The position behind newline number `which` (from 1) in `data[start:stop]`, which must hold it.

    Halves the range by counting, so a block of 65,536 empty lines costs as little as one of long lines.
    """
    stop = len(data) if stop is None else stop
    while which > 8 and stop - start > 64:
        middle = (start + stop) // 2
        before = data.count(b"\n", start, middle)
        if before >= which:
            stop = middle
        else:
            which -= before
            start = middle
    for _ in range(which):
        start = data.find(b"\n", start) + 1
    return start


class LineIndex:
    """Counts the newlines of a `GrowingFile` and finds the n-th again."""

    def __init__(self, file: GrowingFile) -> None:
        self._file = file
        self._before = array("Q", [0])
        """Newlines before each block that has begun."""
        self._in_last = 0
        self._room = BLOCK

    @property
    def lines(self) -> int:
        """Complete lines."""
        return self._before[-1] + self._in_last

    def append(self, data: bytes) -> int:
        """Put `data` at the end of the file and count its newlines; returns their number."""
        self._file.append(data)
        if len(data) < self._room:
            count = data.count(b"\n")
            self._in_last += count
            self._room -= len(data)
            return count
        before = self.lines
        start, stop = 0, self._room
        while stop <= len(data):
            self._in_last += data.count(b"\n", start, stop)
            self._before.append(self.lines)
            self._in_last = 0
            start, stop = stop, stop + BLOCK
        self._in_last = data.count(b"\n", start)
        self._room = stop - len(data)
        return self.lines - before

    def start_of(self, line: int) -> int:
        """Byte offset of a line (0 is the first); of the one after the last: the end of the lines."""
        if line <= 0:
            return 0
        block = bisect_left(self._before, line) - 1
        data = self._file.read(block * BLOCK, BLOCK)
        return block * BLOCK + after_newline(data, line - self._before[block])

    def line_at_block_of(self, offset: int) -> int:
        """The line that the first byte of the block around `offset` belongs to."""
        return self._before[offset // BLOCK]

    def bytes_for(self, offset: int, most_lines: int) -> int:
        """How much to read from `offset` on to get about `most_lines` lines, one block at most."""
        block = offset // BLOCK
        after = self._before[block + 1] if block + 1 < len(self._before) else self.lines
        return max(4096, BLOCK * most_lines // max(most_lines, after - self._before[block]))

    def clear(self) -> None:
        self._before = array("Q", [0])
        self._in_last = 0
        self._room = BLOCK
