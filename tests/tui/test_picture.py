"""What is known: last good readings stay, changes become sentences, rates need two answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from runbooks.cloud.findings import judge_cloud
from systems.errors import Unreachable
from tests.builders import NOON, a_lost_node, a_node, a_stopped_node
from tests.clouds import a_cloud_survey
from tests.scenes import busy, earlier, stamped
from tui.changes import changes_between
from tui.picture import NodeView, Picture
from tui.trends import KEPT, Trends

BEFORE = NOON - timedelta(seconds=2)


def sentences(*nodes: object) -> list[str]:
    return [change.sentence for change in changes_between(*nodes)]  # type: ignore[arg-type]


def test_the_last_good_reading_stays_when_a_node_is_lost() -> None:
    view = NodeView("db1")
    view.take(stamped(a_node("db1", seqno=7), BEFORE))
    view.take(a_lost_node("db1"))
    assert view.status is not None
    assert view.status.last_committed == 7
    assert view.is_silent


def test_the_first_answer_is_no_change() -> None:
    assert changes_between(None, a_node("db1")) == ()


def test_the_same_answer_twice_is_no_change() -> None:
    assert sentences(a_node("db1"), a_node("db1", seqno=1001)) == []


def test_a_killed_server_is_told_with_the_time_that_systemd_says() -> None:
    down = a_stopped_node("db1")
    found = changes_between(a_node("db1"), down)
    assert [change.sentence for change in found] == [
        "mariadb: failed (signal)",
        "database does not answer any more",
    ]
    assert found[0].severity == 2


def test_a_node_that_comes_back_is_good_news() -> None:
    found = changes_between(a_stopped_node("db1"), a_node("db1"))
    assert [change.sentence for change in found] == ["mariadb: active (running)", "database answers: Synced"]
    assert {change.severity for change in found} == {-1}


def test_a_lost_host_says_why() -> None:
    assert "host does not answer: db1: No route to host" in sentences(a_node("db1"), a_lost_node("db1"))


def test_losing_quorum_and_size_are_changes() -> None:
    said = sentences(a_node("db1"), a_node("db1", state="Initialized", size=1))
    assert "Primary to non-Primary" in said
    assert "cluster size 3 to 1" in said


def test_holding_all_writes_is_a_change_and_so_is_letting_go() -> None:
    held = a_node("db1", status={"flow_control_requested": True, "recv_queue": 29})
    assert sentences(a_node("db1"), held) == ["holds all writes by flow control, 29 writesets wait here"]
    assert sentences(held, a_node("db1")) == ["flow control released"]


def test_a_position_that_goes_back_is_told() -> None:
    assert sentences(a_node("db1", seqno=9), a_node("db1", seqno=5)) == ["position went back: 9 to 5"]


def test_a_restarted_host_is_told() -> None:
    again = a_node("db1", evidence={"boot_id": "another"})
    assert sentences(a_node("db1"), again) == ["host was restarted"]


def test_rates_come_from_two_answers() -> None:
    trends = Trends()
    first, second = stamped(busy("db1", 1300), BEFORE), busy("db1", 1310, flow_control_paused_ns=10**9)
    trends.take(None, first)
    trends.take(first, second)
    assert list(trends.commits) == [None, 5.0]
    assert trends.newest_paused == 0.5
    assert trends.bytes_per_s() == 10 * 12000 / 2


def test_a_counter_that_was_set_back_gives_no_rate() -> None:
    trends = Trends()
    first, second = stamped(busy("db1", 1300), BEFORE), busy("db1", 3)
    trends.take(first, second)
    assert list(trends.commits) == [None]


def test_memory_does_not_grow_with_answers() -> None:
    trends = Trends()
    for seqno in range(KEPT * 2):
        trends.take(None, busy("db1", seqno))
    assert len(list(trends.recv_queue)) == KEPT


def test_the_oldest_answer_counts_also_when_it_is_an_error() -> None:
    picture = Picture()
    picture.plan({"orders": ["db1", "db2"]})
    assert picture.oldest_s(NOON) is None
    picture.take_node("orders", stamped(a_node("db1"), BEFORE))
    picture.take_node("orders", replace(a_lost_node("db2"), taken_at=NOON - timedelta(seconds=9)))
    assert picture.oldest_s(NOON) == 9.0


def test_an_estate_of_clouds_alone_has_its_oldest_answer_too() -> None:
    picture = Picture()
    picture.plan({}, clouds=["kilo"])
    assert picture.oldest_s(NOON) is None
    survey = a_cloud_survey()
    picture.clouds["kilo"].take(survey, judge_cloud(survey))
    assert picture.oldest_s(NOON + timedelta(seconds=7)) == 7.0


def test_a_node_that_is_not_in_the_inventory_changes_nothing() -> None:
    picture = Picture()
    picture.plan({"orders": ["db1"]})
    assert picture.take_node("orders", a_node("db9")) == ()


@given(st.text(max_size=80))
def test_no_text_of_a_host_breaks_the_feed(text: str) -> None:
    lost = replace(a_lost_node("db1"), evidence=Unreachable(text), status=Unreachable(text))
    assert changes_between(earlier(a_node("db1")).nodes[0], lost)
