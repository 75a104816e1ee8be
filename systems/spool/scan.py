"""Which lines of a block of bytes hold what is looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from systems.matching import Matcher, ignores_case


@dataclass(frozen=True, slots=True)
class Scan:
    """What to look for, in the form that is fastest over bytes: words by `bytes.find`, else by an expression.

    A case-blind expression runs at 100 MB/s, `find` in lower-cased bytes at 700 (`python -m bench spool`).
    """

    exact: tuple[bytes, ...]
    """Words looked for as they are."""
    folded: tuple[bytes, ...]
    """Lower-case words, looked for in lower-cased bytes."""
    pattern: re.Pattern[bytes] | None
    """With words: a line that has one must match it too. Without: looked for by itself."""
    inverse: bool
    everything: bool = False

    @classmethod
    def of(cls, matcher: Matcher) -> Scan:
        """The scan that a filter asks for."""
        if matcher.empty:
            return cls((), (), None, inverse=False, everything=True)
        words = matcher.words
        if words and all(word.isascii() for word in words):
            exact = tuple(word.encode() for word in words if not ignores_case(word))
            folded = tuple(word.encode() for word in words if ignores_case(word))
            return cls(exact, folded, None, inverse=matcher.inverse)
        return cls((), (), matcher.in_bytes, inverse=matcher.inverse)

    def lines(self, data: bytes, first: int) -> Iterator[int]:
        """Numbers of the lines to keep, rising. `data` is whole lines, the first of them number `first`."""
        if self.everything:
            yield from range(first, first + data.count(b"\n"))
            return
        if not self.inverse:
            yield from self._found(data, first)
            return
        next_line = first
        for line in self._found(data, first):
            yield from range(next_line, line)
            next_line = line + 1
        yield from range(next_line, first + data.count(b"\n"))

    def _found(self, data: bytes, line: int) -> Iterator[int]:
        """Numbers of the lines in which the words or the pattern occur."""
        if self.exact or self.folded:
            hits = self._hits_of_words(data)
        elif self.pattern is not None:
            hits = _hits_of_pattern(data, self.pattern)
        else:
            return
        counted = 0
        for start in hits:
            line += data.count(b"\n", counted, start)
            counted = start
            yield line

    def _hits_of_words(self, data: bytes) -> Iterator[int]:
        """The beginning of each line with one of the words."""
        places = [(data, word) for word in self.exact]
        if self.folded:
            folded = data.lower()
            places += [(folded, word) for word in self.folded]
        ends = len(data)
        nexts = [_find(where, word, 0, ends) for where, word in places]
        while (hit := min(nexts)) < ends:
            start = data.rfind(b"\n", 0, hit) + 1
            stop = data.find(b"\n", hit)
            if self.pattern is None or self.pattern.search(data, start, stop):
                yield start
            nexts = [
                at if at > stop else _find(where, word, stop, ends)
                for at, (where, word) in zip(nexts, places, strict=True)
            ]


def _hits_of_pattern(data: bytes, pattern: re.Pattern[bytes]) -> Iterator[int]:
    """The beginning of each line that matches by itself.

    The block is searched as a whole, since that is fast; a match that runs over the end of its line
    (`a\\s+b`, or an empty one at the very end) is tried again on that line alone.
    """
    position = 0
    while position < len(data) and (match := pattern.search(data, position)) is not None:
        hit = match.start()
        if hit >= len(data):
            return
        start = data.rfind(b"\n", 0, hit) + 1
        stop = data.find(b"\n", hit)
        if match.end() <= stop or pattern.search(data, start, stop):
            yield start
        position = stop + 1


def _find(where: bytes, word: bytes, start: int, absent: int) -> int:
    found = where.find(word, start)
    return found if found >= 0 else absent


ERRORS = Scan(
    exact=(),
    folded=(
        *(b"error", b"fail", b"fatal", b"panic", b"crit", b"emerg", b"refused", b"denied", b"abort"),
        *(b"segfault", b"traceback", b"exception", b"not found", b"no space", b"out of memory", b"timed out"),
    ),
    pattern=re.compile(
        rb"(?i)(?<!no )(?<!\b0 )(?<![\w-])(?:errors?|fail(?:ed|ure|ures|s)?|fatal|panic|crit(?:ical)?"
        rb"|emerg(?:ency)?|refused|denied|abort(?:ed|ing)?|segfault|traceback|\w*exception|\w+error"
        rb"|not found|no space left|out of memory|timed out)(?![\w-])(?!\s*[=:]\s*(?:0|none|no)\b)",
        re.MULTILINE,
    ),
    inverse=False,
)
"""Lines that tell of something going wrong, in the words of syslog, of servers, and of shells."""
