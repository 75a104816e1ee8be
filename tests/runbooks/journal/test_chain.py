"""Whatever is done to a journal behind its back: verifying names the first entry that was not written so."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from runbooks.journal.entries import FIELDS, Draft, Kind, digest
from runbooks.journal.kept import kept_data
from tests.examples import examples
from tests.runbooks.journals import a_journal, a_note

TRIGGERS = ("entry_is_not_updated", "entry_is_not_deleted", "head_only_moves_on", "head_is_not_deleted")


def forged(folder: Path, forge: Callable[[sqlite3.Connection], object]) -> None:
    """Change the file as somebody with the rights and the will would."""
    link = sqlite3.connect(folder / "journal.sqlite")
    for name in TRIGGERS:
        link.execute(f"DROP TRIGGER {name}")
    forge(link)
    link.commit()
    link.close()


def stored(folder: Path, number: int, field: str) -> object:
    """What the file has for a field of an entry."""
    link = sqlite3.connect(folder / "journal.sqlite")
    found: object = link.execute(f"SELECT {field} FROM entry WHERE number = ?", (number,)).fetchone()[0]
    link.close()
    return found


def a_journal_of_five(folder: Path) -> None:
    journal = a_journal(folder)
    for number in range(1, 5):
        journal.append(
            Draft(Kind.CHANGE, run="r1", host=f"db{number}", line=f"systemctl start mariadb # {number}")
        )
    journal.append(Draft(Kind.RUN_ENDED, run="r1", data={"ending": "done", "sentence": "all well"}))
    journal.close()


def test_a_whole_chain_holds_and_tells_its_head(tmp_path: Path) -> None:
    a_journal_of_five(tmp_path)
    journal = a_journal(tmp_path)
    [*_, last] = journal.entries()
    proof = journal.verify(known=[last.hash])
    assert (proof.holds, proof.entries, proof.head) == (True, 5, last.hash)
    assert a_journal(tmp_path / "empty").verify().holds


CASES: dict[str, tuple[str, int, str]] = {
    "changed": ("UPDATE entry SET line = 'rm -rf /srv' WHERE number = 3", 3, "db3: rm -rf /srv"),
    "deleted": ("DELETE FROM entry WHERE number = 2", 2, "entry 2 is missing"),
    "cut off": ("DELETE FROM entry WHERE number > 3", 4, "entry 4 to 5 are missing"),
    "all gone": ("DELETE FROM entry", 1, "entry 1 to 5 are missing"),
    "swapped": (
        "UPDATE entry SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3);"
        "UPDATE entry SET number = -number WHERE number < 0",
        2,
        "is not what was written",
    ),
    "put in": (
        "INSERT INTO entry SELECT 6, at, kind, run, operator, sudo_user, bastion, estate, system, host, step,"
        " line, stdin, about, data, hash, hash FROM entry WHERE number = 5",
        6,
        "is not what was written",
    ),
    "head gone": ("DELETE FROM head", 5, "the head record is gone"),
    "blob": ("UPDATE entry SET stdin = x'00' WHERE number = 4", 4, "is not what was written"),
    "strange kind": ("UPDATE entry SET kind = 'coffee' WHERE number = 1", 1, "is not what was written"),
    "strange time": ("UPDATE entry SET at = 'noon' WHERE number = 1", 1, "is not what was written"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_forged_journal_names_the_first_bad_entry(tmp_path: Path, case: str) -> None:
    a_journal_of_five(tmp_path)
    statements, bad, words = CASES[case]
    forged(tmp_path, lambda link: link.executescript(statements))
    proof = a_journal(tmp_path).verify()
    assert proof.bad == bad
    assert words in proof.sentence


def test_the_sentence_tells_number_time_and_claim(tmp_path: Path) -> None:
    a_journal_of_five(tmp_path)
    forged(tmp_path, lambda link: link.execute("UPDATE entry SET operator = 'ben' WHERE number = 2"))
    assert a_journal(tmp_path).verify().sentence == (
        "entry 2 of 2026-11-22 12:00:00 UTC (change: db2: systemctl start mariadb # 2) "
        "is not what was written: its hash does not match its content"
    )


def rehash(link: sqlite3.Connection, number: int) -> None:
    link.row_factory = sqlite3.Row
    row = dict(link.execute("SELECT * FROM entry WHERE number = ?", (number,)).fetchone())
    link.execute("UPDATE entry SET hash = ? WHERE number = ?", (digest({n: row[n] for n in FIELDS}), number))


def test_an_entry_that_was_changed_and_hashed_again_does_not_fit_its_neighbour(tmp_path: Path) -> None:
    a_journal_of_five(tmp_path)

    def forge(link: sqlite3.Connection) -> None:
        link.execute("UPDATE entry SET line = 'true' WHERE number = 2")
        rehash(link, 2)

    forged(tmp_path, forge)
    proof = a_journal(tmp_path).verify()
    assert proof.bad == 2
    assert "does not follow entry 2" in proof.sentence


def test_a_tail_that_was_cut_with_its_head_shows_by_the_checkpoint(tmp_path: Path) -> None:
    a_journal_of_five(tmp_path)

    def forge(link: sqlite3.Connection) -> None:
        link.execute("DELETE FROM entry WHERE number > 3")
        link.execute("UPDATE head SET number = 3, hash = (SELECT hash FROM entry WHERE number = 3)")

    forged(tmp_path, forge)
    proof = a_journal(tmp_path).verify()
    assert proof.bad == 4
    assert "a checkpoint names entry 5" in proof.sentence


def test_a_tail_cut_off_everywhere_shows_only_against_a_hash_noted_elsewhere(tmp_path: Path) -> None:
    """Whoever can write all of the journal's files can cut its end off: what is left is a whole chain."""
    a_journal_of_five(tmp_path)
    noted = a_journal(tmp_path).verify().head

    def forge(link: sqlite3.Connection) -> None:
        link.execute("DELETE FROM entry WHERE number > 3")
        link.execute("UPDATE head SET number = 3, hash = (SELECT hash FROM entry WHERE number = 3)")

    forged(tmp_path, forge)
    (tmp_path / "journal.checkpoints").unlink()
    assert a_journal(tmp_path).verify().holds
    proof = a_journal(tmp_path).verify(known=[noted])
    assert proof.bad == 1
    assert noted in proof.sentence


def test_a_chain_made_anew_shows_against_a_hash_noted_elsewhere(tmp_path: Path) -> None:
    a_journal_of_five(tmp_path)
    noted = a_journal(tmp_path).verify().head
    for path in tmp_path.iterdir():
        path.unlink()
    journal = a_journal(tmp_path)
    journal.append(a_note("nothing ever happened"))
    assert journal.verify().holds
    proof = journal.verify(known=[noted])
    assert proof.bad == 1
    assert noted in proof.sentence


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_kept_output_is_part_of_the_proof(tmp_path: Path, harm: str) -> None:
    journal = a_journal(tmp_path)
    kept = journal.keep("r1", "1.stdout", "all 3 rows are there\n")
    journal.append(Draft(Kind.OUTCOME, data={"stdout_kept": kept_data(kept)}))
    assert journal.verify().holds
    assert journal.kept(kept) == "all 3 rows are there\n"
    path = tmp_path / "journal.outputs" / kept.name
    if harm == "changed":
        path.write_text("all 2 rows are there\n")
    else:
        path.unlink()
    proof = journal.verify()
    assert proof.bad == 1
    assert str(path) in proof.sentence


@examples(60, suppress=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_one_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("forged")
    a_journal_of_five(folder)
    number = data.draw(st.integers(1, 5))
    field = data.draw(st.sampled_from((*FIELDS[1:], "hash")))
    old = stored(folder, number, field)
    text = str(old)
    place = data.draw(st.integers(0, len(text)))
    new = text[:place] + data.draw(st.characters(codec="utf-8", exclude_characters="\0")) + text[place + 1 :]
    forged(folder, lambda link: link.execute(f"UPDATE entry SET {field} = ? WHERE number = ?", (new, number)))
    is_same = stored(folder, number, field) == old  # a column of numbers keeps "00" as 0
    proof = a_journal(folder).verify()
    assert proof.holds == is_same
    if not is_same:
        assert proof.bad in (number - 1, number)
