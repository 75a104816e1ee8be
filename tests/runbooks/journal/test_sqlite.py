"""The embedded journal on real files: on disk before it returns, one chain, or nothing at all."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from runbooks.journal.entries import Draft, Kind
from runbooks.journal.place import ENVIRONMENT, journal_path, open_journal
from runbooks.journal.port import Filter, JournalError, JournalUnwritable
from runbooks.journal.search import as_json, grep
from runbooks.journal.sqlite import SqliteJournal
from runbooks.journal.words import describe
from tests.runbooks.clocks import NOON, HandClock
from tests.runbooks.journals import ANA, BEN, a_journal, a_note


def test_an_entry_comes_back_as_it_was_written(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    draft = Draft(
        Kind.CHANGE, run="r1", system="orders", host="db1", step="start:db1", line="true", stdin="x"
    )
    written = journal.append(draft)
    [read] = journal.entries()
    assert read == written == journal.entry(1)
    assert (read.number, read.at, read.operator, read.bastion, read.estate) == (
        1,
        NOON,
        "ana",
        "bastion1",
        "north",
    )
    assert journal.entry(2) is None


def test_the_files_are_private(tmp_path: Path) -> None:
    journal = a_journal(tmp_path / "state")
    journal.append(Draft(Kind.RUN_ENDED))
    journal.keep("r1", "7.stdout", "much")
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"journal.sqlite", "journal.checkpoints", "7.stdout"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_every_commit_is_synced_to_disk(tmp_path: Path) -> None:
    with a_journal(tmp_path).store.read() as link:
        assert link.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert link.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL


def test_another_program_cannot_change_or_delete_by_mistake(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.append(a_note())
    other = sqlite3.connect(journal.place)
    for statement in (
        "UPDATE entry SET line = 'x'",
        "DELETE FROM entry",
        "DELETE FROM head",
        "UPDATE head SET number = 0",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
    other.close()


def test_many_writers_make_one_chain(tmp_path: Path) -> None:
    a_journal(tmp_path).close()

    def write(who: str) -> None:
        journal = SqliteJournal(tmp_path / "journal.sqlite", BEN)
        for number in range(25):
            journal.append(a_note(f"{who} {number}"))
        journal.close()

    threads = [threading.Thread(target=write, args=(f"console {index}",)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    proof = a_journal(tmp_path).verify()
    assert (proof.holds, proof.entries) == (True, 100)


def test_many_consoles_may_create_the_journal_at_once(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def create() -> None:
        try:
            SqliteJournal(tmp_path / "journal.sqlite", BEN).append(a_note())
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not failures
    assert a_journal(tmp_path).verify().entries == 6


def test_a_writer_that_is_killed_leaves_a_whole_chain(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from runbooks.journal.entries import *\n"
        "from runbooks.journal.sqlite import SqliteJournal\n"
        "journal = SqliteJournal(Path(sys.argv[1]), Who('ana'))\n"
        "while True: print(journal.append(Draft(Kind.NOTE)).number, flush=True)\n"
    )
    path = tmp_path / "journal.sqlite"
    for _ in range(3):
        command = [sys.executable, "-c", program, str(path)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(20)]
        writer.kill()
        told += [int(line) for line in writer.stdout.read().splitlines() if line]
        writer.wait(timeout=20)
        proof = a_journal(tmp_path).verify()
        assert proof.holds
        assert proof.entries >= told[-1]


def test_a_locked_journal_refuses_with_a_sentence_and_writes_nothing(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    other = sqlite3.connect(journal.place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalUnwritable, match=r"another program has kept it locked.*Nothing was changed"):
        journal.append(a_note())
    other.execute("ROLLBACK")
    other.close()
    assert journal.append(a_note()).number == 1


def test_a_full_disk_refuses_with_a_sentence_and_writes_nothing(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.append(a_note())
    with journal.store.read() as link:
        pages = link.execute("PRAGMA page_count").fetchone()[0]
        link.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(JournalUnwritable, match="the disk is full"):
        journal.append(a_note("x" * 200_000))
    assert journal.verify().entries == 1


def test_a_journal_in_an_impossible_place_refuses_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(JournalUnwritable, match="cannot be opened: File exists"):
        a_journal(tmp_path / "file")
    with pytest.raises(JournalUnwritable, match=r"cannot be opened: .* directory"):
        SqliteJournal(tmp_path, ANA)


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_text("these are my notes, " * 100)
    with pytest.raises(JournalUnwritable, match="it is no journal"):
        a_journal(tmp_path)
    assert (tmp_path / "journal.sqlite").read_text().startswith("these are my notes")


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    with journal.store.read() as link:
        link.execute("PRAGMA user_version=99")
    journal.close()
    with pytest.raises(JournalError, match="layout 99"):
        a_journal(tmp_path)


def test_reading_alone_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        open_journal(str(tmp_path / "new" / "journal.sqlite"), read_only=True)
    assert not (tmp_path / "new").exists()


def test_a_reader_can_read_and_verify_but_not_append(tmp_path: Path) -> None:
    a_journal(tmp_path).append(a_note())
    reader = open_journal(str(tmp_path / "journal.sqlite"), read_only=True)
    assert reader.verify().holds
    with pytest.raises(JournalError, match="may not be written"):
        reader.append(a_note())


def test_the_place_is_chosen_by_option_then_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "by-environment"))
    assert journal_path() == tmp_path / "by-environment"
    assert journal_path(str(tmp_path / "by-option")) == tmp_path / "by-option"
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert journal_path() == tmp_path / "quarterdeck" / "journal.sqlite"


def test_entries_are_found_by_what_they_are(tmp_path: Path) -> None:
    clock = HandClock()
    ana, ben = a_journal(tmp_path, clock=clock), a_journal(tmp_path, BEN, clock=clock)
    ana.append(a_note("one", run="r1", host="db1"))
    clock.turn(60)
    ben.append(a_note("two", run="r2", host="db2"))
    ana.append(Draft(Kind.ARMED, run="r2"))

    def numbers(wanted: Filter) -> list[int]:
        return [entry.number for entry in ana.entries(wanted)]

    assert numbers(Filter(run="r2")) == [2, 3]
    assert numbers(Filter(kinds=frozenset({Kind.NOTE}))) == [1, 2]
    assert numbers(Filter(operator="ben")) == [2]
    assert numbers(Filter(host="db1")) == [1]
    assert numbers(Filter(since=clock.now())) == [2, 3]
    assert numbers(Filter(until=NOON)) == [1]
    assert numbers(Filter(last=2)) == [2, 3]
    assert numbers(Filter(after=1, last=1)) == [3]


def test_more_entries_than_a_page_come_in_order(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    with journal.store.write() as link:
        for number in range(1, 1203):
            journal.append_in(link, a_note(str(number)))
    assert [entry.number for entry in journal.entries()] == list(range(1, 1203))


def test_grep_looks_at_commands_and_data(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.append(Draft(Kind.CHANGE, host="db1", line="SET GLOBAL wsrep_provider_options='pc.bootstrap=1'"))
    journal.append(a_note("the answer was WSREP: no donor"))
    assert [entry.number for entry in grep(journal, r"pc\.boot")] == [1]
    assert [entry.number for entry in grep(journal, "wsrep: NO")] == [2]
    with pytest.raises(ValueError, match="is no regular expression"):
        grep(journal, "(")


def test_text_that_no_store_takes_is_spelled_out(tmp_path: Path) -> None:
    journal = a_journal(tmp_path)
    journal.append(Draft(Kind.NOTE, line="a\0b \udcff", data={"sentence": "\ud800 [/red] \x1b]52;c;x\x07"}))
    [entry] = journal.entries()
    assert entry.line == "a\\x00b \\udcff"
    assert "\x1b" not in describe(entry)
    assert journal.verify().holds


def test_what_the_redactor_knows_is_never_written(tmp_path: Path) -> None:
    journal = SqliteJournal(
        tmp_path / "journal.sqlite", ANA, redact=lambda text: text.replace("hunter22", "«secret:pw»")
    )
    journal.append(
        Draft(Kind.CHANGE, line="x hunter22", stdin="hunter22\n", data={"a": [{"hunter22": "hunter22"}]})
    )
    journal.keep("r", "1.stdout", "it said hunter22")
    journal.close()
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"hunter22" not in path.read_bytes()


def test_an_entry_as_json_has_what_the_hash_covers(tmp_path: Path) -> None:
    from runbooks.journal.entries import digest

    entry = a_journal(tmp_path).append(a_note("ümlaut"))
    assert digest(as_json(entry)) == entry.hash
