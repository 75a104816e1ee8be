"""What may not be repaired by a machine: galera-recover says why, and starts and changes nothing.

Where it does something all the same, it is the safe thing: it waits, or keeps copies and asks for a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.lab.lab import Lab
from tests.scenarios.operators import Operator

pytestmark = pytest.mark.lab

REFUSED, STOPPED = 4, 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """Faults that leave nothing for a machine to decide, and what the operator must be told."""

    name: str
    faults: tuple[tuple[str, ...], ...]
    scenario: str
    says: tuple[str, ...]
    """Of the sentence: what was seen, and why nothing is done."""
    way_on: tuple[str, ...]
    off: tuple[str, ...] = ()
    """Hosts without power."""
    values: dict[str, str] = field(default_factory=dict)


REFUSALS = (
    Refusal(
        name="two-clusters",
        faults=(("two-clusters",),),
        scenario="R-SEP",
        says=("2 separate clusters", "db1 and db2", "db3"),
        way_on=("keep=db1", "keep=db3", "Stop the writes of one side"),
    ),
    Refusal(
        name="zero-uuid-everywhere",
        faults=(("stop-all",), ("zero-uuid", "db1", "db2", "db3")),
        scenario="R-LOST",
        says=("No node has a usable state", "REC-12"),
        way_on=("Restore a backup",),
    ),
    Refusal(
        name="unequal-seqno",
        faults=(("unequal-seqno",),),
        scenario="STOP-SURVEY",
        says=("db3 could not be looked at", "may hold the newest data"),
        way_on=("without=db3",),
        off=("db3",),
    ),
    Refusal(
        name="unseen-primary",
        faults=(("stop-two",), ("ssh-blocked", "db1")),
        scenario="STOP-SURVEY",
        says=("db1 could not be looked at", "may hold the newest data, or run"),
        way_on=("without=db1",),
    ),
)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_what_a_machine_may_not_decide_is_refused_with_its_reason(
    lab: Lab, operator: Operator, case: Refusal
) -> None:
    for fault in case.faults:
        lab.breaks(*fault)
    told = operator.triage(case.scenario)
    assert told.status == 2
    seen = tuple(host for host in lab.hosts if host not in case.off)
    before = operator.untouched(seen)
    ran = operator.run("db1", "db2", "db3")
    assert (ran.status, ran.ended["ending"]) == (REFUSED, "refused"), ran.story()
    for words in case.says:
        assert words in ran.ended["sentence"]
    for words in case.way_on:
        assert words in ran.ended["way_on"]
    assert operator.changes() == []
    assert operator.untouched(seen) == before


@pytest.mark.parametrize(
    ("fault", "scenario"), [("foreign-uuid", "R-FOR"), ("zero-uuid", "R-1Z")], ids=lambda word: word
)
def test_data_is_not_replaced_before_its_node_is_named(
    lab: Lab, operator: Operator, fault: str, scenario: str
) -> None:
    lab.breaks(fault)
    operator.triage(scenario)
    before = operator.untouched(("db1", "db2", "db3"))
    ran = operator.run()
    assert ran.status == STOPPED, ran.story()
    assert 'give --yes-to "db3"' in ran.ended["sentence"]
    assert "What is in /var/lib/mysql on db3 now" in ran.ended["sentence"]
    assert {change["step"] for change in operator.changes()} == {"keep"}
    assert operator.untouched(("db1", "db2", "db3")) == before


def test_a_node_that_is_cut_off_is_waited_for_and_never_made_primary(lab: Lab, operator: Operator) -> None:
    lab.breaks("partition")
    told = operator.triage("R-NET")
    assert "never pc.bootstrap here" in told.finding("R-NET")["advice"]
    before = operator.untouched(("db1", "db2", "db3"))
    with operator.running() as ran:
        ran.until("the wait for db3", lambda one: one["event"] == "verifying" and one["step"] == "wait:db3")
        assert operator.changes() == []
        assert operator.untouched(("db1", "db2", "db3")) == before
        lab.heal("partition")
        ran.until("the end", lambda one: one["event"] == "run-ended")
    assert ran.ended["ending"] == "done", ran.story()
    assert {step.split(":")[0] for step in ran.steps} == {"survey", "wait", "prove"}
    lab.wait_synced()


@pytest.mark.whole
def test_a_primary_that_only_its_peers_can_see_is_not_signed_off(lab: Lab, operator: Operator) -> None:
    lab.breaks("stop-two")
    lab.breaks("ssh-blocked", "db1")
    operator.triage("STOP-SURVEY")
    ran = operator.run("db2", "db3", without="db1")
    assert ran.status == STOPPED, ran.story()
    assert "a database answers at 10.77.0.11" in ran.ended["sentence"]
    assert {change["step"] for change in operator.changes()} == {"keep"}
    assert lab.is_synced("db1", 1)
    assert [lab.unit(host) for host in ("db2", "db3")] == ["inactive/dead"] * 2
