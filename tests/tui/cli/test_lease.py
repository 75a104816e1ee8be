"""Leases from the shell: seen by others, broken only with a reason, and that stands in the journal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runbooks.journal.place import open_journal
from runbooks.lease.sqlite import SqliteLeases
from tests.tui.cli.calls import call


@pytest.fixture
def home(tmp_path: Path) -> Path:
    journal = open_journal(str(tmp_path / "journal.sqlite"), estate="north")
    SqliteLeases(journal).take("orders", run="20261122-1402-a7", what="galera-recover")
    journal.close()
    settings = tmp_path / "config" / "quarterdeck"
    settings.mkdir(parents=True)
    (settings / "estate.toml").write_text('[estate]\nname = "north"\n')
    return tmp_path


def test_a_live_lease_is_listed_with_who_and_what(home: Path) -> None:
    (held,) = json.loads(call("lease", "list", "--json", home=home).out)
    assert (held["system"], held["run"], held["what"]) == ("orders", "20261122-1402-a7", "galera-recover")


def test_breaking_needs_a_reason(home: Path) -> None:
    called = call("lease", "break", "orders", home=home)
    assert called.status == 64
    assert "--reason" in called.err


def test_a_broken_lease_is_gone_and_the_reason_stands_in_the_journal(home: Path) -> None:
    called = call("lease", "break", "orders", "--reason", "bastion1 burnt down", home=home)
    assert called.status == 0
    assert "Broken: the lease of orders" in called.out
    assert json.loads(call("lease", "list", "--json", home=home).out) == []
    assert "bastion1 burnt down" in call("journal", "grep", "lease-broken", home=home).out


def test_a_lease_that_nobody_holds_cannot_be_broken(home: Path) -> None:
    called = call("lease", "break", "stock", "--reason", "x", home=home)
    assert called.status == 3
    assert "nobody holds a lease of stock" in called.err
