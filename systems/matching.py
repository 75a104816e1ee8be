"""The filter language of tables, streams and journals: one line of text, one meaning everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


class BadPattern(ValueError):
    """A filter that cannot be read; the text says which part and why."""


@dataclass(frozen=True)
class Matcher:
    """What one line of filter means.

        err|WSREP    lines with either word         !err      lines without it
        ~gbs         g, b and s in this order       re:^db\\d  a regular expression

    `!` goes before any of them. A word without a capital letter matches in either case; a regular
    expression too (`(?-i:...)` for a part that must not). Nothing matches across the end of a line.
    """

    text: str
    """As the operator typed it."""

    def __post_init__(self) -> None:
        try:
            self._in_text  # noqa: B018
            self.in_bytes  # noqa: B018
        except (re.error, OverflowError, RecursionError) as error:
            raise BadPattern(f"{self._body[3:]!r} is not a regular expression: {error}") from error

    @property
    def inverse(self) -> bool:
        """True: keeps the lines in which the pattern is *not* found."""
        return self.text.startswith("!")

    @cached_property
    def empty(self) -> bool:
        """True: says nothing, so everything matches."""
        return not self.pattern

    @property
    def words(self) -> tuple[str, ...]:
        """The words of which one must occur; empty when the filter is `~` or `re:`."""
        if self._body.startswith(("~", "re:")):
            return ()
        return tuple(word for word in self._body.split("|") if word)

    @property
    def pattern(self) -> str:
        """The regular expression that it stands for, `inverse` aside."""
        body = self._body
        if body.startswith("re:"):
            return body[3:] and f"(?i:{body[3:]})"
        if body.startswith("~"):
            return _either_case(body[1:], ".*?".join(map(re.escape, body[1:])))
        return "|".join(_either_case(word, re.escape(word)) for word in self.words)

    @property
    def _body(self) -> str:
        return self.text.removeprefix("!")

    @cached_property
    def _in_text(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.MULTILINE)

    @cached_property
    def in_bytes(self) -> re.Pattern[bytes]:
        """The pattern for UTF-8 bytes. A letter beyond ASCII matches in its own case only."""
        return re.compile(self.pattern.encode(), re.MULTILINE)

    def matches(self, text: str) -> bool:
        """Whether this one line is kept."""
        return self.empty or (self._in_text.search(text) is None) == self.inverse

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where to highlight in a line that is shown; nothing for an inverse filter."""
        if self.empty or self.inverse:
            return []
        return [match.span() for match in self._in_text.finditer(text) if match.end() > match.start()]


def ignores_case(word: str) -> bool:
    """A word typed without a capital letter is looked for in either case."""
    return word == word.lower()


def _either_case(typed: str, pattern: str) -> str:
    return f"(?i:{pattern})" if pattern and ignores_case(typed) else pattern
