"""A long sequence of rising numbers on disk: 8 bytes a number there, 8 bytes a page in memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from pathlib import Path

from systems.spool.growing_file import GrowingFile

PAGE_WORDS = 4096
_CACHED_PAGES = 8


class RisingNumbers:
    """Append-only numbers (0 to 2**64 - 1), each at least as large as the one before, found by bisection.

    `unsorted` lifts that condition; such a sequence can be read by position only.
    """

    def __init__(self, directory: Path | None = None, *, unsorted: bool = False) -> None:
        self._file = GrowingFile(directory)
        self._unsorted = unsorted
        self._firsts = array("Q")
        """The first number of each page that is on disk."""
        self._tail = array("Q")
        self._cache: dict[int, array[int]] = {}

    def __len__(self) -> int:
        return len(self._firsts) * PAGE_WORDS + len(self._tail)

    def append(self, number: int) -> None:
        self._tail.append(number)
        if len(self._tail) == PAGE_WORDS:
            self._store()

    def extend(self, numbers: Iterable[int]) -> None:
        """Append many."""
        self._tail.extend(numbers)
        while len(self._tail) >= PAGE_WORDS:
            self._store()

    def _store(self) -> None:
        page, self._tail = self._tail[:PAGE_WORDS], self._tail[PAGE_WORDS:]
        self._firsts.append(page[0])
        self._file.append(page.tobytes())

    def __getitem__(self, index: int) -> int:
        page, within = divmod(index, PAGE_WORDS)
        return self._page(page)[within]

    def slice(self, start: int, stop: int) -> list[int]:
        """The numbers at positions `start` to `stop`, the last one excluded."""
        stop = min(stop, len(self))
        out: list[int] = []
        while start < stop:
            page, within = divmod(start, PAGE_WORDS)
            part = self._page(page)[within : within + stop - start]
            out.extend(part)
            start += len(part)
        return out

    def first_not_below(self, number: int) -> int:
        """The position of the first number >= `number`; the length when there is none."""
        return self._find(number, after_equals=False)

    def first_above(self, number: int) -> int:
        """The position of the first number > `number`; the length when there is none."""
        return self._find(number, after_equals=True)

    def _find(self, number: int, *, after_equals: bool) -> int:
        if self._unsorted:
            raise TypeError("an unsorted sequence cannot be searched")
        bisect = bisect_right if after_equals else bisect_left
        if self._tail and (not self._firsts or bisect(self._tail, number) > 0):
            return len(self._firsts) * PAGE_WORDS + bisect(self._tail, number)
        page = bisect(self._firsts, number) - 1
        if page < 0:
            return 0
        return page * PAGE_WORDS + bisect(self._page(page), number)

    def _page(self, page: int) -> array[int]:
        if page >= len(self._firsts):
            return self._tail
        if (cached := self._cache.get(page)) is not None:
            return cached
        words = array("Q")
        words.frombytes(self._file.read(page * PAGE_WORDS * 8, PAGE_WORDS * 8))
        if len(self._cache) >= _CACHED_PAGES:
            del self._cache[next(iter(self._cache))]
        self._cache[page] = words
        return words

    @property
    def error(self) -> OSError | None:
        """Why nothing more can be kept; None while all is well."""
        return self._file.error

    def clear(self) -> None:
        self._file.clear()
        self._firsts = array("Q")
        self._tail = array("Q")
        self._cache.clear()

    def close(self) -> None:
        self._file.close()
