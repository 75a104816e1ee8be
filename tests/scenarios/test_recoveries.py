"""Every way of being down that a cluster comes back from: broken under writes, found, recovered, proven.

The writer goes on through fault and recovery alike; each commit that a node acknowledged must be on all nodes
in the end, and the history must be the same as before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.scenarios.operators import Operator

pytestmark = pytest.mark.lab

ALL = ("db1", "db2", "db3")


@dataclass(frozen=True, slots=True)
class Recovery:
    """One fault, what triage calls it, and what an operator must say for it to be recovered."""

    fault: str
    scenario: str
    yes_to: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    back: tuple[str, ...] = ALL
    """Who is Synced in the end, and who is written to: what only a node that never returns has
    acknowledged is what its sign-off gives up."""


RECOVERIES = (
    Recovery("kill-one", "R-1C"),
    Recovery("stop-one", "R-1G"),
    Recovery("stop-two", "R-2"),
    Recovery("stop-all", "R-3", yes_to=("db1",)),
    Recovery("kill-two", "R-5", yes_to=("db1",)),
    Recovery("power-loss", "R-7A"),
    Recovery("power-loss-no-view", "R-6", yes_to=ALL),
    Recovery(
        "never-returns", "STOP-SURVEY", yes_to=("db1", "db2"), values={"without": "db3"}, back=("db1", "db2")
    ),
)
WAITING = Recovery(
    "never-returns-waiting", "R-7B", yes_to=("db1", "db2"), values={"without": "db3"}, back=("db1", "db2")
)


def comes_back(lab: Lab, operator: Operator, log: Path, case: Recovery) -> None:
    """Break it under writes, have triage name it, run galera-recover, and count the commits on every node."""
    history = lab.status("db1")["cluster_state_uuid"]
    with lab.writer(log, case.back) as writer:
        writer.wait_more(30)
        lab.breaks(case.fault)
        told = operator.triage(case.scenario)
        assert told.finding(case.scenario)["runbook"] == "galera-recover"
        ran = operator.run(*case.yes_to, **case.values)
        assert ran.status == 0, ran.story()
        writer.wait_more(30)
    lab.wait_synced(len(case.back), hosts=case.back)
    writer.verify()
    assert {lab.status(host)["cluster_state_uuid"] for host in case.back} == {history}
    assert lab.unit("db1", "mysql@bootstrap") == "inactive/dead"
    assert [step for step, outcome in ran.steps.items() if outcome != "done"] == []
    operator.journal()


@pytest.mark.parametrize(
    "case", [*RECOVERIES, pytest.param(WAITING, marks=pytest.mark.whole)], ids=lambda case: case.fault
)
def test_a_broken_cluster_comes_back_with_every_commit(
    lab: Lab, operator: Operator, tmp_path: Path, case: Recovery
) -> None:
    comes_back(lab, operator, tmp_path / "log", case)


@pytest.mark.whole
@pytest.mark.parametrize(
    "case",
    [
        Recovery("kill-one", "R-1C"),
        Recovery("kill-two", "R-5", yes_to=("db1",)),
        Recovery("power-loss", "R-7A"),
        Recovery("zero-uuid", "R-1Z", yes_to=("db3",)),
    ],
    ids=lambda case: case.fault,
)
def test_the_same_with_galeras_own_timeouts_and_full_copies_by_mariabackup(
    patient_lab: Lab, tmp_path: Path, case: Recovery
) -> None:
    comes_back(patient_lab, Operator(patient_lab, tmp_path), tmp_path / "log", case)
