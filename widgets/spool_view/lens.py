"""Which lines of a spool are seen, in which order: all, the filtered ones, or one answer for many hosts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from systems.spool import FilteredLines, Grouping, GroupLines, Line, Spool, read_lines

Shown: TypeAlias = Line | str
"""A line of a host, or a heading of our own."""


class Lens(Protocol):
    """A sequence of rows that may still grow, since output streams in or is still being looked at."""

    def __len__(self) -> int: ...

    def rows(self, start: int, count: int, clip: int) -> list[Shown]:
        """Rows from position `start` on; of each at most `clip` bytes."""
        ...

    def position_of(self, line: int) -> int:
        """Where that line is, or the next one that is seen."""
        ...

    def line_at(self, position: int) -> int:
        """The number of the line there (of a heading: of the line after it)."""
        ...

    def advance(self, budget_s: float) -> bool:
        """Look at what is new for about this long; True when nothing is left to look at."""
        ...

    @property
    def looked_at(self) -> int:
        """Lines of the spool that are decided."""
        ...

    def close(self) -> None: ...


class AllLines:
    """Every line as it came."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def __len__(self) -> int:
        return self._spool.lines

    def rows(self, start: int, count: int, clip: int) -> list[Shown]:
        return list(self._spool.read(start, count, clip=clip))

    def position_of(self, line: int) -> int:
        return min(line, self._spool.lines)

    def line_at(self, position: int) -> int:
        return position

    def advance(self, budget_s: float) -> bool:  # noqa: ARG002
        return True

    @property
    def looked_at(self) -> int:
        return self._spool.lines

    def close(self) -> None:
        """Nothing to give back."""


class OnlyLines:
    """The lines that a filter keeps."""

    def __init__(self, spool: Spool, filtered: FilteredLines) -> None:
        self._spool = spool
        self.filtered = filtered

    def __len__(self) -> int:
        return len(self.filtered)

    def rows(self, start: int, count: int, clip: int) -> list[Shown]:
        return list(read_lines(self._spool, self.filtered.slice(start, start + count), clip=clip))

    def position_of(self, line: int) -> int:
        return self.filtered.position_of(line)

    def line_at(self, position: int) -> int:
        return next(iter(self.filtered.slice(position, position + 1)), self._spool.lines)

    def advance(self, budget_s: float) -> bool:
        return self.filtered.advance(budget_s)

    @property
    def looked_at(self) -> int:
        return self.filtered.scanned

    def close(self) -> None:
        self.filtered.close()


class EqualAnswers:
    """Each different answer once, under the hosts that gave it. What comes after it was made is not in it."""

    def __init__(self, spool: Spool, fold: Callable[[Sequence[str]], str]) -> None:
        """`fold` writes the names of hosts in short, such as `db[1-3]`."""
        self._spool = spool
        self._fold = fold
        self._grouping: Grouping | None = Grouping(spool)
        self._lines: GroupLines | None = None
        self._total = spool.lines
        self._headings: list[str] = []
        self._starts: list[int] = []
        self._length = 0

    def advance(self, budget_s: float) -> bool:
        if self._grouping is not None:
            if not self._grouping.advance(budget_s):
                return False
            groups = self._grouping.groups
            self._headings = [self._heading(group.hosts, group.lines) for group in groups]
            self._lines = GroupLines(self._spool, groups)
            self._grouping = None
            return False
        if self._lines is None or self._starts:
            return True
        if not self._lines.advance(budget_s):
            return False
        position = 0
        for numbers in self._lines.of_group:
            self._starts.append(position)
            position += 1 + len(numbers)
        self._length = position
        return True

    def _heading(self, hosts: Sequence[str], lines: int) -> str:
        count = "1 host" if len(hosts) == 1 else f"{len(hosts)} hosts"
        said = "no output" if lines == 0 else "1 line" if lines == 1 else f"{lines:,} lines"
        return f"{self._fold(hosts)}   {count}, {said}"

    def __len__(self) -> int:
        return self._length

    def rows(self, start: int, count: int, clip: int) -> list[Shown]:
        out: list[Shown] = []
        stop = min(start + count, self._length)
        while start < stop and self._lines is not None:
            group, within = self._find(start)
            if within < 0:
                out.append(self._headings[group])
                start += 1
                continue
            numbers = self._lines.of_group[group].slice(within, within + stop - start)
            out += read_lines(self._spool, numbers, clip=clip)
            start += len(numbers)
        return out

    def _find(self, position: int) -> tuple[int, int]:
        """The group at a position, and the place of the line in it: -1 for its heading."""
        group = bisect_right(self._starts, position) - 1
        return group, position - self._starts[group] - 1

    def position_of(self, line: int) -> int:
        if self._lines is None:
            return 0
        for start, numbers in zip(self._starts, self._lines.of_group, strict=True):
            place = numbers.first_not_below(line)
            if place < len(numbers) and numbers[place] == line:
                return start + 1 + place
        return 0

    def line_at(self, position: int) -> int:
        if self._lines is None or not self._length:
            return 0
        group, within = self._find(min(position, self._length - 1))
        numbers = self._lines.of_group[group]
        return numbers[max(0, within)] if len(numbers) else 0

    @property
    def looked_at(self) -> int:
        return self._total if self._starts else 0

    def close(self) -> None:
        for numbers in self._lines.of_group if self._lines is not None else ():
            numbers.close()
