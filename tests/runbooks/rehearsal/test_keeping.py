"""Rehearsals in the journal: kept whole and private, and good until a run has come to its end."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from runbooks.journal.entries import Draft, Kind
from runbooks.journal.port import JournalError
from runbooks.journal.sqlite import SqliteJournal
from runbooks.journal.words import describe
from runbooks.rehearsal.keeping import keep_rehearsal, newest_rehearsal, rehearsal_of
from tests.runbooks.journals import a_journal
from tests.runbooks.rehearsal.rehearsals import BOOK, a_rehearsal


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    return a_journal(tmp_path)


def newest(journal: SqliteJournal) -> object:
    kept = newest_rehearsal(journal, BOOK.name, "orders")
    return kept.rehearsal if kept is not None else None


def a_run(journal: SqliteJournal, ending: str, *, run: str = "r1", expected: str = "") -> None:
    data = {"runbook": BOOK.name, "expected": expected}
    journal.append(Draft(Kind.RUN_BEGUN, run=run, system="orders", data=data))
    journal.append(Draft(Kind.RUN_ENDED, run=run, system="orders", data={"ending": ending}))


def test_it_is_found_again_and_is_its_owners_alone(journal: SqliteJournal, tmp_path: Path) -> None:
    assert newest(journal) is None
    entry = keep_rehearsal(journal, a_rehearsal())
    assert newest(journal) == a_rehearsal()
    assert describe(entry) == (
        f"rehearsal of {BOOK.name} on a copy of orders, done: 17 steps done and verified"
    )
    [file] = tmp_path.rglob("rehearsal.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert journal.verify().holds


def test_the_newest_counts_and_one_of_another_system_or_runbook_does_not(journal: SqliteJournal) -> None:
    keep_rehearsal(journal, a_rehearsal())
    keep_rehearsal(journal, a_rehearsal({"nodes": "db2"}))
    keep_rehearsal(journal, a_rehearsal(target="billing"))
    keep_rehearsal(journal, a_rehearsal(runbook="galera-recover"))
    assert newest(journal) == a_rehearsal({"nodes": "db2"})


def test_a_run_that_came_to_its_end_has_used_it_up_and_one_that_stopped_has_not(
    journal: SqliteJournal,
) -> None:
    keep_rehearsal(journal, a_rehearsal())
    a_run(journal, "stopped")
    assert newest(journal) == a_rehearsal()
    a_run(journal, "done", run="r2")
    assert newest(journal) is None


def test_a_run_that_was_begun_with_one_is_resumed_with_it_and_one_without_is_not(
    journal: SqliteJournal,
) -> None:
    keep_rehearsal(journal, a_rehearsal())
    a_run(journal, "stopped", run="r1", expected="rehearsed at noon")
    a_run(journal, "done", run="r2")
    kept = rehearsal_of(journal, "r1")
    assert kept is not None
    assert kept.rehearsal == a_rehearsal()
    assert rehearsal_of(journal, "r2") is None
    assert rehearsal_of(journal, "r3") is None


def test_one_that_was_changed_or_is_gone_is_not_passed_over(journal: SqliteJournal, tmp_path: Path) -> None:
    keep_rehearsal(journal, a_rehearsal())
    [file] = tmp_path.rglob("rehearsal.json")
    file.write_text(file.read_text().replace("done", "DONE"))
    with pytest.raises(JournalError):
        newest(journal)
    file.unlink()
    with pytest.raises(JournalError):
        newest(journal)
