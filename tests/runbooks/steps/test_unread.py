"""A log and options that could not be read now are not known: they never speak for a start or a proof."""

from __future__ import annotations

from typing import Any

from runbooks.gotchas.detectors.boot import several_flags
from runbooks.model import Holds, Look
from runbooks.steps.flags import no_flags
from runbooks.steps.node import node_of
from runbooks.steps.prove import state_step
from tests.builders import a_node, a_stopped_node, a_survey
from tests.runbooks.plans import ScriptedContext

UNREAD = "db2: its log and options had no answer after 7.2 s"


def test_a_bootstrap_flag_is_not_known_to_be_absent_where_nobody_could_look() -> None:
    def judged(**evidence: Any) -> Holds:
        return no_flags("db2")(Look(a_survey(a_node("db1"), a_stopped_node("db2", **evidence)))).holds

    assert judged() is Holds.YES
    assert judged(details_error=UNREAD) is Holds.UNKNOWN
    assert judged(details_error=UNREAD, bootstrap_flags=("/etc/default/mysql: x",)) is Holds.NO


def test_flags_are_not_called_absent_in_a_cluster_where_one_host_could_not_be_searched() -> None:
    look = Look(a_survey(a_node("db1"), a_stopped_node("db2", details_error=UNREAD)))
    told = several_flags(look)
    assert told.holds is Holds.UNKNOWN
    assert "db2" in told.evidence


async def test_logs_are_not_called_clean_where_one_could_not_be_read() -> None:
    def seen(**evidence: Any) -> Look:
        return Look(a_survey(*(a_node(host, evidence=evidence) for host in ("db1", "db2", "db3"))))

    nodes = [node for one in seen().survey.nodes if (node := node_of(one))]
    step = state_step(nodes, seen())
    assert (await step.verify(ScriptedContext(seen().survey))).holds is Holds.YES
    answer = await step.verify(ScriptedContext(seen(details_error=UNREAD).survey))
    assert answer.holds is Holds.UNKNOWN
    assert "its log could not be read" in answer.evidence
