"""A rehearsal is recorded from looks, and a real run is held against it by the same looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from runbooks.model import Look
from runbooks.rehearsal.holding import Recorder, Rehearsed
from runbooks.rehearsal.picture import picture_of, unlike
from runbooks.rehearsal.record import Rehearsal, StepRecord, read_rehearsal, rehearsal_text
from systems.galera.readings import NodeSurvey
from tests.builders import a_lost_node, a_node, a_stopped_node, a_survey, without_sql
from tests.reading_builders import NOON, STATE, a_hit
from tests.runbooks.engine.books import a_step

STOPPED_AT = f"{STATE}:1000"
FACTS = {"stopped:db2": STOPPED_AT}
STOP, START = a_step("stop:db2", "db2", title="stop db2"), a_step("start:db2", "db2", title="start db2")


def three(**changes: NodeSurvey) -> Look:
    """Three nodes of which those are as told."""
    up = sum(1 for host in ("db1", "db2", "db3") if host not in changes or changes[host].answers_sql)
    nodes = [changes.get(host) or a_node(host, size=up) for host in ("db1", "db2", "db3")]
    return Look(a_survey(*nodes, name="orders"))


def came_by(*lines: tuple[str, str]) -> NodeSurvey:
    """db2, back, with these lines in its log since its start."""
    hits = tuple(a_hit(pattern, line, at=NOON + timedelta(seconds=9)) for pattern, line in lines)
    return a_node("db2", evidence={"log_hits": hits})


WHOLE, TWO = three(), three(db2=a_stopped_node("db2", seqno=1000))
BY_IST = three(db2=came_by(("ist-received", f"IST received: {STATE}:1200")))
BY_SST = three(db2=came_by(("sst-received", f"SST received: {STATE}:1200")))


async def recorded(*looks: tuple[object, Look, Look]) -> Sequence[StepRecord]:
    """What a recorder makes of steps with these looks before and after; each takes two simulated seconds."""
    passed = iter(range(0, 100, 2))

    async def now_s() -> float:
        return float(next(passed))

    told: list[StepRecord] = []
    recorder = Recorder(now_s, told.append)
    for step, before, after in looks:
        await recorder.begun(step)  # type: ignore[arg-type]
        assert recorder.before(step, before, {}) == ""  # type: ignore[arg-type]
        await recorder.done(step)  # type: ignore[arg-type]
        assert recorder.after(step, after, FACTS) == ""  # type: ignore[arg-type]
    assert told == recorder.steps
    return told


async def a_rehearsal() -> Rehearsal:
    steps = await recorded((STOP, WHOLE, TWO), (START, TWO, BY_IST))
    return Rehearsal("few", "orders", NOON, {}, {}, (), tuple(steps), "done", "2 steps done and verified")


async def held() -> Rehearsed:
    return Rehearsed(await a_rehearsal(), "rehearsed at noon", "Rehearse again.")


async def test_a_step_is_told_by_the_sizes_and_states_that_it_changes() -> None:
    stop, start = await recorded((STOP, WHOLE, TWO), (START, TWO, BY_IST))
    assert stop.changes[0] == "cluster size 3 -> 2"
    assert stop.changes[1].startswith("db2 Synced -> down, unit active -> inactive, at 97c6…d5:")
    assert start.changes[0] == "cluster size 2 -> 3"
    assert start.changes[2] == "db2 came by IST"
    assert (stop.took_s, start.took_s) == (2.0, 2.0)


async def test_a_full_copy_is_told_as_what_it_is() -> None:
    [start] = await recorded((START, TWO, BY_SST))
    assert start.ways == {"db2": "SST"}


async def test_what_was_kept_is_read_back_the_same() -> None:
    rehearsal = await a_rehearsal()
    assert read_rehearsal(rehearsal_text(rehearsal)) == rehearsal


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"runbook": 3}'])
def test_what_is_no_rehearsal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="written by another version"):
        read_rehearsal(text)


async def test_a_run_that_goes_as_rehearsed_is_never_otherwise() -> None:
    against = await held()
    assert against.before(STOP, WHOLE, {}) == against.after(STOP, TWO, FACTS) == ""
    assert against.before(START, TWO, FACTS) == against.after(START, BY_IST, FACTS) == ""


async def test_a_second_node_that_is_down_is_named_with_what_was_expected_and_what_to_do() -> None:
    against = await held()
    without_two = three(db2=a_stopped_node("db2", seqno=1000), db3=a_stopped_node("db3", seqno=1000))
    assert against.after(STOP, without_two, FACTS) == (
        'not as rehearsed after "stop db2": db3 is down, and Synced was expected; '
        "cluster size 1, and cluster size 2 was expected (rehearsed at noon). Rehearse again."
    )


async def test_a_full_copy_where_ist_was_expected_is_otherwise() -> None:
    against = await held()
    assert against.before(START, TWO, FACTS) == ""
    told = against.after(START, BY_SST, FACTS)
    assert "db2 came by a full copy (SST), and IST was expected" in told


async def test_a_step_that_was_not_rehearsed_is_otherwise() -> None:
    other = a_step("stop:db9", "db9", title="stop db9")
    assert "the rehearsal had no such step" in (await held()).before(other, WHOLE, {})


MADE_OTHERWISE: dict[str, tuple[Callable[[], Look], str]] = {
    "silent": (lambda: three(db3=a_lost_node("db3")), "db3 is silent, and Synced was expected"),
    "mute": (lambda: three(db3=without_sql(a_node("db3"))), "db3 is mute, and Synced was expected"),
    "donor": (
        lambda: three(db3=a_node("db3", state="Donor/Desynced")),
        "db3 is Donor/Desynced, and Synced was expected",
    ),
    "gone": (
        lambda: Look(a_survey(a_node("db1"), a_node("db2"), name="orders")),
        "db3 is not there any more",
    ),
}


@pytest.mark.parametrize("name", MADE_OTHERWISE)
def test_every_way_in_which_a_node_can_be_otherwise_is_named(name: str) -> None:
    make, sentence = MADE_OTHERWISE[name]
    assert sentence in unlike(picture_of(WHOLE), picture_of(make()))


def test_positions_move_and_are_not_compared() -> None:
    later = three(db1=a_node("db1", seqno=2000))
    assert picture_of(WHOLE) != picture_of(later)
    assert unlike(picture_of(WHOLE), picture_of(later)) == ""
