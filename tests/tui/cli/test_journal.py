"""The journal from the shell, on a real one: what was written is found, proven, and missed when changed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from runbooks.journal.entries import Draft, Kind
from runbooks.journal.place import open_journal
from tests.tui.cli.calls import call


@pytest.fixture
def home(tmp_path: Path) -> Path:
    journal = open_journal(str(tmp_path / "journal.sqlite"), estate="north")
    journal.append(Draft(Kind.ARMED, data={"reason": "db1 lost its power", "minutes": 15}))
    journal.append(Draft(Kind.CHANGE, host="db1", line="systemctl start mariadb"))
    journal.append(Draft(Kind.NOTE, data={"sentence": "evil \x1b]52;c;bWFya3Vw\x07 [/red]"}))
    journal.close()
    return tmp_path


@pytest.fixture
def run(home: Path) -> Path:
    journal = open_journal(str(home / "journal.sqlite"), estate="north")
    journal.append(Draft(Kind.RUN_BEGUN, run="r1", system="orders", data={"runbook": "few", "title": "Few"}))
    journal.close()
    return home


def test_list_tells_every_entry_in_order(home: Path) -> None:
    called = call("journal", "list", home=home)
    assert called.status == 0
    lines = called.out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert "armed for 15 min: db1 lost its power" in lines[0]


def test_escape_sequences_in_an_entry_are_shown_and_not_obeyed(home: Path) -> None:
    called = call("journal", "list", home=home)
    assert "\x1b" not in called.out
    assert "\x07" not in called.out
    assert "[/red]" in called.out


def test_grep_finds_by_command_and_says_by_status_that_it_found_nothing(home: Path) -> None:
    found = call("journal", "grep", "START maria", home=home)
    assert found.status == 0
    assert "systemctl start mariadb" in found.out
    assert call("journal", "grep", "reboot", home=home).status == 1


def test_a_pattern_that_is_none_is_answered_with_a_sentence(home: Path) -> None:
    called = call("journal", "grep", "([", home=home)
    assert called.status == 64
    assert "is no regular expression" in called.err


def test_show_tells_one_entry_whole(home: Path) -> None:
    called = call("journal", "show", "2", "--json", home=home)
    assert json.loads(called.out)["line"] == "systemctl start mariadb"
    assert "has no entry 9" in call("journal", "show", "9", home=home).err


def test_verify_holds_until_one_byte_is_changed_and_then_names_the_entry(home: Path) -> None:
    assert call("journal", "verify", home=home).status == 0
    link = sqlite3.connect(home / "journal.sqlite")
    for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        link.execute(f"DROP TRIGGER {name}")
    link.execute("UPDATE entry SET line = 'systemctl start mariadC' WHERE number = 2")
    link.commit()
    link.close()
    called = call("journal", "verify", "--json", home=home)
    assert called.status == 2
    assert json.loads(called.out)["bad"] == 2


def test_a_report_is_a_new_file_that_only_its_owner_reads(run: Path) -> None:
    report = run / "incident.md"
    assert call("journal", "export", "-o", str(report), home=run).status == 0
    assert report.stat().st_mode & 0o777 == 0o600
    report.write_text("by hand")
    again = call("journal", "export", "-o", str(report), home=run)
    assert (again.status, report.read_text()) == (64, "by hand")
    assert f"{report} is there and was left as it is" in again.err
    report.chmod(0o644)
    assert call("journal", "export", "-o", str(report), "--force", home=run).status == 0
    assert report.read_text().startswith("# ")
    assert report.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in run.iterdir() if file.name.startswith("incident")) == ["incident.md"]
