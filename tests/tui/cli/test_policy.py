"""An unattended run does what it was given beforehand, once, and stops at anything else."""

from __future__ import annotations

from runbooks.engine.api import Go, Outcome, StepCard, StepResult, Stop
from runbooks.model import Act, Context, Sighting, Step, yes
from systems.shell import Command
from tui.cli.policy import Unattended


async def holds(_: Context) -> Sighting:
    return yes("it holds")


def a_card(*, irreversible: bool) -> StepCard:
    acts = (Act("db1", Command("galera_new_cluster")),)
    step = Step(
        key="bootstrap:db1",
        title="bootstrap db1",
        why="it has the highest position",
        check=holds,
        verify=holds,
        acts=acts,
        irreversible=irreversible,
        confirm="db1" if irreversible else "",
        confirm_because="it begins a history",
    )
    return StepCard("run", 1, 1, step, acts, (), yes("ready"), None, 1)


def a_policy(*names: str) -> Unattended:
    return Unattended(names, lambda _: None)


async def test_a_step_with_a_way_back_goes_on() -> None:
    assert await a_policy().confirm(a_card(irreversible=False)) == Go()


async def test_a_point_of_no_return_that_was_not_agreed_to_stops_and_says_what_to_give() -> None:
    answer = await a_policy("db2").confirm(a_card(irreversible=True))
    assert isinstance(answer, Stop)
    assert '--yes-to "db1"' in answer.reason
    assert "it begins a history" in answer.reason


async def test_a_name_that_was_given_is_typed_once_and_not_twice() -> None:
    policy = a_policy("db1")
    assert await policy.confirm(a_card(irreversible=True)) == Go(typed="db1")
    assert isinstance(await policy.confirm(a_card(irreversible=True)), Stop)


async def test_a_failure_stops_the_run_with_its_sentence() -> None:
    card = a_card(irreversible=False)
    result = StepResult("bootstrap:db1", "bootstrap db1", Outcome.UNVERIFIED, "state Joining, no donor")
    answer = await a_policy().failed(card.step, result)
    assert isinstance(answer, Stop)
    assert "state Joining, no donor" in answer.reason
