"""A node that was signed off and lives all the same: its peers find it, and nothing is made Primary."""

from __future__ import annotations

import pytest

from runbooks.model import Holds, Look
from runbooks.steps.signs import no_sign_of_life
from tests.builders import a_lost_node, a_stopped_node, a_survey
from tests.runbooks.plans import ScriptedContext, planned, step_of

SURVEY = a_survey(
    a_lost_node("db1"),
    a_stopped_node("db2", seqno=995, addresses=("10.77.0.12",)),
    a_stopped_node("db3", seqno=990, addresses=("10.77.0.13",)),
)
REFUSED = "ERROR 2002 (HY000): Can't connect to server on '10.77.0.11' (111)\n"
SILENCE = {host: {"10.77.0.11": REFUSED} for host in ("db2", "db3")}
DENIED = "ERROR 1045 (28000): Access denied for user 'root'@'10.77.0.13' (using password: NO)\n"


@pytest.mark.parametrize("said", [DENIED, "1\n", "ERROR 2013 (HY000): Lost connection to server\n"])
async def test_a_database_that_answers_one_of_its_peers_lives(said: str) -> None:
    context = ScriptedContext(
        SURVEY, answers={"db2": {"10.77.0.11": REFUSED}, "db3": {"--host=10.77.0.11": said}}
    )
    answer = await no_sign_of_life(context, Look(SURVEY), ("db1",))
    assert answer.holds is Holds.NO
    assert "db1 was signed off" in answer.evidence
    assert "10.77.0.11 to db3" in answer.evidence


@pytest.mark.parametrize("said", [REFUSED, "sh: 1: mariadb: not found\n", ""])
async def test_silence_leaves_the_word_of_the_operator_as_it_is(said: str) -> None:
    context = ScriptedContext(SURVEY, answers={"db2": {"10.77.0.11": said}, "db3": {"10.77.0.11": REFUSED}})
    assert (await no_sign_of_life(context, Look(SURVEY), ("db1",))).holds is Holds.YES


@pytest.mark.parametrize("said", ["sh: 1: mariadb: not found\n", ""])
async def test_peers_that_could_not_ask_are_no_silence(said: str) -> None:
    context = ScriptedContext(SURVEY, answers={host: {"10.77.0.11": said} for host in ("db2", "db3")})
    answer = await no_sign_of_life(context, Look(SURVEY), ("db1",))
    assert answer.holds is Holds.UNKNOWN
    assert "no peer could ask 10.77.0.11" in answer.evidence


async def test_a_bootstrap_without_a_node_that_lives_is_blocked() -> None:
    step = step_of(planned(SURVEY, without="db1"), "bootstrap:db2")
    values = {"without": "db1"}
    alone = ScriptedContext(SURVEY, values=values, answers=SILENCE)
    assert (await step.check(alone)).holds is Holds.YES
    seen = ScriptedContext(SURVEY, values=values, answers={"db3": {"10.77.0.11": DENIED}})
    assert (await step.check(seen)).holds is Holds.NO


async def test_where_nobody_could_be_asked_that_is_said() -> None:
    known = a_survey(a_lost_node("db4"), *SURVEY.nodes[1:])
    nobody = a_survey(a_lost_node("db4"), *(a_stopped_node(host, configured={}) for host in ("db2", "db3")))
    asked = await no_sign_of_life(ScriptedContext(known, answers=SILENCE), Look(known), ("db4",))
    assert "no peer gets an answer" in asked.evidence
    unasked = await no_sign_of_life(ScriptedContext(nobody), Look(nobody), ("db4",))
    assert "no peer's option file lists db4" in unasked.evidence


async def test_only_addresses_of_nodes_that_nobody_saw_are_asked() -> None:
    answers = {
        "db2": {"10.77.0.13": DENIED, "10.77.0.11": REFUSED},
        "db3": {"10.77.0.12": DENIED, "10.77.0.11": REFUSED},
    }
    context = ScriptedContext(SURVEY, answers=answers)
    assert (await no_sign_of_life(context, Look(SURVEY), ("db1",))).holds is Holds.YES
