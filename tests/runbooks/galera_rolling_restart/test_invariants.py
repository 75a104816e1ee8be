"""What holds of every plan, whatever the cluster is like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runbooks.model import Plan
from systems.galera.readings import ClusterSurvey
from tests.builders import a_node, a_survey
from tests.examples import examples
from tests.runbooks.galera_rolling_restart.clusters import NAME, a_percona, is_stop
from tests.runbooks.plans import answer

VALUES = st.fixed_dictionaries(
    {},
    optional={
        "nodes": st.sampled_from(("", "db2", "db3,db1", "db9")),
        "writer": st.sampled_from(("", "db1", "db2")),
        "soak_s": st.sampled_from(("0", "60")),
        "freeze": st.sampled_from(("no", "yes")),
        "despite_short_window": st.sampled_from(("", "quiet")),
    },
)


@st.composite
def whole_clusters(draw: st.DrawFn) -> ClusterSurvey:
    """Two to four Synced nodes of either flavour."""
    hosts = [f"db{number}" for number in range(1, draw(st.integers(2, 4)) + 1)]
    mode = draw(st.sampled_from(("DISABLED", "MAINTENANCE")))
    if draw(st.booleans()):
        return a_survey(*(a_percona(host, mode=mode, size=len(hosts)) for host in hosts))
    return a_survey(*(a_node(host, size=len(hosts)) for host in hosts))


@examples(100)
@given(whole_clusters(), VALUES)
def test_no_plan_has_two_nodes_down_at_once(survey: ClusterSurvey, values: dict[str, str]) -> None:
    """Every stop is followed by its start, which is proven, before anything else; none is missing."""
    plan = answer(survey, values, runbook=NAME)
    if not isinstance(plan, Plan):
        return
    down = ""
    for step in plan.steps:
        if is_stop(step):
            assert not down, f"{step.key} while {down} is down"
            down = step.acts[0].host
            assert [act.command.line.split()[:2] for act in step.undo] == [["systemctl", "start"]]
        elif down:
            assert (step.key, step.takes_back) == (f"start:{down}", f"stop:{down}")
            down = ""
    assert not down


@examples(100)
@given(whole_clusters(), VALUES)
def test_what_is_switched_is_switched_back(survey: ClusterSurvey, values: dict[str, str]) -> None:
    """Freezes, drains and stops end within the same node's turn, and each can be undone."""
    plan = answer(survey, values, runbook=NAME)
    if not isinstance(plan, Plan):
        return
    keys = [step.key for step in plan.steps]
    ended = {step.takes_back: step.key for step in plan.steps if step.takes_back}
    for step in plan.steps:
        if step.key.startswith(("freeze:", "drain:", "stop:")):
            turn = keys[keys.index(step.key) : keys.index(ended[step.key])]
            assert {key.split(":")[-1] for key in turn} == {step.key.split(":")[-1]}
            assert step.undo
