"""Steps that order something of a cloud, and runbooks with a survey of their own: through the same engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from runbooks.acts import Act
from runbooks.engine.api import Ending
from runbooks.engine.text import plan_text
from runbooks.journal.entries import Kind
from runbooks.journal.port import Filter
from runbooks.model import Context, Look, Plan, Runbook, Sighting, Step, Target, no, yes
from systems.errors import NotUnderstood, SystemsError, TimedOut, Unreachable
from systems.openstack.asking import Order
from systems.openstack.decoding import Asked
from systems.openstack.readings import Instance
from tests.builders import a_survey
from tests.clouds import FakeClouds, FakeNova, an_instance
from tests.runbooks.doubles import World
from tests.runbooks.engine.books import PROVE, a_step, always
from tests.runbooks.rigs import Rig

WEB = an_instance("web-1", "SHUTOFF")
START_LINE = f'POST /servers/{WEB.id}/action {{"os-start": null}}'


@dataclass(frozen=True, slots=True)
class SomeHosts:
    """What the survey of a book of its own found."""

    hosts: tuple[str, ...]
    answering: tuple[str, ...]
    word: str


async def runs(context: Context) -> Sighting:
    now: Instance = await context.clouds.reader("kilo").instance(WEB)
    return yes("web-1 runs") if now.status == "ACTIVE" else no(f"web-1 is {now.status}")


def start_step(**changes: Any) -> Step:
    act = Act.of_cloud("kilo", Order(WEB.id, {"os-start": None}), Asked("to start web-1", "web-1"))
    return a_step("start:web-1", acts=(act,), undo=(), check=always, verify=runs, **changes)


def a_cloud_book(*steps: Step) -> Runbook:
    async def survey(context: Context, target: str) -> SomeHosts:
        return SomeHosts(("db1", "gone"), ("db1",), target)

    def plan(look: Look, *_: object) -> Plan:
        assert isinstance(look.found, SomeHosts)
        return Plan("cloudy", look.found.word, "as found", steps)

    return Runbook(
        "cloudy", "a book about a cloud", "for tests", "E", (), (), plan, about=Target.CLOUD, survey=survey
    )


@pytest.fixture
def nova() -> FakeNova:
    return FakeNova.of(WEB)


@pytest.fixture
def rig(tmp_path: Path, nova: FakeNova) -> Rig:
    rig = Rig(tmp_path, World("db1", "gone"))
    rig.use(rig.hosts, FakeClouds(nova))
    return rig


async def test_an_order_goes_to_its_cloud_through_the_journal_and_the_object_proves_it(
    rig: Rig, nova: FakeNova
) -> None:
    result = await rig.engine.run(a_cloud_book(start_step()), "kilo", {}, rig.steering())
    assert result.ending is Ending.DONE
    assert nova.orders == [START_LINE]
    (entry,) = [
        one for one in rig.journal.entries(Filter(kinds=frozenset({Kind.CHANGE}))) if one.host == "kilo"
    ]
    assert entry.line == START_LINE
    assert [one.data["status"] for one in rig.journal.entries() if one.about == entry.number] == [0]


@pytest.mark.parametrize("error", [TimedOut("no answer"), NotUnderstood("half an answer")])
async def test_an_order_whose_answer_was_not_seen_is_not_sent_again_and_the_verify_decides(
    rig: Rig, nova: FakeNova, error: SystemsError
) -> None:
    nova.order_error = error
    result = await rig.engine.run(a_cloud_book(start_step(verify_deadline_s=2.0)), "kilo", {}, rig.steering())
    assert result.ending is Ending.STOPPED
    assert len(nova.orders) == 1


@pytest.mark.parametrize("reply", [(409, "Cannot 'start' instance while it is in vm_state active"), None])
async def test_a_refused_order_fails_its_step_in_the_clouds_own_words(
    rig: Rig, nova: FakeNova, reply: tuple[int, str] | None
) -> None:
    nova.order_reply = reply
    nova.order_error = None if reply else Unreachable("kilo does not answer at all")
    steering = rig.steering()
    result = await rig.engine.run(a_cloud_book(start_step()), "kilo", {}, steering)
    assert result.ending is Ending.STOPPED
    (failed,) = steering.failed_with
    assert ("active" if reply else "does not answer at all") in failed.sentence


async def test_without_clouds_an_order_is_not_sent_and_a_check_that_asks_one_is_unknown(rig: Rig) -> None:
    rig.use(rig.hosts)
    steering = rig.steering()
    result = await rig.engine.run(a_cloud_book(start_step()), "kilo", {}, steering)
    assert result.ending is Ending.STOPPED
    assert "cannot be reached from here" in steering.failed_with[0].sentence


async def test_a_survey_of_its_own_is_planned_from_and_its_hosts_are_marked_and_kept(rig: Rig) -> None:
    book = a_cloud_book(PROVE)
    plan = await rig.engine.prepare(book, "kilo", {})
    assert isinstance(plan, Plan)
    assert plan.target == "kilo"
    await rig.engine.run(book, "kilo", {}, rig.steering())
    (survey,) = rig.journal.entries(Filter(kinds=frozenset({Kind.SURVEY})))
    assert survey.data["sentence"] == "1 of 2 hosts answered"
    assert rig.surveyor.looks == 0


def test_the_hosts_of_a_look_are_those_of_its_cluster_where_nothing_else_was_found() -> None:
    assert Look(a_survey()).hosts == Look(a_survey()).answering == ("db1", "db2", "db3")


def test_an_order_is_shown_as_one_to_an_api() -> None:
    text = plan_text(Plan("cloudy", "kilo", "as found", (start_step(),)))
    assert f"kilo (its API): {START_LINE}" in text
