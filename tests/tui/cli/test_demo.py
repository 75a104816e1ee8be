"""The demo: a newcomer's path from red to a report, the same as text, and nothing left of either."""

from __future__ import annotations

import os
import re
import select
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tui.cli.calls import call
from tests.tui.cli.demo_console import DEADLINE_S, DemoConsole, demo_session, processes_of

ESC, CTRL_Q = "\x1b", "\x11"


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short name: a socket lies below it."""
    with tempfile.TemporaryDirectory(prefix="qd") as folder:
        yield Path(folder)


def wait_until_gone(home: Path) -> None:
    """Every process that names that folder ends, and takes what it had there with it."""
    for pid in processes_of(home):
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            ended = select.select([handle], [], [], DEADLINE_S)[0]
            os.close(handle)
            assert ended, f"{pid} goes on"
    assert processes_of(home) == []
    left: list[Path] = [*home.glob("quarterdeck-demo-*")]
    assert left == []


def test_a_newcomer_goes_from_red_to_a_verified_cluster_and_a_report(home: Path) -> None:
    report = home / "report.md"
    with demo_session(home, "--surprise", "2") as session:
        console = DemoConsole(session)
        console.see("DEMO", "nothing real is touched", "3 of 3")
        console.see("2 of 3 in the cluster", "w why is it red")
        console.press("w")
        console.see("killed by signal KILL", "b the runbook that answers it")
        console.press("b")
        console.see("answers what you came from", "Enter plans the runbook")
        console.press("\r")
        console.see("systemctl start --no-block mariadb", "A arm, with a reason")
        console.press("A")
        console.see("This console is read-only.")
        console.press("I want to see it put right\r")
        console.see("ARMED", "Enter begin")
        console.press("\r")
        assert to_the_end(console) == ["2", "4", "5"]  # start it, prove by writes, drop the proof
        console.press(ESC)
        console.see("[7 runbooks]", "8 the journal: all that was done here")
        console.press("8")
        console.see("e the report of your run")
        console.press("e")
        console.see("**done**", "o to a file of yours")
        console.press("o")
        console.see("To file")
        console.press(f"{report}\r")
        console.until(lambda _: report.exists() and report.read_text().endswith("\n"), "the report")
        console.press(CTRL_Q)
        console.wait_ended()
    assert "**verified**" in report.read_text()
    assert "I want to see it put right" in report.read_text()
    wait_until_gone(home)
    assert [path.name for path in home.iterdir()] == ["report.md"]


def to_the_end(console: DemoConsole) -> list[str]:
    """Say yes to each step as it is shown; returns the numbers of the steps that were asked for.

    A key that comes as soon as the question is meant for what stood there before, so it is pressed again.
    """
    asked: list[str] = []
    while "Esc back, then 8" not in console.text:
        console.until(
            lambda text: "Enter runs exactly" in text or "Esc back, then 8" in text, "a question, or the end"
        )
        step = re.search(r"▶ +(\d+) ", console.text)
        if step is not None and "Enter runs exactly" in console.text:
            asked += [step[1]] if step[1] not in asked else []
            console.press("\r")
            console.session.settle(0.5, 2.0)
    return asked


def test_after_a_kill_of_the_console_nothing_stays(home: Path) -> None:
    with demo_session(home, "--surprise", "0") as session:
        console = DemoConsole(session)
        console.see("3 of 3")
        assert processes_of(home)
        os.kill(session.pid, signal.SIGKILL)
        wait_until_gone(home)
    assert list(home.iterdir()) == []


def test_without_a_terminal_it_tells_the_same_story_and_ends_with_0(home: Path) -> None:
    told = call("demo", "--speed", "10", home=home, timeout_s=300.0)
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
    assert list(home.iterdir()) == []


@pytest.mark.whole
def test_where_a_step_waits_for_people_the_story_does_their_part(home: Path) -> None:
    told = call("demo", "--break", "disk-full", home=home, timeout_s=300.0)
    assert told.status == 0, told.out
    assert "it takes the cause away" in told.out


@pytest.mark.whole
def test_what_a_runbook_refuses_is_told_with_the_way_on(home: Path) -> None:
    told = call("demo", "--break", "never-returns", home=home, timeout_s=300.0)
    assert told.status == 0, told.out
    assert "refused: " in told.out
    assert "sign it off by name" in told.out


def test_an_unknown_fault_is_answered_with_those_there_are(home: Path) -> None:
    called = call("demo", "--break", "kill-none", "--estate", home=home)
    assert called.status == 64
    assert "there is no fault 'kill-none' here; one of kill-one" in called.err


def test_faults_are_listed_each_in_a_sentence(home: Path) -> None:
    called = call("demo", "--list", home=home)
    assert called.status == 0
    assert "kill-one " in called.out
    assert all(line.endswith(".") for line in called.out.splitlines())


def test_hosts_where_nothing_is_configured_have_faults_of_their_own(home: Path) -> None:
    listed = call("demo", "--blank", "--list", home=home)
    assert "cloned " in listed.out
    assert "kill-one " not in listed.out
    refused = call("demo", "--blank", "--break", "kill-one", "--estate", home=home)
    assert (refused.status, "there is no fault 'kill-one' here" in refused.err) == (64, True)


def test_hosts_where_nothing_is_configured_tell_no_story(home: Path) -> None:
    called = call("demo", "--blank", home=home)
    assert called.status == 64
    assert "demo --blank --estate" in called.err


def test_hosts_where_nothing_is_configured_lead_to_the_runbook_that_makes_a_cluster(home: Path) -> None:
    with demo_session(home, "--blank") as session:
        console = DemoConsole(session)
        console.see("None of the 3 nodes has", "b galera-bootstrap")
        console.press("b")
        console.see("galera-bootstrap")
        console.press("\r")
        console.see("3 nodes of MariaDB, db1 first")
        session.send(b"\x11")
        console.wait_ended()
