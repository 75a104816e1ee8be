"""lb-vip: the proof that a session which says nothing is not cut."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from runbooks.model import Holds, Sighting, Step
from systems.errors import SystemsError, Unreachable
from tests.runbooks.lb_vip.addresses import TwoBalancers, a_vip_look, planned, refused
from tests.runbooks.plans import step_of


class Talker:
    """A session whose server says these words, one after the other."""

    def __init__(self, *words: str | SystemsError) -> None:
        self._words, self.begun = iter(words), "db1 7"
        self.is_closed = False

    async def told(self) -> str:
        said = next(self._words)
        if isinstance(said, SystemsError):
            raise said
        return said

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The proof's clock, set by hand."""
    now = SimpleNamespace(s=100.0)
    monkeypatch.setattr("runbooks.lb_vip.idle.monotonic", lambda: now.s)
    return now


def through(session: Talker) -> Any:
    """A context in which the address opens this session."""

    async def opens() -> Talker:
        return session

    async def client(vip: str) -> Any:
        assert vip == "orders-vip"
        return SimpleNamespace(session=opens)

    return SimpleNamespace(vips=SimpleNamespace(client=client))


def the_step() -> Step:
    return step_of(planned(a_vip_look(), idle_proof_s="60"), "prove:idle")


def ask(step: Step, context: Any) -> Sighting:
    return asyncio.run(step.verify(context))  # type: ignore[arg-type]


def test_it_is_proven_by_the_same_session_once_its_time_is_over(clock: Any) -> None:
    step, session = the_step(), Talker("db1 7")
    context = through(session)
    first = ask(step, context)
    clock.s += 48.0
    later = ask(step, context)
    assert (first.holds, later.holds) == (Holds.NO, Holds.NO)
    assert later.evidence == "left alone for 12 s more"
    clock.s += 12.5
    last = ask(step, context)
    assert (last.holds, session.is_closed) == (Holds.YES, True)
    assert last.evidence == "the same session answered after 60 s without a word"


def test_a_session_that_was_cut_is_told_though_a_new_one_answers(clock: Any) -> None:
    step, context = the_step(), through(Talker("db1 9"))
    ask(step, context)
    clock.s += 61.0
    found, again = ask(step, context), ask(step, context)
    assert found.holds is Holds.NO
    assert found.evidence == "the session was cut within 60 s: another one answered"
    assert again == found


def test_a_session_that_nobody_answers_any_more_is_told_and_closed(clock: Any) -> None:
    session = Talker(Unreachable("orders-vip: nobody listens"))
    step, context = the_step(), through(session)
    ask(step, context)
    clock.s += 61.0
    assert ask(step, context).evidence == "the session did not last 60 s: orders-vip: nobody listens"
    assert session.is_closed


def test_an_address_that_nobody_answers_leaves_it_unknown() -> None:
    context = SimpleNamespace(vips=TwoBalancers())
    assert ask(the_step(), context).holds is Holds.UNKNOWN


def test_it_has_time_enough_and_is_done_only_when_it_is_asked_for() -> None:
    assert the_step().verify_deadline_s > 60
    assert "prove:idle" not in [step.key for step in planned(a_vip_look()).steps]


def test_an_idle_time_that_is_to_be_cut_is_refused() -> None:
    answer = refused(a_vip_look(), idle_proof_s="600", idle_s="600")
    assert "would be cut as asked, after 600 s" in answer.sentence


def test_without_a_way_to_try_the_address_it_is_refused() -> None:
    assert "cannot be tried from here" in refused(a_vip_look(address=""), idle_proof_s="60").sentence
