"""One SQL server that can be asked: `SqlReader` takes a `Query`, which is proven to only read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

_READS = re.compile(r"\s*(SHOW|SELECT)\b", re.IGNORECASE)
_WRITES = re.compile(
    r";|\bINTO\b|\bFOR\s+UPDATE\b|\bLOCK\b|\b(SLEEP|BENCHMARK|GET_LOCK|RELEASE_LOCK|LOAD_FILE|NEXTVAL|SETVAL)\s*\(",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Query:
    """One statement that is proven to only read: building any other raises `ValueError`."""

    text: str

    def __post_init__(self) -> None:
        if not _READS.match(self.text) or _WRITES.search(self.text):
            message = f"not a statement that only reads: {self.text!r}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an answer, every value as text or None, and when they came (`at`: aware, UTC)."""

    rows: tuple[tuple[str | None, ...], ...]
    at: datetime

    def pairs(self) -> dict[str, str]:
        """The first two columns as a mapping, names in lower case: the form of SHOW STATUS."""
        return {str(row[0]).lower(): row[1] or "" for row in self.rows if len(row) >= 2}


class SqlReader(Protocol):
    """A database server that can be asked and cannot be changed."""

    @property
    def host(self) -> str: ...

    async def ask(self, queries: Sequence[Query], *, timeout_s: float = 5.0) -> tuple[Rows, ...]:
        """Answer all of them over one connection, or raise a `SystemsError`.

        A server that refuses every statement to tables (wsrep error 1047) still answers SHOW.
        """
        ...
