"""The plan page rehearses: step by step, with the time left, and until the operator has seen enough."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from runbooks.model import Refusal
from systems.errors import Unreachable
from tests import scenes
from tests.tui.screens import console_of, see, shown, until
from tui.wizard.screen import WizardScreen


@asynccontextmanager
async def at_the_plan(size: tuple[int, int] = (100, 60)) -> AsyncIterator[tuple[scenes.Stage, Pilot[Any]]]:
    """The plan that brings db2 back: survey, start, and what proves it; the copy waits for its turns."""
    async with console_of(scenes.wizard_plan, size) as (app, pilot):
        await pilot.press("b", "enter")
        await see(pilot, "systemctl start --no-block mariadb", "p rehearse")
        app.rehearser.answer, app.rehearser.plan = None, state_of(app).plan
        yield app, pilot


def state_of(app: scenes.Stage) -> Any:
    screen = app.screen
    assert isinstance(screen, WizardScreen)
    return screen.state


def steps_of(app: scenes.Stage) -> int:
    plan = app.rehearser.plan
    assert plan is not None
    return len(plan.steps)


async def test_it_tells_each_step_and_the_time_left_and_then_what_every_step_changed() -> None:
    async with at_the_plan() as (app, pilot):
        seconds = [0.0]
        app.desk.clock = lambda: seconds[0]
        await pilot.press("p")
        await see(pilot, "a practice copy of them is made", "0 s so far; Esc ends it")
        app.rehearser.go_on()
        await see(pilot, f"on a practice copy: step 1 of {steps_of(app)}: survey all nodes")
        seconds[0] = 4.0
        app.rehearser.go_on()
        await see(pilot, f"step 2 of {steps_of(app)}", "survey all nodes: no size and no state changes")
        app.tick()
        await see(pilot, f"4 s so far, about {4 * (steps_of(app) - 1)} s left", "rehearsal    under way")
        app.rehearser.go_on(steps_of(app) - 1)
        await see(
            pilot,
            "✔ rehearsed",
            f"{steps_of(app)} steps, sizes 3 → 2 → 3",
            "The run stops where it is otherwise.",
            "rehearsed    cluster size 2 → 3",
            "db2 down → Synced, unit failed → active, at 97c6…d5:1311",
            "db2 came by IST, in 6 s",
        )
        assert not any(host.ran for host in app.rig.world.values())
        assert app.rig.kinds()[-1] == "rehearsed"


async def test_the_plan_waits_meanwhile_and_says_so() -> None:
    async with at_the_plan((120, 60)) as (app, pilot):
        await pilot.press("p")
        await see(pilot, "practice copy")
        for key in ("enter", "i", "p"):
            app._said = ("", 0.0)
            app.clear_notifications()
            await until(pilot, lambda: "Not now" not in shown(app), "no answer")
            await pilot.press(key)
            await see(pilot, "Not now: the plan is being rehearsed;")
        assert state_of(app).is_rehearsing


async def test_escape_ends_it_and_once_more_goes_back() -> None:
    async with at_the_plan() as (app, pilot):
        await pilot.press("p")
        await see(pilot, "practice copy")
        await pilot.press("escape")
        await until(pilot, lambda: app.rehearser.was_cancelled, "the end of the rehearsal")
        await until(pilot, lambda: "practice copy" not in shown(app), "the plan alone")
        await see(pilot, "systemctl start --no-block mariadb")
        assert "rehearsed" not in app.rig.kinds()
        await pilot.press("escape")
        await see(pilot, "[7 runbooks]")


async def test_a_page_that_is_left_ends_it_too() -> None:
    async with at_the_plan() as (app, pilot):
        await pilot.press("p")
        await see(pilot, "practice copy")
        app.pop_screen()
        await until(pilot, lambda: app.rehearser.was_cancelled, "the end of the rehearsal")


async def test_a_refusal_says_why_and_the_way_on_and_the_plan_stays() -> None:
    async with at_the_plan() as (app, pilot):
        app.rehearser.answer = Refusal("orders is not [/red] at rest", ("db2 is Joiner",), "wait for db2")
        await pilot.press("p")
        await see(pilot, "✖ not rehearsed", "orders is not [/red] at rest", "db2 is Joiner", "wait for db2")
        await see(pilot, "systemctl start --no-block mariadb", "Enter go on")


async def test_a_copy_that_cannot_be_made_is_told() -> None:
    async with at_the_plan() as (app, pilot):
        app.rehearser.answer = Unreachable("The practice estate did not start: no room.")
        await pilot.press("p")
        await see(pilot, "✖ not rehearsed", "The practice estate did not start: no room.")


async def test_one_that_stopped_and_what_was_not_alike_is_told() -> None:
    async with at_the_plan() as (app, pilot):
        app.rehearser.ending, app.rehearser.unlike = "stopped", ("db1 runs another build",)
        await pilot.press("p")
        app.rehearser.go_on(steps_of(app) + 1)
        await see(pilot, "✖ rehearsed, and stopped", "so it went", "The run is not held against it.")
        await see(pilot, "▲ not alike: db1 runs another build")


async def test_who_comes_back_to_the_plan_sees_what_was_rehearsed() -> None:
    async with at_the_plan() as (app, pilot):
        await pilot.press("p")
        app.rehearser.go_on(steps_of(app) + 1)
        await see(pilot, "✔ rehearsed")
        await pilot.press("escape", "b", "enter")
        await see(
            pilot, "✔ rehearsed", "The run stops where it is otherwise.", "rehearsed    cluster size 2 → 3"
        )


async def test_on_a_small_terminal_how_it_gets_on_stands_at_the_top() -> None:
    async with at_the_plan((80, 24)) as (app, pilot):
        await pilot.press("p")
        app.rehearser.go_on(2)
        await see(pilot, f"step 2 of {steps_of(app)}", "Esc ends it")
