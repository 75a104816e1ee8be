"""What the proof of a cluster takes for a failure in an error log, and what it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runbooks.model import Holds, Look
from runbooks.steps.checks import all_synced, of
from runbooks.steps.node import node_of
from runbooks.steps.prove import state_step
from tests.builders import NOON, a_hit, a_node, a_survey
from tests.runbooks.plans import ScriptedContext

HOSTS = ("db1", "db2", "db3")
SINCE = NOON + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (
            "no-complete-node",
            Holds.YES,
        ),  # three nodes that were cut apart for a moment write it as they merge
        ("re-merged", Holds.YES),
        ("voted-out", Holds.NO),
        ("conflicting-prims", Holds.NO),
        ("crashed", Holds.NO),
    ],
)
async def test_only_a_line_that_a_clean_end_does_not_leave_stands_against_the_proof(
    pattern: str, told: Holds
) -> None:
    nodes = [a_node(host, evidence={"log_hits": (a_hit(pattern, at=SINCE),)}) for host in HOSTS]
    planned = Look(a_survey(*(a_node(host) for host in HOSTS)))
    step = state_step([node for one in nodes if (node := node_of(one))], planned)
    answer = await step.verify(ScriptedContext(a_survey(*nodes)))
    assert answer.holds is told, answer.evidence


async def test_views_that_differ_are_told_by_node() -> None:
    behind = a_survey(*(a_node(host, status={"conf_id": 7 if host == "db2" else 8}) for host in HOSTS))
    answer = await of(all_synced(HOSTS))(ScriptedContext(behind))
    assert answer.holds is Holds.NO
    assert "db1: 97c6…d5, view 8; db2: 97c6…d5, view 7; db3: 97c6…d5, view 8" in answer.evidence
