"""Searches and filters over a spool, done in slices so that nothing waits for them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from time import perf_counter

from systems.spool.scan import Scan
from systems.spool.spool import Spool
from systems.spool.windows import Window, window_before, window_from
from systems.spool.words import RisingNumbers

BATCH = 512
"""Lines after which the clock is looked at."""


class FilteredLines:
    """The numbers of the lines that a filter keeps, found as they stream in. Kept on disk, 8 bytes a line."""

    def __init__(
        self,
        spool: Spool,
        scan: Scan,
        *,
        sources: Callable[[int], bool] | None = None,
        directory: Path | None = None,
    ) -> None:
        """`sources`: only those for which it holds (None: all). Nothing is looked at before `advance`."""
        self._spool = spool
        self._scan = scan
        self._sources = sources
        self._numbers = RisingNumbers(directory)
        self._offset = 0
        self._pending: Iterator[int] = iter(())
        self._window_end = (0, 0)
        self.scanned = 0
        """Lines looked at so far; the ones below are decided."""

    def __len__(self) -> int:
        return len(self._numbers)

    def slice(self, start: int, stop: int) -> list[int]:
        """Line numbers at these positions."""
        return self._numbers.slice(start, stop)

    def position_of(self, line: int) -> int:
        """Position of that line, or of the next one that is kept."""
        return self._numbers.first_not_below(line)

    def __contains__(self, line: int) -> bool:
        position = self.position_of(line)
        return position < len(self) and self._numbers[position] == line

    def advance(self, budget_s: float) -> bool:
        """Look on for about this long; True when every line that is there has been looked at."""
        deadline = perf_counter() + budget_s
        while True:
            if batch := list(islice(self._pending, BATCH)):
                self._numbers.extend(batch)
            else:
                self.scanned, self._offset = self._window_end
                window = window_from(self._spool, self.scanned, self._offset)
                if window is None:
                    return True
                self._window_end = (window.stop, window.offset + len(window.data))
                self._pending = self._kept(window)
            if perf_counter() >= deadline:
                return False

    def _kept(self, window: Window) -> Iterator[int]:
        found = self._scan.lines(window.data, window.first)
        return found if self._sources is None else self._of_sources(found, window, self._sources)

    def _of_sources(
        self, found: Iterator[int], window: Window, sources: Callable[[int], bool]
    ) -> Iterator[int]:
        segments = self._spool.segments.between(window.first, window.stop)
        stops = [segment.stop for segment in segments]
        for line in found:
            if sources(segments[bisect_left(stops, line + 1)].source):
                yield line

    def close(self) -> None:
        """Give the space back."""
        self._numbers.close()


class Search:
    """Looks for the next line, forwards or backwards. Dropping it is all it takes to stop it."""

    def __init__(
        self,
        spool: Spool,
        scan: Scan,
        *,
        start: int,
        backwards: bool = False,
        among: FilteredLines | None = None,
    ) -> None:
        """Begin at line `start`, itself included; `among`: only lines that this filter keeps."""
        self._spool = spool
        self._scan = scan
        self._among = among
        self._backwards = backwards
        self._next = start
        self._offset = spool.index.start_of(min(start, spool.lines))
        self.found: int | None = None

    def advance(self, budget_s: float) -> bool:
        """Look on for about this long; True when it is over: `found`, or None when there is none."""
        deadline = perf_counter() + budget_s
        while True:
            window = self._window()
            if window is None:
                return True
            hits: Iterator[int] = self._scan.lines(window.data, window.first)
            if self._among is not None:
                hits = (line for line in hits if line in self._among)
            if self._backwards:
                for self.found in hits:
                    pass
            else:
                self.found = next(hits, None)
            if self.found is not None:
                return True
            if perf_counter() >= deadline:
                return False

    def _window(self) -> Window | None:
        if self._backwards:
            window = window_before(self._spool, min(self._next + 1, self._spool.lines))
            if window is not None:
                self._next = window.first - 1
        else:
            window = window_from(self._spool, self._next, self._offset)
            if window is not None:
                self._next = window.stop
                self._offset = window.offset + len(window.data)
        return window
