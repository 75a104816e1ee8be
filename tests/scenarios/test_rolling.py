"""A rolling restart of real nodes under load, as a script starts it: by IST, and never two down by us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.scenarios.consoles import Headless, headless
from tests.tui.cli.calls import call

pytestmark = pytest.mark.lab

HOSTS = ("db1", "db2", "db3")
RUN_S = 400.0
"""A run that takes longer hangs; on an idle machine three nodes take about 50 s."""


@dataclass(frozen=True, slots=True)
class Restart:
    """`quarterdeck runbook run galera-rolling-restart --json` while it goes on, and what it has told."""

    console: Headless

    @property
    def events(self) -> list[Mapping[str, Any]]:
        return [json.loads(line) for line in self.console.said.splitlines() if line.endswith("}")]

    @property
    def stopped(self) -> list[str]:
        """The hosts whose database it has stopped, in order."""
        acts = [event for event in self.events if event["event"] == "act-began"]
        return [event["host"] for event in acts if event["line"].startswith("systemctl stop")]

    def ended(self, step: str) -> tuple[str, str]:
        """How a step ended, and the sentence that was told of it."""
        ends = [event for event in self.events if event["event"] == "step-ended" and event["step"] == step]
        assert ends, (step, self.story())
        return str(ends[-1]["outcome"]), str(ends[-1]["sentence"])

    def story(self) -> str:
        """For the message of an assertion: each step's end, and its last word."""
        ends = [event for event in self.events if event["event"] in ("step-ended", "run-ended")]
        return "\n".join(f"{event.get('step', 'run')}: {event['sentence']}" for event in ends)


@contextmanager
def restarting(lab: Lab, home: Path, **values: str) -> Iterator[Restart]:
    """Begin it on the cluster `orders`, unattended."""
    settings = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    words = ("runbook", "run", "galera-rolling-restart", "--target", "orders", "--json")
    arming = ("--arm", "new kernel", "--yes-to", "nothing in particular")
    with headless(home, "--estate", str(lab.estate_path), *words, *arming, *settings) as console:
        yield Restart(console)


def primary_sizes(lab: Lab, since: str) -> list[int]:
    """How many members each Primary component had that a node has been in since then, by its own log."""
    sizes = []
    for host in HOSTS:
        log = lab.sh(host, f"journalctl -u mariadb -o cat --no-pager --since @{since}")
        sizes += [int(told) for told in re.findall(r"COMPONENT: primary = yes, .*memb_num = (\d+)", log)]
    return sizes


def test_three_nodes_are_restarted_under_load_and_each_comes_back_by_ist(lab: Lab, tmp_path: Path) -> None:
    began, uuid = lab.sh("db1", "date +%s"), lab.status("db1")["cluster_state_uuid"]
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(30)
        with restarting(lab, tmp_path, soak_s="1", writer="db1") as run:
            status = run.console.ended(RUN_S)
        writer.wait_more(10)
    assert status == 0, run.story()
    assert run.stopped == ["db2", "db3", "db1"]
    for host in HOSTS:
        left, came = run.ended(f"stop:{host}")[1], run.ended(f"start:{host}")[1]
        position = re.search(r"stopped in order at (\S+:\d+); .* are Synced, size 2; ", left)
        assert position, left
        assert position[1].startswith(uuid[:4])
        assert came == f"{host} is back, by IST from {position[1]}; all 3 nodes are Synced, size 3"
    sizes = primary_sizes(lab, began)
    assert sizes.count(2) >= len(HOSTS)
    assert set(sizes) == {2, 3}
    lab.wait_synced()
    writer.verify()


@pytest.mark.whole
def test_a_node_that_somebody_else_stops_meanwhile_ends_the_run_with_none_down_by_it(
    lab: Lab, tmp_path: Path
) -> None:
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(10)
        with restarting(lab, tmp_path, soak_s="0", nodes="db2,db1") as run:
            run.console.wait_said('"line": "cat /var/lib/mysql/grastate.dat"')
            lab.breaks("stop-one", "db3")
            status = run.console.ended(RUN_S)
        writer.wait_more(10)
    assert status == 5, run.story()
    assert run.stopped == ["db2"]
    assert run.ended("start:db2")[0] == "done"
    outcome, sentence = run.ended("ready:db1")
    assert outcome == "blocked", sentence
    assert "db3: its database does not run" in sentence
    lab.wait_synced(2)
    lab.heal("stop-one", "db3")
    writer.verify()


def rehearsed_sizes(lab: Lab, home: Path, **values: str) -> dict[str, tuple[list[int], list[int]]]:
    """Rehearse on a practice copy of the lab's cluster; how many members each step was seen to leave."""
    settings = [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
    words = ("runbook", "rehearse", "galera-rolling-restart", "--target", "orders", "--json", "--speed", "10")
    called = call("--estate", str(lab.estate_path), *words, *settings, home=home, timeout_s=RUN_S)
    assert called.status == 0, called
    steps = json.loads(called.out)["steps"]
    return {step["step"]: (step["sizes"]["before"], step["sizes"]["after"]) for step in steps}


@pytest.mark.whole
def test_a_run_that_was_rehearsed_stops_because_somebody_stopped_a_second_node_meanwhile(
    lab: Lab, tmp_path: Path
) -> None:
    sizes = rehearsed_sizes(lab, tmp_path, soak_s="0", nodes="db2,db1")
    for host in ("db2", "db1"):
        assert (sizes[f"stop:{host}"], sizes[f"start:{host}"]) == (([3], [2]), ([2], [3]))
    with restarting(lab, tmp_path, soak_s="0", nodes="db2,db1") as run:
        run.console.wait_said('"line": "cat /var/lib/mysql/grastate.dat"')
        lab.breaks("stop-one", "db3")
        status = run.console.ended(RUN_S)
    assert status == 5, run.story()
    assert run.stopped == ["db2"]
    assert run.ended("start:db2")[0] == "done"
    sentence = run.events[-1]["sentence"]
    assert sentence.startswith("stopped: not as rehearsed "), run.story()
    assert "db3 is down, and Synced was expected" in sentence
    assert "go on without the rehearsal by resuming the run with --without-rehearsal" in sentence
    assert not [event for event in run.events if str(event.get("step")).endswith(":db1")]
    lab.wait_synced(2)
    lab.heal("stop-one", "db3")
