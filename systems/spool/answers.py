"""Hosts that gave the same answer, put together, as `clush -b` and `dshbak -c` do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from systems.shell import Stream
from systems.spool.lines import after_newline
from systems.spool.spool import Spool
from systems.spool.windows import Window, window_from
from systems.spool.words import RisingNumbers

_SEGMENT_LINES = 100_000
"""Lines whose segments are looked at between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Hosts whose whole output is equal, byte for byte, on stdout and on stderr."""

    hosts: tuple[str, ...]
    """In the order in which the spool was told of them; the first stands for all."""
    lines: int
    """Lines that each of them wrote."""


class Grouping:
    """Compares the complete output of all hosts, in slices. Notes of the console are left out."""

    def __init__(self, spool: Spool) -> None:
        """Compare what the spool holds now; what comes later is not looked at."""
        self._spool = spool
        self._stop = spool.lines
        self._next = 0
        self._offset = 0
        self._digests = [hashlib.blake2b(digest_size=16) for _ in spool.sources]
        self._lines = [0] * len(spool.sources)

    def advance(self, budget_s: float) -> bool:
        """Go on for about this long; True when `groups` is complete."""
        deadline = perf_counter() + budget_s
        while self._next < self._stop:
            window = window_from(self._spool, self._next, self._offset)
            if window is None:
                break
            self._add(window)
            self._next = window.stop
            self._offset = window.offset + len(window.data)
            if perf_counter() >= deadline:
                return self._next >= self._stop
        return True

    def _add(self, window: Window) -> None:
        start = 0
        for segment in self._spool.segments.between(window.first, min(window.stop, self._stop)):
            count = segment.stop - segment.first
            end = after_newline(window.data, count, start)
            self._digests[segment.source].update(window.data[start:end])
            self._lines[segment.source] += count
            start = end

    @property
    def groups(self) -> list[AnswerGroup]:
        """The largest group first; groups of one size as their first hosts stand in the spool."""
        answers: dict[str, dict[Stream, tuple[bytes, int]]] = {}
        for number, digest in enumerate(self._digests):
            source = self._spool.sources[number]
            if source.stream is not None:
                answer = answers.setdefault(source.host, {})
                if self._lines[number]:
                    answer[source.stream] = (digest.digest(), self._lines[number])
        alike: dict[frozenset[tuple[Stream, tuple[bytes, int]]], list[str]] = {}
        for host, answer in answers.items():
            alike.setdefault(frozenset(answer.items()), []).append(host)
        groups = [AnswerGroup(tuple(hosts), sum(n for _, (_, n) in key)) for key, hosts in alike.items()]
        return sorted(groups, key=lambda group: -len(group.hosts))


class GroupLines:
    """The lines of the host that stands for each group: where they are in the spool, found in slices."""

    def __init__(self, spool: Spool, groups: Sequence[AnswerGroup]) -> None:
        self._spool = spool
        self._next = 0
        self._stop = spool.lines
        self.of_group = [RisingNumbers() for _ in groups]
        """Line numbers, for each group those of its first host."""
        of_host = {group.hosts[0]: numbers for group, numbers in zip(groups, self.of_group, strict=True)}
        self._of_source = {
            number: of_host[source.host]
            for number, source in enumerate(spool.sources)
            if source.stream is not None and source.host in of_host
        }

    def advance(self, budget_s: float) -> bool:
        """Go on for about this long; True when all lines are found."""
        deadline = perf_counter() + budget_s
        while self._next < self._stop:
            stop = min(self._next + _SEGMENT_LINES, self._stop)
            for segment in self._spool.segments.between(self._next, stop):
                if (numbers := self._of_source.get(segment.source)) is not None:
                    numbers.extend(range(segment.first, segment.stop))
            self._next = stop
            if perf_counter() >= deadline:
                return self._next >= self._stop
        return True


def group_answers(spool: Spool) -> list[AnswerGroup]:
    """Compare all at once; for a spool that another task must not wait for, use `Grouping`."""
    grouping = Grouping(spool)
    while not grouping.advance(1.0):
        pass
    return grouping.groups
