"""The demo: a newcomer's path from red to a report, the same as text, and nothing left of either."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.tui.cli.calls import call
from tests.tui.cli.demo_console import DemoConsole, demo_session, processes_of, wait_until_gone
from tests.tui.cli.newcomer import WHY, goes_to_the_end, leaves


def test_a_newcomer_goes_from_red_to_a_verified_cluster_and_a_report(short_home: Path) -> None:
    report = short_home / "report.md"
    with demo_session(short_home, "--surprise", "2") as session:
        console = DemoConsole(session)
        asked = goes_to_the_end(console, str(report), report)
        assert asked == ["2", "4", "5"]  # start it, prove by writes, drop the proof
        leaves(console)
    assert "**verified**" in report.read_text()
    assert WHY in report.read_text()
    wait_until_gone(short_home)
    assert [path.name for path in short_home.iterdir()] == ["report.md"]


def test_after_a_kill_of_the_console_nothing_stays(short_home: Path) -> None:
    with demo_session(short_home, "--surprise", "0") as session:
        console = DemoConsole(session)
        console.see("3 of 3")
        assert processes_of(short_home)
        os.kill(session.pid, signal.SIGKILL)
        wait_until_gone(short_home)
    assert list(short_home.iterdir()) == []


def test_without_a_terminal_it_tells_the_same_story_and_ends_with_0(short_home: Path) -> None:
    told = call("demo", "--speed", "10", home=short_home, timeout_s=300.0)
    assert told.status == 0, told.err
    parts = [
        *("== The estate", "3 of 3 Synced", "== The fault", "kill-one on db3", "R-1C", "== The plan"),
        *("systemctl start --no-block mariadb", "== The repair", "✔ done: db3: Primary, size 3, Synced"),
        *("== The verification", "acknowledged writes, 0 lost", "== The report", "**done**", "## Proof"),
    ]
    places = [told.out.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert "\x1b" not in told.out
    assert max(map(len, told.out.splitlines())) <= 80
    assert list(short_home.iterdir()) == []


@pytest.mark.whole
def test_where_a_step_waits_for_people_the_story_does_their_part(short_home: Path) -> None:
    told = call("demo", "--break", "disk-full", home=short_home, timeout_s=300.0)
    assert told.status == 0, told.out
    assert "it takes the cause away" in told.out


@pytest.mark.whole
def test_what_a_runbook_refuses_is_told_with_the_way_on(short_home: Path) -> None:
    told = call("demo", "--break", "never-returns", home=short_home, timeout_s=300.0)
    assert told.status == 0, told.out
    assert "refused: " in told.out
    assert "sign it off by name" in told.out


def test_an_unknown_fault_is_answered_with_those_there_are(short_home: Path) -> None:
    called = call("demo", "--break", "kill-none", "--estate", home=short_home)
    assert called.status == 64
    assert "there is no fault 'kill-none' here (did you mean kill-one" in called.err
    assert "; one of backup, " in called.err


def test_faults_are_listed_each_in_a_sentence(short_home: Path) -> None:
    called = call("demo", "--list", home=short_home)
    assert called.status == 0
    assert "kill-one " in called.out
    assert all(line.endswith(".") for line in called.out.splitlines())


def test_hosts_where_nothing_is_configured_have_faults_of_their_own(short_home: Path) -> None:
    listed = call("demo", "--blank", "--list", home=short_home)
    assert "cloned " in listed.out
    assert "kill-one " not in listed.out
    refused = call("demo", "--blank", "--break", "kill-one", "--estate", home=short_home)
    assert (refused.status, "there is no fault 'kill-one' here" in refused.err) == (64, True)


def test_hosts_where_nothing_is_configured_tell_no_story(short_home: Path) -> None:
    called = call("demo", "--blank", home=short_home)
    assert called.status == 64
    assert "demo --blank --estate" in called.err


def test_hosts_where_nothing_is_configured_lead_to_the_runbook_that_makes_a_cluster(short_home: Path) -> None:
    with demo_session(short_home, "--blank") as session:
        console = DemoConsole(session)
        console.see("None of the 3 nodes has", "b galera-bootstrap")
        console.press("b")
        console.see("answers what you came from")
        console.press("\r")
        console.see("3 nodes of MariaDB, db1 first")
        session.send(b"\x11")
        console.wait_ended()


def test_what_is_wrong_beside_the_cluster_is_told_and_healed(short_home: Path) -> None:
    told = call("demo", "--break", "compute-down", "--break", "lb-error", home=short_home, timeout_s=300.0)
    assert told.status == 0, told.err
    words = " ".join(told.out.split())
    for part in (
        "compute-down on cmp2: nova-compute has ended",
        "✖ north: CLOUD-02 nova-compute is down on cmp2",
        "▲ north: LB-18 shop-lb is in ERROR",
        "The demo takes the cause away",
    ):
        assert part in words, told.out
    assert max(map(len, told.out.splitlines())) <= 80
