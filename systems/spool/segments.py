"""Who wrote which lines, and when: one record a run of lines, kept on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from systems.spool.words import RisingNumbers

SOURCE_BITS = 16
MOST_SOURCES = 1 << SOURCE_BITS


@dataclass(frozen=True, slots=True)
class Segment:
    """Lines `first` up to `stop` (excluded) came from one source within one millisecond."""

    first: int
    stop: int
    source: int
    at_ms: int
    """When they were complete: milliseconds since 1970, UTC."""


class Segments:
    """Runs of lines, in order. 16 bytes a run on disk, 16 bytes for every 4096 runs in memory.

    A flood from one host is one run a millisecond; hosts that take turns line by line are one run a line,
    so the worst case is 16 bytes a line, on disk.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._firsts = RisingNumbers(directory)
        self._tags = RisingNumbers(directory, unsorted=True)
        """The millisecond shifted by `SOURCE_BITS`, and the source."""
        self._last_tag = -1
        self.lines = 0

    def __len__(self) -> int:
        return len(self._firsts)

    def append(self, lines: int, source: int, at_ms: int) -> None:
        """The next `lines` lines are from `source`."""
        tag = at_ms << SOURCE_BITS | source
        if tag != self._last_tag:
            self._firsts.append(self.lines)
            self._tags.append(tag)
            self._last_tag = tag
        self.lines += lines

    def between(self, first: int, stop: int) -> list[Segment]:
        """The runs that hold the lines `first` to `stop` (excluded), cut to these lines."""
        stop = min(stop, self.lines)
        if first >= stop:
            return []
        begin = self._firsts.first_above(first) - 1
        end = self._firsts.first_not_below(stop)
        starts = self._firsts.slice(begin, end)
        starts[0] = first
        tags = self._tags.slice(begin, end)
        mask = MOST_SOURCES - 1
        return [
            Segment(start, until, tag & mask, tag >> SOURCE_BITS)
            for start, until, tag in zip(starts, [*starts[1:], stop], tags, strict=True)
        ]

    @property
    def error(self) -> OSError | None:
        """Why nothing more can be kept; None while all is well."""
        return self._firsts.error or self._tags.error

    def clear(self) -> None:
        self._firsts.clear()
        self._tags.clear()
        self._last_tag = -1
        self.lines = 0

    def close(self) -> None:
        self._firsts.close()
        self._tags.close()
