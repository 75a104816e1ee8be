"""Each state of a cluster is the scenario that the decision tree says, and what must be is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from runbooks.triage import Scenario, classify
from systems.errors import LoginRefused
from systems.galera.readings import ZERO_UUID, ClusterSurvey, NodeSurvey, Position
from tests.builders import (
    FOREIGN,
    NOON,
    a_gvwstate,
    a_hit,
    a_hung_node,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    address_of,
    gcomm_uuid_of,
    some_evidence,
    without_sql,
)

EARLIER = NOON - timedelta(seconds=2)
PAIR = (f"{address_of('db1')}:3306", f"{address_of('db2')}:3306")


def of_two(host: str, **status: Any) -> NodeSurvey:
    """A Primary node whose cluster has already shrunk to db1 and db2."""
    return a_node(host, size=2, status={"incoming_addresses": PAIR, **status})


def two_and(third: NodeSurvey) -> ClusterSurvey:
    return a_survey(of_two("db1"), of_two("db2"), third)


def waiting(host: str) -> NodeSurvey:
    """A node that restored its last view and answers SQL while it waits for the members (REC-21)."""
    return a_node(
        host,
        state="Initialized",
        evidence={"log_hits": (a_hit("view-restored"),), "gvwstate": a_gvwstate(host)},
    )


def starting(
    host: str, *, sub: str = "start", restarts: int = 0, pids: tuple[int, ...] = (), **more: Any
) -> NodeSurvey:
    unit = a_unit(active="activating", sub=sub, restarts=restarts, result="signal", since=NOON)
    return a_stopped_node(host, units={"mariadb": unit}, mysqld_pids=pids, **more)


def a_closed_node(host: str) -> NodeSurvey:
    """Its login may not become root: that its state cannot be read says nothing of it."""
    error = "/var/lib/mysql cannot be looked into: it takes root, or the group of the database"
    return a_stopped_node(host, grastate=None, grastate_error=error, grastate_closed=True)


ONE_GROUP = [
    pytest.param(a_stopped_node("db3", seqno=1000), "R-1G", id="stopped in order"),
    pytest.param(a_stopped_node("db3"), "R-1C", id="crashed"),
    pytest.param(a_stopped_node("db3", recovered=990), "R-1C", id="crashed, position recovered"),
    pytest.param(a_stopped_node("db3", uuid=ZERO_UUID), "R-1Z", id="zero uuid"),
    pytest.param(a_stopped_node("db3", grastate=None), "R-1Z", id="no grastate"),
    pytest.param(
        a_stopped_node("db3", grastate=None, grastate_error="no uuid in it"), "R-1Z", id="unreadable"
    ),
    pytest.param(a_closed_node("db3"), "R-HOST", id="may not be looked at"),
    pytest.param(a_stopped_node("db3", uuid=FOREIGN), "R-FOR", id="foreign, crashed"),
    pytest.param(a_stopped_node("db3", uuid=FOREIGN, seqno=5), "R-FOR", id="foreign, stopped in order"),
    pytest.param(a_stopped_node("db3", uuid=ZERO_UUID, sst_in_progress=True), "R-SST", id="failed copy"),
    pytest.param(a_joining_node("db3"), "R-WAIT", id="receives a copy"),
    pytest.param(starting("db3", sub="auto-restart"), "R-WAIT", id="systemd restarts it"),
    pytest.param(starting("db3", sub="auto-restart", restarts=4), "R-LOOP", id="it fails at every start"),
    pytest.param(starting("db3", sub="start-pre"), "R-WAIT", id="recovers its position"),
    pytest.param(
        starting("db3", pids=(9,), log_hits=(a_hit("no-donor"),)), "R-JOIN", id="no donor for the joiner"
    ),
    pytest.param(a_node("db3", state="Initialized"), "R-NET", id="cut off"),
    pytest.param(a_node("db3", state="Inconsistent"), "R-VOTE", id="voted out"),
    pytest.param(a_node("db3", state="Initialized", variables={"wsrep_on": False}), "R-OFF", id="wsrep off"),
    pytest.param(
        a_node("db3", state="Initialized", status={"state_uuid": FOREIGN}), "R-FOR", id="foreign, runs"
    ),
    pytest.param(a_hung_node("db3"), "R-MUTE", id="runs and says nothing"),
    pytest.param(a_lost_node("db3"), "R-HOST", id="out of reach"),
    pytest.param(of_two("db3"), "healthy", id="whole"),
    pytest.param(a_node("db3", status={"cluster_status": "PRIMARY"}), "healthy", id="Primary in capitals"),
]


@pytest.mark.parametrize(("third", "scenario"), ONE_GROUP)
def test_a_node_outside_the_primary_is_told_apart(third: NodeSurvey, scenario: str) -> None:
    found = classify(two_and(third))
    assert found.scenario.value == scenario
    assert "Primary component lives" in found.refused
    assert found.chosen is None


def test_two_nodes_stopped_in_order_leave_one_alone() -> None:
    alone = a_node("db1", size=1)
    found = classify(a_survey(alone, a_stopped_node("db2", seqno=980), a_stopped_node("db3", seqno=990)))
    assert found.scenario is Scenario.STOPPED_SOME
    assert [case.scenario for case in found.outside] == [Scenario.STOPPED_ONE] * 2
    assert len(found.cases) == 1, "one finding speaks for both"


def test_a_node_killed_a_moment_ago_is_down_though_the_others_still_count_it() -> None:
    found = classify(a_survey(a_node("db1"), a_node("db2"), a_stopped_node("db3")))
    assert found.scenario is Scenario.CRASHED_ONE


def test_a_node_that_only_this_console_cannot_reach_is_not_called_dead() -> None:
    found = classify(a_survey(a_node("db1"), a_node("db2"), a_lost_node("db3")))
    case = found.case_of("db3")
    assert case is not None
    assert case.scenario is Scenario.HOST
    assert "still counts it" in case.sentence


def test_a_stopped_node_ahead_of_the_cluster_keeps_its_data() -> None:
    def look(at_before: ClusterSurvey | None) -> ClusterSurvey:
        at = NOON if at_before else EARLIER
        nodes = (
            a_node("db1", size=2, at=at),
            a_node("db2", size=2, at=at),
            a_stopped_node("db3", seqno=1400, at=at),
        )
        return a_survey(*nodes, before=at_before)

    first = look(None)
    assert classify(first).scenario is Scenario.STOPPED_ONE, "one look may have caught it while it stopped"
    assert classify(look(first)).scenario is Scenario.FOREIGN


NOBODY = [
    pytest.param(
        [a_stopped_node(f"db{n}", seqno=1300 + n) for n in (1, 2, 3)], "R-3", "db3", id="clean stop"
    ),
    pytest.param(
        [a_stopped_node(f"db{n}", recovered=1310 - n) for n in (1, 2, 3)], "R-6", "db1", id="recovered"
    ),
    pytest.param([a_stopped_node(f"db{n}") for n in (1, 2, 3)], "R-6", None, id="positions missing"),
    pytest.param(
        [
            a_stopped_node("db1", recovered=1227),
            a_stopped_node("db2", recovered=1227),
            a_stopped_node("db3", seqno=1102),
        ],
        "R-6",
        "db1",
        id="two crashed, one stopped before",
    ),
    pytest.param(
        [a_stopped_node("db1", seqno=7), a_stopped_node("db2", seqno=9), a_lost_node("db3")],
        "STOP-SURVEY",
        None,
        id="unequal positions, one node not surveyed",
    ),
    pytest.param(
        [a_stopped_node("db1", seqno=7), a_stopped_node("db2", seqno=9), a_stopped_node("db3", uuid=FOREIGN)],
        "STOP-HISTORIES",
        None,
        id="two histories",
    ),
    pytest.param(
        [a_stopped_node(f"db{n}", uuid=ZERO_UUID) for n in (1, 2, 3)], "R-LOST", None, id="all zero"
    ),
    pytest.param(
        [a_stopped_node(f"db{n}", grastate=None, gvwstate=False) for n in (1, 2, 3)],
        "R-NEW",
        None,
        id="fresh hosts",
    ),
    pytest.param(
        [
            a_stopped_node("db1", seqno=5),
            a_stopped_node("db2", seqno=4),
            a_stopped_node("db3", uuid=ZERO_UUID),
        ],
        "R-3",
        "db1",
        id="zero uuid is no candidate",
    ),
    pytest.param([a_stopped_node(f"db{n}", gvwstate=True) for n in (1, 2, 3)], "R-7A", None, id="power loss"),
    pytest.param(
        [a_stopped_node("db1", gvwstate=True), a_stopped_node("db2", gvwstate=True), a_stopped_node("db3")],
        "R-6",
        None,
        id="gvwstate on some only",
    ),
    pytest.param(
        [
            a_stopped_node("db1", seqno=5),
            a_stopped_node("db2", grastate=None, grastate_error="garbage"),
            a_stopped_node("db3", seqno=4),
        ],
        "STOP-SURVEY",
        None,
        id="a saved state that cannot be read",
    ),
]


@pytest.mark.parametrize(("nodes", "scenario", "chosen"), NOBODY)
def test_a_cluster_of_which_nobody_runs_is_told_apart(
    nodes: list[NodeSurvey], scenario: str, chosen: str | None
) -> None:
    found = classify(a_survey(*nodes))
    assert (found.scenario.value, found.chosen) == (scenario, chosen)
    assert bool(found.refused) == (scenario.startswith("STOP") or scenario == "R-LOST")


def test_a_node_whose_volume_is_not_mounted_may_hold_the_newest_data() -> None:
    lost = some_stopped(
        "db3", grastate=None, grastate_error="/var/lib/mysql is not there", datadir_exists=False
    )
    found = classify(a_survey(a_stopped_node("db1", seqno=7), a_stopped_node("db2", seqno=9), lost))
    assert (found.scenario, found.chosen) == (Scenario.STOP_SURVEY, None)
    assert "db3" in found.refused
    assert "db3" not in found.excluded


UNMOUNTED = {
    "grastate": None,
    "grastate_error": "/srv/db is not mounted: what lies in /srv/db/data now is not the data",
    "datadir": "/srv/db/data",
}


@pytest.mark.parametrize(
    ("place", "says"),
    [("/srv/db", "/srv/db is not mounted: mount it first"), ("/srv/db/data", "mount it first")],
)
def test_a_node_whose_volume_is_not_mounted_is_not_given_a_full_copy_beside_a_primary(
    place: str, says: str
) -> None:
    found = classify(two_and(some_stopped("db3", **UNMOUNTED, unmounted=place)))
    [case] = found.outside
    assert case.scenario is Scenario.UNMOUNTED
    assert says in case.sentence
    assert "it comes back by a full copy" not in case.sentence


def torn(host: str) -> NodeSurvey:
    """Crashed; its recovery run names another history than its grastate.dat."""
    return some_stopped(host, recovered=Position(FOREIGN, 1200))


def test_a_dead_node_that_contradicts_itself_about_its_history_is_decided_by_people() -> None:
    running = [a_node(host, state="Initialized", size=2) for host in ("db1", "db2")]
    found = classify(a_survey(*running, torn("db3")))
    assert (found.scenario, found.to_recover) == (Scenario.STOP_HISTORIES, ())
    assert found.refused
    assert FOREIGN in str(found.cluster)


def test_a_dead_node_that_contradicts_itself_beside_a_primary_holds_another_history() -> None:
    [case] = classify(two_and(torn("db3"))).outside
    assert case.scenario is Scenario.FOREIGN
    assert "contradicts itself" in case.sentence


def test_a_last_view_that_cannot_be_read_may_be_of_another_primary() -> None:
    pair = {host: a_gvwstate(host, members=("db1", "db2")) for host in ("db1", "db2")}
    crashed = [some_stopped(host, gvwstate=view) for host, view in pair.items()]
    unread = some_stopped("db3", gvwstate_error="gvwstate.dat holds no complete view")
    found = classify(a_survey(*crashed, unread))
    assert (found.scenario, found.not_surveyed) == (Scenario.STOP_SURVEY, ("db3",))
    assert any("db3: gvwstate.dat holds no complete view" in line for line in found.cases[0].evidence)


def test_a_last_view_that_cannot_be_read_is_not_one_that_is_not_there() -> None:
    fresh = [a_stopped_node(f"db{n}", grastate=None) for n in (1, 2)]
    unread = some_stopped("db3", grastate=None, gvwstate_error="gvwstate.dat holds no complete view")
    assert classify(a_survey(*fresh, unread)).scenario is not Scenario.NEW


def test_a_tie_is_broken_by_safe_to_bootstrap_and_by_nothing_else() -> None:
    tied = a_survey(
        a_stopped_node("db1", seqno=7),
        a_stopped_node("db2", seqno=7, safe_to_bootstrap=True),
        a_stopped_node("db3", seqno=6),
    )
    assert classify(tied).chosen == "db2"
    stale = a_survey(
        a_stopped_node("db1", seqno=7),
        a_stopped_node("db2", seqno=6, safe_to_bootstrap=True),
        a_stopped_node("db3", seqno=6),
    )
    assert classify(stale).chosen == "db1"


def test_equal_positions_without_a_flag_say_why_the_first_is_chosen() -> None:
    found = classify(a_survey(*(a_stopped_node(f"db{n}", seqno=7) for n in (1, 2, 3))))
    assert found.chosen == "db1"
    assert "first in the inventory" in found.chosen_because


def test_two_members_of_a_last_view_reform_when_the_third_was_stopped_before_them() -> None:
    pair = {host: a_gvwstate(host, members=("db1", "db2")) for host in ("db1", "db2")}
    crashed = [some_stopped(host, gvwstate=view) for host, view in pair.items()]
    found = classify(a_survey(*crashed, a_stopped_node("db3", seqno=1102)))
    assert found.scenario is Scenario.POWER_LOSS
    assert found.start_together == ("db1", "db2")


def test_a_member_outside_the_last_view_that_crashed_too_forbids_the_automatic_way() -> None:
    pair = {host: a_gvwstate(host, members=("db1", "db2")) for host in ("db1", "db2")}
    crashed = [some_stopped(host, gvwstate=view) for host, view in pair.items()]
    assert classify(a_survey(*crashed, a_stopped_node("db3"))).scenario is Scenario.ALL_CRASHED


def test_two_last_views_without_a_common_member_are_two_histories() -> None:
    pair = {host: a_gvwstate(host, members=("db1", "db2")) for host in ("db1", "db2")}
    crashed = [some_stopped(host, gvwstate=view) for host, view in pair.items()]
    alone = some_stopped("db3", gvwstate=a_gvwstate("db3", members=("db3",)))
    found = classify(a_survey(*crashed, alone))
    assert found.scenario is Scenario.STOP_HISTORIES
    assert found.refused


def test_without_pc_recovery_nothing_comes_back_by_itself() -> None:
    options = {"wsrep_provider_options": "gcache.size=1G; pc.recovery = no"}
    nodes = [a_stopped_node(f"db{n}", gvwstate=True, configured=options) for n in (1, 2, 3)]
    assert classify(a_survey(*nodes)).scenario is Scenario.ALL_CRASHED


def test_a_node_that_contradicts_itself_stops_everything() -> None:
    nodes = [some_stopped(f"db{n}", recovered=Position(FOREIGN, 7)) for n in (1, 2, 3)]
    assert classify(a_survey(*nodes)).scenario is Scenario.STOP_HISTORIES


NO_PRIMARY = [
    pytest.param(
        [
            a_node("db1", state="Initialized"),
            a_stopped_node("db2", recovered=900),
            a_stopped_node("db3", recovered=950),
        ],
        "R-5",
        "db1",
        id="quorum lost, the dead proven down",
    ),
    pytest.param(
        [a_node("db1", state="Initialized"), a_stopped_node("db2"), a_stopped_node("db3")],
        "R-5",
        None,
        id="quorum lost, what the dead had is not known yet",
    ),
    pytest.param(
        [a_node("db1", state="Initialized"), a_lost_node("db2"), a_stopped_node("db3")],
        "STOP-SIDE",
        None,
        id="one side merely unreachable",
    ),
    pytest.param(
        [waiting("db1"), waiting("db2"), a_lost_node("db3")], "R-7B", None, id="a member never returns"
    ),
    pytest.param(
        [waiting("db1"), waiting("db2"), a_stopped_node("db3", recovered=990)],
        "R-7B",
        "db1",
        id="a member stays down",
    ),
    pytest.param(
        [a_node("db1", state="Initialized"), a_hung_node("db2"), a_stopped_node("db3")],
        "STOP-SIDE",
        None,
        id="one runs silently",
    ),
    pytest.param(
        [a_node("db1", state="Initialized"), starting("db2"), a_stopped_node("db3")],
        "R-WAIT",
        None,
        id="one is starting",
    ),
    pytest.param(
        [a_node(f"db{n}", state="Initialized") for n in (1, 2, 3)], "R-NP-ALL", "db1", id="all up together"
    ),
    pytest.param([a_node(f"db{n}", state="Inconsistent") for n in (1, 2, 3)], "R-LOST", None, id="all left"),
]


@pytest.mark.parametrize(("nodes", "scenario", "chosen"), NO_PRIMARY)
def test_a_cluster_without_a_primary_is_told_apart(
    nodes: list[NodeSurvey], scenario: str, chosen: str | None
) -> None:
    found = classify(a_survey(*nodes))
    assert (found.scenario.value, found.chosen) == (scenario, chosen)


def test_a_survivor_behind_a_dead_node_is_not_made_primary() -> None:
    """The dead may have been the majority that went on: what they have must not be lost."""
    nodes = (
        a_node("db1", state="Initialized"),
        a_stopped_node("db2", recovered=5000),
        a_stopped_node("db3", recovered=4990),
    )
    found = classify(a_survey(*nodes))
    assert found.chosen is None
    assert "db2 is down and holds more" in found.refused


def test_a_running_node_without_a_state_is_never_made_primary() -> None:
    empty = a_node("db1", state="Initialized", status={"state_uuid": ZERO_UUID})
    torn = a_node("db1", state="Initialized", status={"local_state_uuid": ZERO_UUID})
    for node in (empty, torn):
        found = classify(a_survey(node, a_stopped_node("db2", seqno=7), a_stopped_node("db3", seqno=9)))
        assert (found.scenario, found.chosen) == (Scenario.ALL_STOPPED, "db3")


def test_an_unreachable_member_is_signed_off_by_name_only() -> None:
    nodes = (waiting("db1"), waiting("db2"), a_lost_node("db3"))
    assert classify(a_survey(*nodes), signed_off=("db2",)).refused, "db2 answers; the name changes nothing"
    found = classify(a_survey(*nodes), signed_off=("db3",))
    assert (found.scenario, found.refused, found.chosen) == (Scenario.MEMBER_MISSING, "", "db1")


def test_a_stopped_cluster_goes_on_without_a_member_that_is_signed_off() -> None:
    nodes = (a_stopped_node("db1", seqno=7), a_stopped_node("db2", seqno=9), a_lost_node("db3"))
    found = classify(a_survey(*nodes), signed_off=("db3",))
    assert (found.scenario, found.chosen) == (Scenario.ALL_STOPPED, "db2")


def test_halves_of_an_even_cluster_are_named() -> None:
    left = [f"{address_of(host)}:3306" for host in ("db1", "db2")]
    right = [f"{address_of(host)}:3306" for host in ("db3", "db4")]
    nodes = [
        a_node(host, state="Initialized", status={"incoming_addresses": tuple(side), "cluster_size": 2})
        for side, hosts in ((left, ("db1", "db2")), (right, ("db3", "db4")))
        for host in hosts
    ]
    found = classify(a_survey(*nodes))
    assert found.scenario is Scenario.HALVES
    assert "4567" in found.refused
    gone = classify(a_survey(*nodes[:2], a_lost_node("db3"), a_lost_node("db4")))
    assert gone.scenario is Scenario.HALVES
    assert gone.refused


def test_an_arbitrator_counts_as_a_voter() -> None:
    one = a_node("db1", state="Initialized", status={"incoming_addresses": (PAIR[0],), "cluster_size": 1})
    survey = a_survey(one, a_lost_node("db2"))
    assert classify(survey).scenario is Scenario.HALVES
    with_garbd = ClusterSurvey(survey.name, survey.taken_at, survey.nodes, arbitrators=1)
    assert classify(with_garbd).scenario is Scenario.STOP_SIDE


def some_stopped(host: str, **changes: Any) -> NodeSurvey:
    """A crashed node with single fields of its evidence replaced, built by the field's own type."""
    node = a_stopped_node(host)
    base = {
        "units": {"mariadb": a_unit(active="failed", sub="failed", result="signal")},
        "mysqld_pids": (),
        "listening": (),
    }
    return NodeSurvey(
        host,
        node.started_at,
        node.taken_at,
        node.status,
        node.variables,
        some_evidence(host, **{**base, **changes}),
    )


def test_two_primaries_with_one_history_are_a_split_brain_even_with_equal_view_numbers() -> None:
    cut = a_node("db3", size=1, status={"incoming_addresses": (f"{address_of('db3')}:3306",)})
    found = classify(two_and(cut))
    assert found.scenario is Scenario.SPLIT_BRAIN
    assert [group.hosts for group in found.groups] == [("db1", "db2"), ("db3",)]
    assert found.refused


def test_two_primaries_with_two_histories_are_separate_clusters() -> None:
    other = a_node(
        "db3", size=1, status={"state_uuid": FOREIGN, "incoming_addresses": (f"{address_of('db3')}:3306",)}
    )
    assert classify(two_and(other)).scenario is Scenario.SEPARATE


def test_nodes_asked_on_both_sides_of_a_view_change_are_one_cluster() -> None:
    late = a_node("db2", size=2, status={"conf_id": 8, "incoming_addresses": PAIR})
    found = classify(a_survey(a_node("db1"), late, a_stopped_node("db3")))
    assert found.scenario is Scenario.CRASHED_ONE
    assert found.groups[0].size == 2


def test_a_view_seen_twice_is_confirmed() -> None:
    def look(before: ClusterSurvey | None) -> ClusterSurvey:
        at = NOON if before else EARLIER
        nodes = [a_node(f"db{n}", state="Initialized", at=at) for n in (1, 2, 3)]
        return a_survey(*nodes, before=before)

    first = look(None)
    assert not classify(first).confirmed
    assert classify(look(first)).confirmed
    assert not classify(a_survey(before=first)).confirmed, "it was something else before"


def test_a_cloned_view_file_is_not_a_whole_view() -> None:
    clones = [some_stopped(f"db{n}", gvwstate=a_gvwstate("db1")) for n in (1, 2, 3)]
    assert gcomm_uuid_of("db1") == a_gvwstate("db1").my_uuid
    assert classify(a_survey(*clones)).scenario is Scenario.ALL_CRASHED


SHUT = LoginRefused("db1: SQL as monitor was not let in: the account or its password is wrong")


def test_databases_that_do_not_let_the_console_in_are_not_said_to_be_without_a_primary() -> None:
    found = classify(a_survey(*[without_sql(a_node(host), SHUT) for host in ("db1", "db2", "db3")]))
    assert found.scenario is Scenario.STOP_SIDE
    assert found.cases[0].sentence == (
        "No node could be asked for its state: db1, db2 and db3 run and do not let this console's account in"
    )


def test_one_that_does_not_let_the_console_in_is_not_said_to_be_silent() -> None:
    found = classify(two_and(without_sql(a_node("db3"), SHUT)))
    assert found.scenario is Scenario.MUTE
    assert "db3 runs and does not let this console's account in" in found.cases[0].sentence
