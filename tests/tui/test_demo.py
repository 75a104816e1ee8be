"""The demo in the console: a line that nothing real is touched, one thing to try next, faults to order."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests import scenes
from tests.tui.screens import console_of, see, shown, type_in, until
from tui.demo import hints
from tui.demo.control import Fault, PracticeFailed
from tui.demo.lines import banner_row
from tui.demo.mode import Demo
from tui.wizard.state import Phase

KILL = Fault("kill-one", "The database of one node is killed.")
LOSS = Fault("power-loss", "All hosts lost their power.")


class ScriptedFaults:
    """A practice estate that only notes what it is told."""

    def __init__(self, *faults: Fault, trouble: str = "") -> None:
        self.faults = faults or (KILL, LOSS)
        self.trouble = trouble
        self.told: list[str] = []

    async def listed(self) -> tuple[Fault, ...]:
        return self.faults

    async def break_(self, name: str) -> str:
        if self.trouble:
            raise PracticeFailed(self.trouble)
        self.told.append(name)
        return "db3"

    async def heal_all(self) -> None:
        self.told.append("heal all")


def demo_scene(faults: ScriptedFaults, *, after_s: float = 0.0) -> scenes.Stage:
    """One node down, as the demo would show it."""
    app = scenes.one_node_down()
    app.desk.demo = Demo(faults, after_s=after_s)
    return app


@pytest.mark.parametrize("keys", ["", "1", "w", "7 enter", "8", "question_mark"])
async def test_every_screen_says_that_nothing_real_is_touched(keys: str) -> None:
    async with console_of(lambda: demo_scene(ScriptedFaults()), (80, 24)) as (_, pilot):
        await pilot.press(*keys.split())
        await see(pilot, "DEMO  nothing real is touched", "ctrl+q leaves", "▶")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_banner_says_on_any_width_how_to_leave(width: int) -> None:
    text = "".join(piece for piece, _ in banner_row(width).pieces)
    assert cell_len(text) <= width
    assert "nothing real is touched" in text or width < 50


async def test_a_console_on_a_real_estate_has_no_such_lines() -> None:
    async with console_of(scenes.one_node_down, (80, 24)) as (app, _):
        assert "DEMO" not in shown(app)
        assert "why is it red" not in shown(app)


async def test_each_screen_of_the_way_offers_the_next_key() -> None:
    async with console_of(lambda: demo_scene(ScriptedFaults()), (80, 24)) as (_, pilot):
        await see(pilot, "w why is it red")
        await pilot.press("w")
        await see(pilot, "b the runbook that answers it")
        await pilot.press("b")
        await see(pilot, "Enter plans the runbook under the cursor")
        await pilot.press("enter")
        await see(pilot, "A arm, with a reason")
        await pilot.press("A")
        await type_in(pilot, "to see it")
        await pilot.press("enter")
        await see(pilot, "Enter begin; each step is shown")


@pytest.mark.parametrize("is_broken", [True, False])
@pytest.mark.parametrize("has_repaired", [True, False])
@pytest.mark.parametrize("pane", ["watch", "nodes", "vips", "consoles", "hosts", "runbooks", "journal"])
def test_every_hint_fits_into_80_columns(pane: str, has_repaired: bool, is_broken: bool) -> None:
    for number in range(8):
        lesson = hints.Lesson(
            is_broken,
            bool(number & 1),
            has_repaired,
            bool(number & 2),
            breaks_soon=bool(number & 4),
            is_red_elsewhere=bool(number & 2),
        )
        hint = hints._of_deck(pane, lesson, is_chosen=bool(number & 4))
        assert cell_len("".join(piece for piece, _ in hint)) <= 77


@pytest.mark.parametrize("breaks_soon", [True, False])
def test_a_fault_is_promised_only_where_one_comes_by_itself(breaks_soon: bool) -> None:
    lesson = hints.Lesson(
        is_broken=False, is_armed=False, has_repaired=False, has_report=False, breaks_soon=breaks_soon
    )
    told = "".join(piece for piece, _ in hints._of_deck("watch", lesson, is_chosen=False))
    assert ("Soon something breaks" in told) is breaks_soon


@pytest.mark.parametrize(("pane", "words"), [("consoles", "Log in as ops"), ("vips", "break maint")])
def test_the_panes_of_clouds_and_balancers_have_a_hint_of_their_own_until_something_is_red(
    pane: str, words: str
) -> None:
    for is_broken in (False, True):
        lesson = hints.Lesson(is_broken, is_armed=False, has_repaired=False, has_report=False)
        told = "".join(piece for piece, _ in hints._of_deck(pane, lesson, is_chosen=False))
        assert (words in told) is not is_broken


def test_every_phase_of_a_run_has_a_hint_that_fits() -> None:
    assert set(hints._OF_PHASES) == set(Phase)
    assert all(cell_len("".join(piece for piece, _ in hint)) <= 77 for hint in hints._OF_PHASES.values())


async def test_a_fault_is_ordered_from_the_palette_and_all_are_healed() -> None:
    faults = ScriptedFaults()
    async with console_of(lambda: demo_scene(faults), (100, 30)) as (_, pilot):
        await until(pilot, lambda: pilot.app.desk.demo._listed, "the faults")  # type: ignore[attr-defined]
        await pilot.press("colon")
        await type_in(pilot, "break power")
        await see(pilot, "break power-loss", "All hosts lost their power.")
        await pilot.press("enter")
        await see(pilot, "power-loss on db3")
        await pilot.press("colon")
        await type_in(pilot, "heal all")
        await pilot.press("enter")
        await see(pilot, "The causes are gone")
    assert faults.told == ["power-loss", "heal all"]


async def test_something_small_breaks_by_itself_after_a_while() -> None:
    faults = ScriptedFaults()
    async with console_of(lambda: demo_scene(faults, after_s=0.05)) as (_, pilot):
        await until(pilot, lambda: faults.told, "the surprise")
    assert faults.told == ["kill-one"]


async def test_nothing_breaks_by_itself_where_something_is_broken_already() -> None:
    faults = ScriptedFaults(Fault("power-loss", "All hosts lost their power.", is_there=True))
    async with console_of(lambda: demo_scene(faults, after_s=0.01)) as (app, pilot):
        await until(pilot, lambda: app.desk.demo and app.desk.demo._has_broken, "the faults")
        await until(pilot, lambda: not [one for one in app.workers if one.name == "demo"], "its end")
    assert faults.told == []


async def test_a_practice_estate_that_is_gone_is_told_in_a_sentence() -> None:
    faults = ScriptedFaults(trouble="The practice estate is gone.")
    async with console_of(lambda: demo_scene(faults, after_s=0.01), (100, 30)) as (_, pilot):
        await see(pilot, "The practice estate is gone.")


async def test_a_cloud_that_is_red_is_hinted_at_and_a_finding_without_a_runbook_says_so() -> None:
    def scene() -> scenes.Stage:
        app = scenes.cloud_lost()
        app.desk.demo = Demo(ScriptedFaults(), after_s=0.0)
        return app

    async with console_of(scene, (100, 30)) as (_, pilot):
        await pilot.press("0")
        await see(pilot, "Up/Down to the line that is red")
        await pilot.press("3", "w")
        await see(pilot, "no runbook answers this; what to do is written above")
