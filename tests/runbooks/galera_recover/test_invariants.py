"""What holds of every plan, whatever the nodes say: tried on thousands of surveys."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from runbooks.engine.text import plan_digest
from runbooks.membership import is_primary, runs
from runbooks.model import Act, Plan, Step
from systems.galera.readings import ZERO_UUID, ClusterSurvey, Flavour, HostEvidence, NodeSurvey, Position
from tests.builders import (
    FOREIGN,
    STATE,
    a_hit,
    a_hung_node,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    without_sql,
    without_ssh,
)
from tests.examples import examples
from tests.runbooks.plans import answer

FORKS = re.compile(r"galera_new_cluster|mysqld_bootstrap|start mysql@bootstrap|pc\.bootstrap")
Maker = Callable[[str], NodeSurvey]

SEQNOS = st.integers(min_value=-1, max_value=5)
UUIDS = st.sampled_from([STATE, STATE, STATE, FOREIGN, ZERO_UUID])


@st.composite
def stopped_nodes(draw: st.DrawFn) -> Maker:
    changes: dict[str, Any] = {
        "seqno": draw(SEQNOS),
        "uuid": draw(UUIDS),
        "safe_to_bootstrap": draw(st.sampled_from([True, False, None])),
        "gvwstate": draw(st.booleans()),
        "recovered": draw(st.none() | st.integers(min_value=0, max_value=5)),
        "sst_in_progress": draw(st.sampled_from([False, False, True])),
        "flavour": draw(st.sampled_from([Flavour.MARIADB, Flavour.PXC, Flavour.CODERSHIP, Flavour.UNKNOWN])),
    }
    missing = draw(st.sampled_from([False, False, False, True]))

    def make(host: str) -> NodeSurvey:
        return a_stopped_node(host, **changes | ({"grastate": None} if missing else {}))

    return make


@st.composite
def running_nodes(draw: st.DrawFn) -> Maker:
    states = ["Synced", "Synced", "Initialized", "Initialized", "Donor/Desynced", "Joining", "Inconsistent"]
    state, seqno = draw(st.sampled_from(states)), draw(st.integers(min_value=0, max_value=5))
    uuid = draw(st.sampled_from([STATE, STATE, FOREIGN]))
    seen = draw(st.sets(st.integers(min_value=1, max_value=4), min_size=1))
    status = {
        "state_uuid": uuid,
        "cluster_size": len(seen),
        "incoming_addresses": tuple(f"10.77.0.{10 + number}:3306" for number in sorted(seen)),
    }
    return lambda host: a_node(host, state=state, seqno=seqno, status=status)


def waiting(host: str) -> NodeSurvey:
    units = {"mariadb": a_unit(active="activating", sub="start")}
    changes: dict[str, Any] = {"units": units, "mysqld_pids": (31,), "log_hits": (a_hit("view-restored"),)}
    return a_stopped_node(host, gvwstate=True, **changes)


OTHERS: st.SearchStrategy[Maker] = st.sampled_from(
    [
        a_lost_node,
        a_joining_node,
        a_hung_node,
        waiting,
        lambda host: without_sql(a_node(host)),
        lambda host: without_ssh(a_node(host)),
        lambda host: without_ssh(a_node(host, state="Initialized")),
    ]
)
NODES: st.SearchStrategy[Maker] = st.one_of(stopped_nodes(), running_nodes(), OTHERS)


@st.composite
def surveys(draw: st.DrawFn) -> ClusterSurvey:
    makers = draw(st.lists(NODES, min_size=1, max_size=4))
    return a_survey(*(make(f"db{number}") for number, make in enumerate(makers, start=1)))


@st.composite
def stopped_surveys(draw: st.DrawFn) -> ClusterSurvey:
    makers = draw(st.lists(st.one_of(stopped_nodes(), st.just(a_lost_node)), min_size=2, max_size=4))
    return a_survey(*(make(f"db{number}") for number, make in enumerate(makers, start=1)))


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "without": st.sampled_from(["", "db1", "db2", "db3,db4", "db1 db2", "db9"]),
        "keep": st.sampled_from(["db1", "db2", "db3"]),
        "keep_old": st.sampled_from(["yes", "no"]),
        "remedy": st.sampled_from(["look", "desync", "kill"]),
        "connection": st.sampled_from(["", "76"]),
    },
)


def forks(plan: Plan) -> list[tuple[Step, Act]]:
    return [(step, act) for step in plan.steps for act in step.acts if FORKS.search(act.command.line)]


def position(node: NodeSurvey) -> Position | None:
    """Worked out here once more, so that a mistake in the runbook's reading does not hide itself."""
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence) or evidence.grastate is None or evidence.sst_in_progress:
        return None
    saved = evidence.grastate.position
    if saved.uuid == ZERO_UUID:
        return None
    if saved.seqno >= 0:
        return saved
    return evidence.recovered if evidence.recovered and evidence.recovered.uuid == saved.uuid else None


@examples(400)
@given(surveys(), VALUES)
@example(a_survey(a_lost_node("db1")), {})
def test_every_plan_keeps_the_rules(survey: ClusterSurvey, values: dict[str, str]) -> None:
    plan = answer(survey, values)
    if not isinstance(plan, Plan):
        assert plan.sentence
        assert plan.way_on
        return
    assert len({step.key for step in plan.steps}) == len(plan.steps)
    assert len(forks(plan)) <= 1
    for step in plan.steps:
        assert step.title
        assert step.why
        assert step.expects
        if step.irreversible:
            assert step.confirm
            assert step.undo_note
            assert step.confirm_because
        for act in (*step.acts, *step.undo):
            assert isinstance(survey.node(act.host).evidence, HostEvidence)


@examples(400)
@given(st.one_of(surveys(), stopped_surveys()), VALUES)
def test_a_history_forks_only_where_nothing_forbids_it(survey: ClusterSurvey, values: dict[str, str]) -> None:
    plan = answer(survey, values)
    if not isinstance(plan, Plan) or not forks(plan):
        return
    step, act = forks(plan)[0]
    assert step.irreversible
    assert step.confirm == act.host
    assert not any(is_primary(node) for node in survey.nodes)
    signed_off = set(re.split(r"[ ,]+", values.get("without", "")))
    assert all(runs(node) is not None or node.host in signed_off for node in survey.nodes)
    assert not any(runs(node) and not node.answers_sql for node in survey.nodes)
    keyed = [one.key for one in plan.steps]
    assert keyed.index("survey") < keyed.index("keep") < keyed.index(step.key)


@examples(400)
@given(stopped_surveys(), VALUES)
def test_only_the_most_advanced_of_one_history_is_bootstrapped(
    survey: ClusterSurvey, values: dict[str, str]
) -> None:
    plan = answer(survey, values)
    if not isinstance(plan, Plan) or not forks(plan):
        return
    chosen = position(survey.node(forks(plan)[0][1].host))
    assert chosen is not None
    for node in survey.nodes:
        other, evidence = position(node), node.evidence
        if not isinstance(evidence, HostEvidence) or evidence.sst_in_progress or evidence.grastate is None:
            continue
        if evidence.grastate.position.uuid == ZERO_UUID:
            continue
        assert other is not None, "a position that is not known forbids every choice"
        assert other.uuid == chosen.uuid
        assert other.seqno <= chosen.seqno


@examples(200)
@given(surveys(), VALUES)
def test_two_looks_at_the_same_state_make_the_same_plan(
    survey: ClusterSurvey, values: dict[str, str]
) -> None:
    """The plan that an operator has approved is the one that is run: nothing in it depends on the second."""
    later = replace(survey, taken_at=survey.taken_at + timedelta(seconds=40))
    first, second = answer(survey, values), answer(later, values)
    if isinstance(first, Plan) and isinstance(second, Plan):
        assert plan_digest(first) == plan_digest(second)
    else:
        assert type(first) is type(second)
