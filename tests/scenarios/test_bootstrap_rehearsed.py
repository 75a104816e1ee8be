"""galera-bootstrap is rehearsed on copies of fresh hosts; its run on the real ones is held against that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runbooks.journal.place import open_journal
from runbooks.rehearsal.keeping import rehearsal_of
from tests.lab.lab import Lab
from tests.scenarios.consoles import headless
from tests.scenarios.test_bootstrap import FORKS, HOSTS, MONITOR, Desk, sent, story

pytestmark = [pytest.mark.lab, pytest.mark.whole]

TARGET = ("galera-bootstrap", "--target", "orders", "--set", "sst_method=rsync")
RUN_S = 400.0


@pytest.fixture
def desk(blank_lab: Lab, tmp_path: Path) -> Desk:
    return Desk(blank_lab, tmp_path)


def rehearsed(desk: Desk) -> Mapping[str, Any]:
    """Rehearse it, which touches nothing; what it told."""
    called = desk.runbook("rehearse", *TARGET, "--speed", "20", "--json")
    assert called.status == 0, called
    assert [desk.lab.unit(host) for host in HOSTS] == ["inactive/dead"] * 3
    told: Mapping[str, Any] = json.loads(called.out)
    return told


def sizes(told: Mapping[str, Any]) -> list[tuple[list[int], list[int]]]:
    both = [(step["sizes"]["before"], step["sizes"]["after"]) for step in told["steps"]]
    return [(before, after) for before, after in both if before != after]


def test_a_bootstrap_of_real_hosts_goes_as_it_was_rehearsed(desk: Desk) -> None:
    told = rehearsed(desk)
    assert sizes(told) == [([], [1]), ([1], [2]), ([2], [3]), ([3], [2]), ([2], [3])]
    assert "judged on the real ones alone" in " ".join(told["unlike"])
    events = desk.run("--set", "sst_method=rsync")
    assert events[-1]["ending"] == "done", story(events)
    assert [line for line in sent(events) if FORKS.search(line)] == ["db1: galera_new_cluster"]
    began = [event["step"] for event in events if event["event"] == "step-began"]
    assert began == [step["step"] for step in told["steps"]]
    journal = open_journal(str(desk.home / "journal.sqlite"), read_only=True)
    try:
        run = next(event["run"] for event in events if event["event"] == "run-began")
        assert rehearsal_of(journal, run) is not None
    finally:
        journal.close()


def test_a_node_that_somebody_starts_meanwhile_stops_the_run_that_was_rehearsed(desk: Desk) -> None:
    rehearsed(desk)
    secret = f"monitor_password={desk.secret('monitor', MONITOR)}"
    agreed = ("--arm", "a new cluster", "--yes-to", "db1", "--secret", secret, "--json")
    with headless(desk.home, "--estate", str(desk.estate), "runbook", "run", *TARGET, *agreed) as console:
        console.wait_said('"event": "act-began", "step": "tidy"')
        desk.lab.sh("db2", "systemctl start --no-block mariadb")
        status = console.ended(RUN_S)
        events = [json.loads(line) for line in console.said.splitlines() if line.startswith("{")]
    assert status == 5, story(events)
    sentence = events[-1]["sentence"]
    assert "not as rehearsed" in sentence, story(events)
    assert re.search(r"db2 is [\w -]+, and down was expected", sentence), sentence
    assert desk.lab.unit("db3") == "inactive/dead"


def test_a_database_that_was_started_since_the_rehearsal_stops_the_run_before_anything_is_done(
    desk: Desk,
) -> None:
    rehearsed(desk)
    desk.lab.sh("db3", "systemctl start mariadb")
    events = desk.run("--set", "sst_method=rsync")
    assert events[-1]["ending"] == "stopped", story(events)
    assert "not as rehearsed before" in events[-1]["sentence"], story(events)
    assert "and down was expected" in events[-1]["sentence"]
    assert sent(events) == []
    assert [desk.lab.unit(host) for host in HOSTS] == ["inactive/dead", "inactive/dead", "active/running"]
