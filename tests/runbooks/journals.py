"""Journals for tests: real SQLite files in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

from runbooks.journal.entries import Draft, Kind, Who
from runbooks.journal.sqlite import SqliteJournal
from tests.runbooks.clocks import HandClock

ANA = Who("ana", "", "bastion1")
BEN = Who("ben", "", "bastion1")


def a_journal(
    folder: Path, who: Who = ANA, *, clock: HandClock | None = None, estate: str = "north"
) -> SqliteJournal:
    clock = clock or HandClock()
    return SqliteJournal(folder / "journal.sqlite", who, estate=estate, now=clock.now, busy_s=0.3)


def a_note(sentence: str = "looked at it", *, run: str = "", host: str = "") -> Draft:
    return Draft(Kind.NOTE, run=run, host=host, data={"sentence": sentence})
