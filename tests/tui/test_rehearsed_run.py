"""A run of the wizard is held against its rehearsal, and says so where there is one that does not fit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runbooks.engine.api import Ending, Go
from runbooks.rehearsal.keeping import keep_rehearsal
from runbooks.rehearsal.record import Rehearsal
from tests.reading_builders import NOON
from tests.runbooks.engine.books import CATALOGUE, a_book_of, a_step, a_world
from tests.runbooks.rigs import Rig
from tui.wizard.session import WAY_ON, RunSession
from tui.works import Works

BOOK = a_book_of(a_step())


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, a_world(), CATALOGUE)


async def carried_out(rig: Rig, rehearsal: Rehearsal | None) -> RunSession:
    """One run of the book, agreed to as soon as it asks."""
    if rehearsal is not None:
        keep_rehearsal(rig.journal, rehearsal)
    works = Works(rig.arming, rig.journal, rig.hosts, rig.engine, {BOOK.name: BOOK}, CATALOGUE)
    session = RunSession(works, BOOK, "orders", {})

    def agree() -> None:
        session.say_word(Go(), session.asked)

    session.on_change = agree
    await session.prepare()
    running = asyncio.create_task(session.carry_out())
    async with asyncio.timeout(20.0):
        await running
    return session


def a_rehearsal(*, ending: str = "done") -> Rehearsal:
    """One in which the step that is going to be done was not there."""
    return Rehearsal(BOOK.name, "orders", NOON, {}, {}, (), (), ending, "stopped at: start db1.")


async def test_it_stops_where_it_is_otherwise(rig: Rig) -> None:
    state = (await carried_out(rig, a_rehearsal())).state
    assert state.result is not None
    assert state.result.ending is Ending.STOPPED
    assert 'not as rehearsed before "start db1": the rehearsal had no such step' in state.result.sentence
    assert state.result.sentence.endswith(WAY_ON)
    assert rig.world.ran == []


async def test_a_rehearsal_that_did_not_come_to_its_end_is_told_and_not_heeded(rig: Rig) -> None:
    state = (await carried_out(rig, a_rehearsal(ending="stopped"))).state
    assert state.told[0].startswith(
        "not held against the rehearsal: the rehearsal of few on orders did not come to its end: stopped at"
    )
    assert state.result is not None
    assert state.result.ending is Ending.DONE


async def test_without_a_rehearsal_nothing_is_said_of_one(rig: Rig) -> None:
    state = (await carried_out(rig, None)).state
    assert state.told == []
    assert state.result is not None
    assert state.result.ending is Ending.DONE
