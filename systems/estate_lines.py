"""Finds the line of a TOML text on which a key stands, for messages; the reading itself is tomllib's."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?")
_WORD = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_ASSIGNMENT = re.compile(rf"\s*({_WORD}(?:\s*\.\s*{_WORD})*)\s*=")
_LONG_QUOTES = ('"""', "'''")


def line_of(text: str, key: str) -> int | None:
    """The line of `key`, such as "galera[1].sql.port", from 1; else that of the nearest table around it.

    None: not even its table is there. A key inside `{ ... }` stands on the line of what holds it.
    """
    places = _places(text)
    wanted = key
    while wanted:
        if wanted in places:
            return places[wanted]
        wanted = _parent(wanted)
    return None


def _parent(key: str) -> str:
    cut = max(key.rfind("."), key.rfind("["))
    return key[:cut] if cut > 0 else ""


def _places(text: str) -> dict[str, int]:
    """Every key of the text and its line; of a key that comes twice, the first."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    open_quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quotes:
            if open_quotes in line:
                open_quotes = ""
            continue
        header = _HEADER.fullmatch(line)
        if header:
            table = _table(header.group(1), _plain(header.group(2)), counts)
            places.setdefault(table, number)
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            name = _plain(assignment.group(1))
            places.setdefault(f"{table}.{name}" if table else name, number)
        open_quotes = next((quotes for quotes in _LONG_QUOTES if line.count(quotes) % 2), "")
    return places


def _table(brackets: str, name: str, counts: dict[str, int]) -> str:
    """A header's full path: [[galera]] becomes galera[0], and [galera.sql] after it galera[0].sql."""
    if brackets == "[[":
        counts[name] = counts.get(name, -1) + 1
        return f"{name}[{counts[name]}]"
    for listed in sorted(counts, key=len, reverse=True):
        if name.startswith(f"{listed}."):
            return f"{listed}[{counts[listed]}]{name[len(listed) :]}"
    return name


def _plain(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split("."))
