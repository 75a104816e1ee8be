"""Finds entries by a pattern over all their text, as `journal grep` does, and exports them as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict

from runbooks.journal.entries import Data, Entry, data_text, time_text
from runbooks.journal.port import Filter, Journal


def grep(journal: Journal, pattern: str, wanted: Filter = Filter()) -> Iterator[Entry]:  # noqa: B008
    """Entries whose text matches the regular expression, without regard to case, oldest first.

    Raises `ValueError`, a sentence, for a pattern that is none.
    """
    try:
        expression = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        message = f"{pattern!r} is no regular expression: {error}"
        raise ValueError(message) from error
    return (entry for entry in journal.entries(wanted) if expression.search(text_of(entry)))


def text_of(entry: Entry) -> str:
    """All that a search looks at."""
    return "\n".join(
        (
            entry.kind.value,
            entry.run,
            entry.operator,
            entry.sudo_user,
            entry.system,
            entry.host,
            entry.step,
            entry.line,
            entry.stdin,
            data_text(entry.data),
        )
    )


def as_json(entry: Entry) -> Data:
    """The entry with every field by name: `data` stays the text that the hash covers."""
    return {
        **asdict(entry),
        "at": time_text(entry.at),
        "kind": entry.kind.value,
        "data": data_text(entry.data),
    }
