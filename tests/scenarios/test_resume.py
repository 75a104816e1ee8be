"""A console or a link that dies in the point of no return: `resume` reads the truth, nothing runs twice.

The gate on db1 holds the bootstrap in its middle. That it ran once is counted on the host itself: by the
command, by the starts that systemd made, and by the jobs that were begun there.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from runbooks.engine.work import job_id
from tests.lab.lab import Lab, Writer
from tests.runbooks.journal.test_chain import TRIGGERS
from tests.scenarios import dying_console
from tests.scenarios.consoles import QUARTERDECK, Headless, headless, terminal
from tests.scenarios.gates import BootstrapGate
from tests.tui.cli.calls import Called, call

pytestmark = pytest.mark.lab
RUN_S = 240.0


class Outage:
    """A cluster that lost its power, the gate at its bootstrap, and an operator's home."""

    def __init__(self, lab: Lab, home: Path, writer: Writer) -> None:
        self.lab, self.home, self._writer = lab, home, writer
        self.gate = BootstrapGate(lab, "db1")
        self.estate = ("--estate", str(lab.estate_path))

    def call(self, *arguments: str) -> Called:
        return call(*self.estate, *arguments, home=self.home, timeout_s=RUN_S)

    @contextmanager
    def begin(self, command: Sequence[str] = QUARTERDECK) -> Iterator[Headless]:
        """`runbook run galera-recover`, with the bootstrap agreed to, once it has come past its survey.

        A host that answers late, as on a machine under load, has it refused: then it is begun again.
        """
        arguments = ("runbook", "run", "galera-recover", "--target", "orders")
        words = ("--arm", "INC-7: power loss", "--yes-to", "db1")
        for is_last in (False, False, True):
            with headless(self.home, *self.estate, *arguments, *words, command=command) as console:
                if console.comes_to("keep copies of grastate") or is_last:
                    yield console
                    return

    def newest(self) -> dict[str, object]:
        """The newest run, as `runbook runs` tells it."""
        listed = json.loads(self.call("runbook", "runs", "--json").out)
        found: dict[str, object] = listed[0]
        return found

    def resume(self, *yes_to: str) -> Called:
        run = str(self.newest()["run"])
        words = [word for name in yes_to for word in ("--yes-to", name)]
        return self.call("runbook", "resume", run, "--arm", "INC-7: the console died", *words)

    def is_over(self, called: Called) -> None:
        """Everybody is back with every commit, and the bootstrap ran once and no more."""
        assert called.status == 0, called.out + called.err
        assert self.gate.bootstraps() == 1
        assert len(self.gate.starts()) == 1
        run = str(self.newest()["run"])
        assert self.gate.jobs(run) == [job_id(run, "bootstrap:db1", number, 1) for number in (0, 1)]
        self.lab.wait_synced()
        self._writer.verify()
        proof = self.call("journal", "verify")
        assert (proof.status, "the chain is whole" in proof.out) == (0, True), proof.out
        assert self.newest()["ending"] == "done"
        assert self.call("lease", "list", "--json").out.strip() == "[]"
        for host in self.lab.hosts:
            assert self.lab.sh(host, "ls /run/quarterdeck/lease-orders", check=False) == ""


@pytest.fixture
def outage(lab: Lab, tmp_path: Path) -> Outage:
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(30)
        lab.breaks("power-loss-no-view")
    return Outage(lab, tmp_path, writer)


def test_a_cut_link_and_a_killed_console_in_the_bootstrap_are_taken_up(outage: Outage) -> None:
    """It ends on the host while nobody sees it; the next console learns that from the host."""
    with outage.begin() as console:
        outage.gate.wait_held(console.last_words)
        outage.lab.script("host", "unplug", "db1")
        outage.gate.open()
        outage.gate.wait_ended()
        console.kill()
    assert outage.newest()["ending"] == "interrupted"
    outage.lab.script("host", "plug", "db1")
    resumed = outage.resume()
    outage.is_over(resumed)
    assert "db1 has ended 'galera_new_cluster' with status 0" in resumed.out
    report = outage.call("journal", "export").out
    assert "INC-7: the console died" in report
    assert "read from the host afterwards" in report
    _one_changed_byte_shows(outage)


def _one_changed_byte_shows(outage: Outage) -> None:
    """Of the first, the middle and the last entry of the real thing, each byte counts."""
    entries = json.loads(outage.call("journal", "list", "--json").out)
    for entry in (entries[0], entries[len(entries) // 2], entries[-1]):
        number, at = entry["number"], entry["at"]
        one_off = at.replace("T", "t")
        _forge(outage.home, "UPDATE entry SET at = ? WHERE number = ?", one_off, number)
        proof = outage.call("journal", "verify")
        assert proof.status == 2
        assert proof.out.startswith(f"entry {number} "), proof.out
        _forge(outage.home, "UPDATE entry SET at = ? WHERE number = ?", at, number)
    assert outage.call("journal", "verify").status == 0


def _forge(home: Path, statement: str, *values: object) -> None:
    """Change the file as somebody with the rights and the will would."""
    link = sqlite3.connect(home / "journal.sqlite")
    for name in TRIGGERS:
        link.execute(f"DROP TRIGGER IF EXISTS {name}")
    link.execute(statement, values)
    link.commit()
    link.close()


@pytest.mark.whole
def test_a_console_killed_in_the_bootstrap_is_taken_up_while_it_still_runs(outage: Outage) -> None:
    with outage.begin() as console:
        outage.gate.wait_held(console.last_words)
        console.kill()
    run = str(outage.newest()["run"])
    resume = (*outage.estate, "runbook", "resume", run, "--arm", "INC-7: the console died")
    with headless(outage.home, *resume) as console:
        console.wait_said("db1 is still running 'galera_new_cluster'")
        assert console.interrupt() == 130
    assert "left to db1, where it may be running: galera_new_cluster" in console.said
    assert "the lease of orders stays" in console.said
    with headless(outage.home, *resume) as console:
        console.wait_said("db1 is still running 'galera_new_cluster'")
        outage.gate.open()
        status = console.ended()
    outage.is_over(Called(status, console.said, ""))


@pytest.mark.whole
@pytest.mark.parametrize(
    ("moment", "learnt"),
    [
        (dying_console.BEFORE, "db1 never began 'galera_new_cluster': it is safe to send it again"),
        (dying_console.AFTER, "db1 has ended 'galera_new_cluster' with status 0"),
    ],
)
def test_a_console_that_dies_between_act_and_entry_is_taken_up(
    outage: Outage, moment: str, learnt: str
) -> None:
    with outage.begin((sys.executable, "-m", "tests.scenarios.dying_console", moment)) as console:
        if moment == dying_console.AFTER:
            outage.gate.wait_held(console.last_words)
            outage.gate.open()
        assert console.ended() == -9, console.said
    if moment == dying_console.BEFORE:
        assert outage.gate.bootstraps() == 0
        refused = outage.resume()
        assert refused.status == 5
        assert 'to allow it, give --yes-to "db1"' in refused.out
        assert outage.gate.bootstraps() == 0
        run = str(outage.newest()["run"])
        again = (*outage.estate, "runbook", "resume", run, "--arm", "again", "--yes-to", "db1")
        with headless(outage.home, *again) as console:
            outage.gate.wait_held(console.last_words)
            outage.gate.open()
            status = console.ended()
        resumed = Called(status, refused.out + console.said, "")
    else:
        resumed = outage.resume()
    assert learnt in resumed.out
    outage.is_over(resumed)


@pytest.mark.whole
def test_a_link_that_is_cut_in_the_bootstrap_is_waited_for(outage: Outage) -> None:
    """The console lives: it asks the host as soon as it answers again, and goes on by itself."""
    with outage.begin() as console:
        outage.gate.wait_held(console.last_words)
        outage.lab.script("host", "unplug", "db1")
        console.wait_said("db1 cannot be asked whether 'galera_new_cluster' ran")
        outage.gate.open()
        outage.gate.wait_ended()
        outage.lab.script("host", "plug", "db1")
        status = console.ended()
    outage.is_over(Called(status, console.said, ""))


@pytest.mark.whole
def test_a_console_killed_at_the_wizard_is_taken_up(outage: Outage) -> None:
    with terminal(outage.home, *outage.estate) as console:
        console.see("All 3 nodes are down after a crash", "b galera-recover")
        console.press("b")
        console.answer("[7 runbooks]", "galera-recover")
        console.answer("keep copies of grastate", "reads only", leads_to="This console is read-only")
        console.press("INC-7: power loss\r")
        console.answer("install -d -m 0700", "Enter does it")
        for host in outage.lab.hosts:
            console.answer("--wsrep-recover", f"on {host} ", "Enter does it")
        console.answer("POINT OF NO RETURN", "galera_new_cluster", leads_to="Type the name in full: db1")
        console.press("db1\r")
        outage.gate.wait_held()
        console.kill()
    outage.gate.open()
    resumed = outage.resume()
    outage.is_over(resumed)
