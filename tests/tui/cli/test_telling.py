"""What an unattended run tells people: each thing once, and nothing that is not so."""

from __future__ import annotations

import pytest

from runbooks.engine.api import JobRead, Verifying
from runbooks.model import no, yes
from systems.shell import JobState
from tui.cli.telling import Teller


def still_running() -> JobRead:
    return JobRead(
        "start:db1", "job1", "db1", JobState.RUNNING, "db1 is still running 'galera_new_cluster'", 9.0
    )


def test_what_is_asked_again_and_again_is_told_when_its_answer_changes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    teller = Teller(as_json=False)
    for event in (still_running(), still_running(), Verifying("start:db1", no("db1 joins"), 9.0)):
        teller.tell(event)
    teller.tell(Verifying("start:db1", no("db1 joins"), 8.0))
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        "db1 is still running 'galera_new_cluster'",
        "waiting: db1 joins",
    ]


def test_whoever_stops_reading_does_not_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    silenced: list[bool] = []

    def gone(_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("tui.cli.telling.say_nothing_more", lambda: silenced.append(True))
    Teller(as_json=False, say=gone).tell(still_running())
    assert silenced == [True]


def test_a_verify_that_says_yes_is_no_wait(capsys: pytest.CaptureFixture[str]) -> None:
    Teller(as_json=False).tell(Verifying("start:db1", yes("db1 Synced"), 9.0))
    assert capsys.readouterr().out == ""
