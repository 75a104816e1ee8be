"""A run for which there is a rehearsal that does not fit is refused, before any host is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.journal.place import open_journal
from runbooks.rehearsal.keeping import keep_rehearsal
from runbooks.rehearsal.record import Rehearsal
from tests.runbooks.rehearsal.rehearsals import BOOK, a_rehearsal
from tests.tui.cli.calls import Called, call
from tests.tui.cli.test_bad_input import ESTATE


def run(home: Path, rehearsal: Rehearsal, *more: str) -> Called:
    """Rehearse in the journal only, then run."""
    (home / "estate.toml").write_text(ESTATE)
    journal = open_journal(str(home / "journal.sqlite"))
    keep_rehearsal(journal, rehearsal)
    journal.close()
    words = ("runbook", "run", BOOK.name, "--target", "orders", "--arm", "a test", *more)
    return call("--estate", str(home / "estate.toml"), *words, home=home)


@pytest.mark.parametrize(
    ("rehearsal", "sentence"),
    [
        (a_rehearsal({"nodes": "db2"}), "was rehearsed with other inputs: nodes"),
        (
            a_rehearsal(ending="stopped", sentence="stopped at: start db2."),
            "did not come to its end: stopped at: start db2.",
        ),
    ],
)
def test_it_says_why_and_what_to_do(tmp_path: Path, rehearsal: Rehearsal, sentence: str) -> None:
    called = run(tmp_path, rehearsal)
    assert called.status == 4, called
    assert sentence in called.err
    assert "rehearsed 2026-11-22 12:00 UTC, entry 1" in called.err
    assert "rehearse again with these, or give --without-rehearsal" in called.err


@pytest.mark.whole
def test_a_word_goes_on_without_it(tmp_path: Path) -> None:
    called = run(tmp_path, a_rehearsal({"nodes": "db2"}), "--without-rehearsal")
    assert called.status == 4
    assert "no node may be taken out now" in called.out
