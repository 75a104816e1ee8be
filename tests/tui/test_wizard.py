"""The wizard: a plan before anything, each step before it is done, and always a way out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.pilot import Pilot

from tests import scenes
from tests.tui.screens import console_of, see, shown, type_in, until
from tui.wizard.screen import WizardScreen


async def open_whole_book(pilot: Pilot[Any]) -> None:
    """The dry run of the book that has every kind of step."""
    await pilot.press("7", "end", "enter")
    await see(pilot, "db2 must tell its position first")


async def test_a_plan_shows_every_command_and_changes_nothing() -> None:
    async with console_of(scenes.wizard_plan, (100, 50)) as (app, pilot):
        await pilot.press("b", "enter")
        await see(
            pilot, "R-1C: db2 crashed", "systemctl start --no-block mariadb", "reads only; it changes nothing"
        )
        assert not any(host.ran for host in app.rig.world.values())
        assert "run-begun" not in [entry.kind.value for entry in app.rig.journal.entries()]


async def test_to_begin_needs_a_reason() -> None:
    async with console_of(scenes.wizard_plan) as (app, pilot):
        await open_whole_book(pilot)
        await pilot.press("enter")
        await see(pilot, "This console is read-only")
        await pilot.press("enter")
        await see(pilot, "A reason is needed.")
        await type_in(pilot, "db2 lost its power")
        await pilot.press("enter")
        await see(pilot, "ARMED 15:00 left", "prepare db1")
        assert app.rig.arming.reason == "db2 lost its power"


async def begin(pilot: Pilot[Any]) -> None:
    """Up to the first question."""
    await open_whole_book(pilot)
    await pilot.press("enter")
    await see(pilot, "Enter does it")


async def test_each_step_is_shown_before_it_is_done() -> None:
    async with console_of(scenes.wizard_armed, (100, 40)) as (app, pilot):
        await begin(pilot)
        await see(
            pilot, "touch /srv/prepared", "touch /srv/counted", "verified: asked every 1 s for 10 s", "undo"
        )
        assert app.rig.world["db1"].ran == []
        await pilot.press("enter")
        await see(pilot, "recover the position of db2")
        assert app.rig.world["db1"].ran == ["touch /srv/prepared", "touch /srv/counted"]


async def to_the_last_step(pilot: Pilot[Any]) -> None:
    """Up to the point of no return."""
    await begin(pilot)
    await pilot.press("enter")
    await see(pilot, "recover-position", "Enter does it")
    await pilot.press("enter")
    await see(pilot, "POINT OF NO RETURN", "galera_new_cluster")


async def test_a_point_of_no_return_wants_the_name_in_full() -> None:
    async with console_of(scenes.no_return, (100, 40)) as (app, pilot):
        await to_the_last_step(pilot)
        await see(pilot, "None: it begins a new history.", "REC-01 0 Primary found")
        await pilot.press("enter")
        await see(pilot, "There is no way back: it begins a new history.", "Type the name in full: db1")
        await type_in(pilot, "db2")
        await pilot.press("enter")
        await see(pilot, "'db2' is not 'db1': nothing was done.")
        assert "galera_new_cluster" not in app.rig.world["db1"].ran
        await pilot.press("enter")
        await see(pilot, "Type the name in full: db1")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "start db2", "Enter does it")
        assert app.rig.world["db1"].ran[-1] == "galera_new_cluster"


async def test_a_run_to_the_end_is_green_only_when_verified() -> None:
    async with console_of(scenes.no_return, (100, 50)) as (app, pilot):
        await to_the_last_step(pilot)
        await pilot.press("enter")
        await see(pilot, "Type the name in full")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        for host in ("db2", "db3"):
            await see(pilot, f"start {host}", "Enter does it")
            await until(pilot, partial(is_asked, app, f"start:{host}"))
            await pilot.press("enter")
        await see(pilot, "✔ done")
        assert all(line.strip().startswith("✔") for line in step_lines(app))
        for _ in range(3):
            await pilot.press("enter")
            await see(pilot, "Not now: the run is over; Esc goes back.")
        assert shown(app).count("the run is over") == 1
        assert "Esc back" in shown(app).splitlines()[-1]


async def test_a_gotcha_that_holds_blocks_the_step_and_says_what_to_do() -> None:
    async with console_of(scenes.wizard_armed, (100, 40)) as (app, pilot):
        await begin(pilot)
        await pilot.press("enter")
        await see(pilot, "recover-position", "Enter does it")
        await pilot.press("enter")
        await see(pilot, "✖ blocked", "REC-01", "db1, db3 runs", "r retry")
        assert "galera_new_cluster" not in app.rig.world["db1"].ran


async def fail_first_step(app: scenes.Stage, pilot: Pilot[Any]) -> None:
    app.rig.world["db1"].on("touch /srv/counted", lambda _: 1)
    await begin(pilot)
    await pilot.press("enter")
    await see(pilot, "✖ failed", "r retry", "u undo from here", "q stop here")


async def test_a_failed_step_offers_its_ways_out_and_retry_is_one() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        await fail_first_step(app, pilot)
        app.rig.world["db1"].on("touch /srv/counted", lambda host: host.files.update({"/srv/counted": ""}))
        app.rig.world["db1"].files.pop("/srv/prepared", None)
        await pilot.press("r")
        await see(pilot, "Enter does it")


async def test_a_failed_step_can_be_undone_with_a_reason() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        await fail_first_step(app, pilot)
        await pilot.press("u")
        await see(pilot, "taken back, newest first")
        await type_in(pilot, "wrong host")
        await pilot.press("enter")
        await see(pilot, "rm /srv/prepared /srv/counted", "Enter does it")
        await pilot.press("enter")
        await see(pilot, "undone")
        assert "/srv/prepared" not in app.rig.world["db1"].files


async def test_a_step_is_left_out_only_with_a_reason() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        await fail_first_step(app, pilot)
        await pilot.press("k")
        await see(pilot, "The reason is journalled")
        await pilot.press("enter")
        await see(pilot, "Something must be typed.")
        await type_in(pilot, "done by hand")
        await pilot.press("enter")
        await see(pilot, "recover the position of db2", "Enter does it")
        assert "skipped" in [entry.kind.value for entry in app.rig.journal.entries()]


async def test_a_stopped_run_stands_in_the_watch_and_can_be_gone_on_with() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        await begin(pilot)
        await pilot.press("q")
        await type_in(pilot, "lunch")
        await pilot.press("enter")
        await see(pilot, "stopped")
        await pilot.press("escape", "0")
        await see(pilot, "whole was not finished (stopped")
        await pilot.press("7")
        await see(pilot, "Not finished", "whole on orders")
        await pilot.press("home", "enter")
        await see(pilot, "run 20261122-1200-a7c3f1")
        await pilot.press("enter")
        await see(pilot, "touch /srv/prepared", "Enter does it")
        await pilot.press("enter")
        await see(pilot, "recover the position of db2")
        assert app.rig.world["db1"].ran == ["touch /srv/prepared", "touch /srv/counted"]


async def test_a_run_goes_on_when_its_screen_is_left() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (_, pilot):
        await begin(pilot)
        await pilot.press("escape", "0")
        await see(pilot, "whole: confirm", "1 running")
        await pilot.press("7")
        await see(pilot, "Under way", "prepare db1")
        await pilot.press("home", "enter")
        await see(pilot, "Enter does it")


async def test_a_refusal_says_why_and_the_way_on() -> None:
    async with console_of(ahead, (110, 40)) as (_, pilot):
        await begin(pilot)
        await pilot.press("enter")
        await see(pilot, "recover-position", "Enter does it")
        await pilot.press("enter")
        await see(pilot, "refused", "db2 is ahead of db1", "way on", "bootstrap db2 by hand")


async def test_arming_that_ran_out_blocks_and_asks_again() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        await begin(pilot)
        await pilot.press("enter")
        await see(pilot, "recover-position", "Enter does it")
        app.rig.clock.turn(16 * 60)
        await pilot.press("enter")
        await see(pilot, "✖ blocked", "the time of arming has run out")
        await pilot.press("r")
        await see(pilot, "This console is read-only")
        await type_in(pilot, "still the power")
        await pilot.press("enter")
        await see(pilot, "recover-position", "Enter does it")


async def test_a_key_meant_for_what_stood_there_before_does_nothing() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        await begin(pilot)
        app.desk.breath_s = 3600.0
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert app.rig.world["db1"].ran == []


async def test_all_that_the_commands_wrote_is_a_key_away() -> None:
    async with console_of(scenes.wizard_armed, (110, 40)) as (app, pilot):
        app.rig.world["db1"].on("touch /srv/counted", lambda _: (1, "touch: [/red] cannot\n"))
        await begin(pilot)
        await pilot.press("enter")
        await see(pilot, "✖ failed")
        await pilot.press("o")
        await see(pilot, "touch: [/red] cannot", "status 1")


async def test_inputs_are_offered_from_live_state() -> None:
    async with console_of(scenes.wizard_plan, (110, 50)) as (_, pilot):
        await pilot.press("b", "enter")
        await see(pilot, "R-1C")
        await pilot.press("i")
        await see(pilot, "Inputs", "now: db1 Synced, db2 database down, db3 Synced")


def ahead() -> scenes.Stage:
    """db2 turns out to be ahead of db1."""
    app = scenes.wizard_armed()
    app.rig.world["db2"].on("recover-position", lambda _: (0, "1400\n"))
    return app


def asked_about(app: scenes.Stage) -> str:
    """Key of the step that the wizard asks about."""
    screen = app.screen
    assert isinstance(screen, WizardScreen)
    state = screen._session.state
    return state.card.step.key if state.card is not None and state.phase.value == "confirm" else ""


def is_asked(app: scenes.Stage, key: str) -> bool:
    return asked_about(app) == key


def step_lines(app: scenes.Stage) -> Iterator[str]:
    """The lines of the steps."""
    titles = ("prepare db1", "recover the position", "bootstrap db1", "start db2", "start db3", "prove it")
    return (line for line in shown(app).splitlines() if any(title in line for title in titles))


async def test_what_goes_on_stands_before_all_else_of_its_step() -> None:
    async with console_of(scenes.wizard_armed, (80, 24)) as (app, pilot):
        app.rig.world["db1"].cut("hang")
        await begin(pilot)
        await pilot.press("enter")
        await see(pilot, "db1 is at it: touch /srv/prepared")
        words = shown(app)
        assert words.index("db1 is at it") < words.index("it was never prepared")
