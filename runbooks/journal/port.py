"""What a journal can do, whichever store is behind it, and the named ways in which it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from runbooks.journal.entries import Draft, Entry, Kind, Who
from systems.errors import SystemsError


class JournalError(SystemsError):
    """The journal does not answer; nothing was changed."""


class JournalUnwritable(JournalError):
    """An entry could not be written down safely, so what it announces is not done."""


class OutcomeUnwritten(JournalError):
    """A change was made and announced, but what came of it could not be written; nothing more is changed."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; everything that is left empty matches all."""

    run: str = ""
    kinds: frozenset[Kind] = frozenset()
    system: str = ""
    host: str = ""
    operator: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    """Only entries with a higher number."""
    last: int = 0
    """Only so many of the newest that match; 0: all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One text that is kept beside the journal because it is too long for an entry."""

    name: str
    """Path below the journal's folder of outputs."""
    sha256: str
    """Of the file as it is kept."""
    size_bytes: int
    """Of the whole text; more than the file has when it was cut."""
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of verifying the chain."""

    sentence: str
    bad: int | None = None
    """Number of the first bad entry; None: the chain holds."""
    entries: int = 0
    head: str = ""
    """Hash of the last entry: kept elsewhere, it proves everything before it."""

    @property
    def holds(self) -> bool:
        return self.bad is None


class Journal(Protocol):
    """Append-only and chained. Safe to use from any thread; calls block, for milliseconds as a rule."""

    @property
    def who(self) -> Who: ...

    @property
    def estate(self) -> str: ...

    @property
    def place(self) -> str:
        """Where it is, as an operator would name it."""
        ...

    def append(self, draft: Draft) -> Entry:
        """Write it and wait until it is on disk; raises `JournalUnwritable`, and then nothing was written."""
        ...

    def entries(self, wanted: Filter = ...) -> Iterator[Entry]:
        """Those that match, oldest first; raises `JournalError`."""
        ...

    def entry(self, number: int) -> Entry | None: ...

    def keep(self, run: str, name: str, text: str) -> Kept:
        """Keep a long text beside the journal, private, on disk; raises `JournalUnwritable`."""
        ...

    def kept(self, kept: Kept) -> str:
        """The text again; raises `JournalError` when it is gone or is not what was kept."""
        ...

    def verify(self, known: Sequence[str] = ()) -> Proof:
        """Recompute the chain. `known`: hashes noted elsewhere, which must all be in it."""
        ...

    def close(self) -> None: ...
