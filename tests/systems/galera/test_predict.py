"""IST or SST, and for how long: as Galera's donor selection decides, with the numbers that decide it."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.galera.predict import (
    Donor,
    TransferKind,
    donors_of,
    ist_minutes_left,
    joins_at,
    position_of,
    predict_for,
    predict_transfer,
    safety_gap,
)
from systems.galera.rates import paused_share, transaction_rate, write_rate
from systems.galera.readings import ZERO_UUID, ClusterSurvey, Position
from tests.builders import FOREIGN, NOON, STATE, a_lost_node, a_node, a_stopped_node, a_survey

MIB = 1 << 20


def a_donor(host: str = "db1", *, seqno: int = 20_000, downto: int | None = 1_000, **changes: Any) -> Donor:
    return Donor(host, Position(STATE, seqno), downto, **changes)


def at(seqno: int, uuid: str = STATE) -> Position:
    return Position(uuid, seqno)


def test_a_node_that_missed_little_comes_by_ist() -> None:
    prediction = predict_transfer(at(19_990), [a_donor()])
    assert prediction.kind is TransferKind.IST
    assert prediction.donor == "db1"
    assert prediction.sentence == "IST of 10 transactions from db1, whose cache reaches back to 1000"


def test_one_that_is_too_old_needs_a_full_copy() -> None:
    prediction = predict_transfer(at(500), [a_donor()])
    assert prediction.kind is TransferKind.SST
    assert "500" in prediction.sentence
    assert "1000" in prediction.sentence


def test_near_the_edge_the_safety_gap_decides() -> None:
    """19000 transactions are cached: the oldest 148 of them are not handed out (19000 >> 7)."""
    assert predict_transfer(at(1_147), [a_donor()]).kind is TransferKind.SST
    assert predict_transfer(at(1_148), [a_donor()]).kind is TransferKind.IST


def test_the_gap_is_at_most_a_million() -> None:
    assert safety_gap(128) == 1
    assert safety_gap(127) == 0
    assert safety_gap(10**12) == 1 << 20


@pytest.mark.parametrize(
    ("joiner", "kind", "word"),
    [
        (at(-1, ZERO_UUID), TransferKind.SST, "zero UUID"),
        (at(19_990, FOREIGN), TransferKind.SST, "another cluster"),
        (at(-1), TransferKind.UNKNOWN, "recovered"),
        (at(20_001), TransferKind.UNKNOWN, "ahead of the cluster"),
        (at(5, ""), TransferKind.UNKNOWN, "could not be read"),
    ],
)
def test_what_a_joiner_is_decides_before_any_cache(joiner: Position, kind: TransferKind, word: str) -> None:
    prediction = predict_transfer(joiner, [a_donor()])
    assert prediction.kind is kind
    assert word in prediction.sentence


def test_without_a_donor_nothing_is_known() -> None:
    assert predict_transfer(at(5), []).kind is TransferKind.UNKNOWN
    assert predict_transfer(at(-1, ZERO_UUID), []).kind is TransferKind.SST


def test_two_clusters_are_no_ground_for_a_prediction() -> None:
    other = Donor("db2", Position(FOREIGN, 5), 1)
    assert predict_transfer(at(5), [a_donor(), other]).kind is TransferKind.UNKNOWN


def test_an_empty_cache_donates_nothing() -> None:
    assert predict_transfer(at(19_999), [a_donor(downto=None)]).kind is TransferKind.SST


def test_of_several_the_shortest_cache_that_suffices_donates() -> None:
    donors = [a_donor("db1", downto=1_000), a_donor("db2", downto=15_000), a_donor("db3", downto=19_999)]
    assert predict_transfer(at(18_000), donors).donor == "db2"


positions = st.integers(min_value=1, max_value=10**7)


@given(positions, positions, positions)
def test_never_ist_from_a_cache_that_lacks_what_comes_next(stopped: int, newest: int, oldest: int) -> None:
    prediction = predict_transfer(at(stopped), [a_donor(seqno=newest, downto=min(oldest, newest))])
    if prediction.is_ist:
        assert min(oldest, newest) <= stopped + 1
        assert stopped <= newest


@given(positions, positions, st.integers(min_value=0, max_value=10**6))
def test_who_stopped_later_is_never_worse_off(stopped: int, oldest: int, later: int) -> None:
    newest = max(stopped + later, oldest)
    donors = [a_donor(seqno=newest, downto=oldest)]
    if predict_transfer(at(stopped), donors).is_ist:
        assert predict_transfer(at(stopped + later), donors).is_ist


@given(st.lists(st.tuples(positions, st.one_of(st.none(), positions)), max_size=4), st.integers(-1, 10**7))
def test_any_numbers_give_a_sentence(caches: list[tuple[int, int | None]], stopped: int) -> None:
    donors = [a_donor(f"db{n}", seqno=s, downto=d, write_rate=1.0) for n, (s, d) in enumerate(caches)]
    prediction = predict_transfer(at(stopped), donors)
    assert prediction.sentence
    assert (prediction.donor is None) is not prediction.is_ist
    assert prediction.hold_time_s is None or prediction.hold_time_s >= 0.0


def test_the_hold_time_is_what_is_left_of_the_ring() -> None:
    donor = a_donor(gcache_bytes=128 * MIB, write_rate=float(MIB), bytes_a_transaction=1024.0)
    fresh = predict_transfer(at(20_000), [donor]).hold_time_s
    older = predict_transfer(at(20_000 - 10_240), [donor]).hold_time_s
    assert fresh == pytest.approx(127.0)
    assert older == pytest.approx(117.0)


def test_a_frozen_or_idle_cache_holds_for_ever() -> None:
    assert predict_transfer(at(19_000), [a_donor(write_rate=0.0)]).hold_time_s == math.inf
    assert predict_transfer(at(19_000), [a_donor(is_frozen=True, write_rate=5.0)]).hold_time_s == math.inf
    assert predict_transfer(at(19_000), [a_donor()]).hold_time_s is None


def two_looks(*, rate: int = MIB, stopped: int = 1_000) -> ClusterSurvey:
    """db3 is down; the others write `rate` bytes a second."""
    counts = {"wsrep_replicated": "1000", "wsrep_received": "0"}
    looks: ClusterSurvey | None = None
    for ago in (10, 0):
        status = {"replicated_bytes": 10**9 - ago * rate, "all": counts, "uptime_s": 9_000 - ago}
        moment = NOON - timedelta(seconds=ago)
        nodes = [a_node(host, at=moment, status=status) for host in ("db1", "db2")]
        looks = a_survey(*nodes, a_stopped_node("db3", seqno=stopped, at=moment), before=looks)
    assert looks is not None
    return looks


def test_the_minutes_left_come_from_two_looks() -> None:
    left = ist_minutes_left(two_looks(), "db3")
    assert left == pytest.approx(127 / 60, rel=0.01)
    assert ist_minutes_left(two_looks(rate=0), "db3") == math.inf


def test_one_look_alone_tells_no_time() -> None:
    survey = a_survey(a_node("db1"), a_node("db2"), a_stopped_node("db3", seqno=999))
    assert predict_for(survey, "db3").is_ist
    assert ist_minutes_left(survey, "db3") is None


def test_a_node_that_needs_a_copy_now_has_no_minute_left() -> None:
    survey = a_survey(a_node("db1", status={"cached_downto": 900}), a_stopped_node("db2", seqno=5))
    assert ist_minutes_left(survey, "db2") == 0.0


def test_only_synced_members_of_a_primary_donate() -> None:
    survey = a_survey(
        a_node("db1", state="Donor/Desynced"),
        a_node("db2", state="Initialized"),
        a_node("db3"),
        a_lost_node("db4"),
    )
    assert [donor.host for donor in donors_of(survey)] == ["db3"]
    assert donors_of(survey, but="db3") == ()


@pytest.mark.parametrize(
    ("told", "is_frozen"), [("900", True), ("0", False), ("-1", False), ("\u00b2", False)]
)
def test_a_cache_is_frozen_at_a_number_above_zero(told: str, is_frozen: bool) -> None:
    options = {"provider_options": {"gcache.size": "1G", "gcache.freeze_purge_at_seqno": told}}
    assert donors_of(a_survey(a_node("db1", variables=options)))[0].is_frozen is is_frozen


def test_a_frozen_cache_is_seen_in_the_options() -> None:
    frozen = {"provider_options": {"gcache.size": "1G", "gcache.freeze_purge_at_seqno": "900"}}
    donor = donors_of(a_survey(a_node("db1", variables=frozen)))[0]
    assert donor.is_frozen
    assert donor.gcache_bytes == 1 << 30


def test_a_recovered_position_stands_in_for_a_crashed_one() -> None:
    assert position_of(a_stopped_node(seqno=-1, recovered=1_227)) == at(1_227)
    assert position_of(a_stopped_node(seqno=-1)) == at(-1)
    assert position_of(a_stopped_node(seqno=5, recovered=9)) == at(5)
    assert position_of(a_stopped_node(grastate=None)).is_zero
    assert not position_of(a_lost_node()).is_zero
    assert not position_of(a_lost_node()).is_known


def test_rates_need_two_looks_at_the_same_life_of_a_server() -> None:
    before = a_node(at=NOON - timedelta(seconds=10), seqno=1_000, status={"flow_control_paused_ns": 0})
    now = a_node(seqno=1_050, status={"flow_control_paused_ns": 5 * 10**9})
    assert transaction_rate(before, now) == pytest.approx(5.0)
    assert paused_share(before, now) == pytest.approx(0.5)
    assert write_rate(before, now) == 0.0
    restarted = a_node(seqno=1_050, status={"uptime_s": 3})
    older = a_node(at=NOON - timedelta(seconds=10), status={"uptime_s": 900})
    assert transaction_rate(older, restarted) is None
    assert write_rate(now, now) is None
    assert write_rate(a_lost_node("db1"), now) is None
    assert paused_share(a_lost_node("db1"), now) is None


def test_a_member_that_was_asked_last_is_not_ahead_of_its_own_cluster() -> None:
    """Under load the looks at two nodes are some transactions apart."""
    survey = a_survey(a_node("db1", seqno=1_000), a_node("db2", seqno=1_001), a_node("db3", seqno=1_002))
    assert joins_at(survey, "db3") == at(1_001)
    assert predict_for(survey, "db3").kind is TransferKind.IST


def test_one_in_another_view_may_well_be_ahead() -> None:
    split = a_node("db3", seqno=1_002, status={"conf_id": 9})
    survey = a_survey(a_node("db1", seqno=1_000), a_node("db2", seqno=1_000), split)
    assert joins_at(survey, "db3") == at(1_002)
    stopped = a_stopped_node("db3", seqno=1_002)
    assert joins_at(a_survey(a_node("db1", seqno=1_000), stopped), "db3") == at(1_002)


def test_a_node_that_was_voted_out_needs_a_full_copy_whatever_it_says_of_itself() -> None:
    """Recorded: its status still tells where it was, its grastate.dat has the zero UUID."""
    out = a_node("db3", state="Inconsistent", status={"last_committed": 999})
    survey = a_survey(a_node("db1", size=2), a_node("db2", size=2), out)
    assert ist_minutes_left(survey, "db3") == 0.0
