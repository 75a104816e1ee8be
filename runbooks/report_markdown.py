"""Markdown of text that must be shown and never obeyed, and times in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta

from runbooks.journal.entries import Json
from runbooks.words import span
from systems.text import visible

_LINK = re.compile(
    r"((?:[a-z][a-z0-9+.-]*://|www\.|mailto:|xmpp:)[^\s`|<>]*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)", re.IGNORECASE
)
"""What renderers make a link of by themselves."""


def line(value: Json) -> str:
    """Text in the middle of Markdown: one line, with nothing in it that Markdown or HTML would obey.

    An address stands as code, in which nobody makes a link of it: hosts wrote it, and people press links.
    """
    text = visible(" ".join(str("" if value is None else value).split()))
    parts = _LINK.split(text)
    return "".join(f"`{part}`" if at % 2 else _escaped(part) for at, part in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#&~])", r"\\\1", text)


def fence(lines: Sequence[str], language: str = "text") -> Iterator[str]:
    """Text as it is: the fence is longer than any run of backticks in it."""
    shown = [visible(one) for one in lines]
    longest = max((len(found) for one in shown for found in re.findall(r"`+", one)), default=0)
    marks = "`" * max(3, longest + 1)
    yield f"{marks}{language}"
    yield from shown
    yield marks


def quote(text: str) -> Iterator[str]:
    """A note as a quotation: its headings and lists stay, whatever else Markdown would obey does not."""
    for one in text.splitlines():
        mark = re.match(r"(?:#{1,2} |- )?", one)
        start = mark[0] if mark else ""
        yield f"> {start}{line(one[len(start) :])}".rstrip()


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table; what its cells say is data."""
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(map(line, row))} |"


def texts(value: Json) -> list[str]:
    """The texts of a list in an entry's data."""
    return [str(item) for item in value] if isinstance(value, list) else []


def took(time: timedelta) -> str:
    """How long something took: "0.4 s", "45 s", "38 min"."""
    seconds = time.total_seconds()
    return f"{seconds:.1f} s" if seconds < 10 else span(seconds)
