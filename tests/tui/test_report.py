"""The report of a run: read in the console, and written to a new file that only the operator can read."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests import scenes
from tests.tui.screens import console_of, see, type_in
from tests.tui.test_wizard import begin


async def open_report(pilot: Pilot[Any]) -> None:
    """Do one step of a run, stop it, and open its report."""
    await begin(pilot)
    await pilot.press("enter")
    await see(pilot, "recover the position of db2")
    await pilot.press("q")
    await type_in(pilot, "lunch")
    await pilot.press("enter")
    await see(pilot, "stopped")
    await pilot.press("escape", "8")
    await see(pilot, "entries in")
    await pilot.press("e")
    await see(pilot, "# ", "**stopped**")


async def test_the_report_of_the_chosen_run_is_written_where_the_operator_says(tmp_path: Path) -> None:
    place = tmp_path / "x.md"
    async with console_of(scenes.wizard_armed, (100, 60)) as (_, pilot):
        await open_report(pilot)
        await pilot.press("o")
        await type_in(pilot, str(place))
        await pilot.press("enter")
        await see(pilot, "The report of 2")
    assert "touch /srv/prepared" in place.read_text()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


async def test_without_a_name_it_goes_to_the_consoles_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    async with console_of(scenes.wizard_armed, (100, 60)) as (_, pilot):
        await open_report(pilot)
        await pilot.press("o", "enter")
        await see(pilot, "The report of 2")
    (written,) = (tmp_path / "quarterdeck").iterdir()
    assert written.name.startswith("report-2")


async def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    place = tmp_path / "x.md"
    place.write_text("mine")
    async with console_of(scenes.wizard_armed, (100, 60)) as (_, pilot):
        await open_report(pilot)
        await pilot.press("o")
        await type_in(pilot, str(place))
        await pilot.press("enter")
        await see(pilot, "Give another")
    assert place.read_text() == "mine"


async def test_the_home_of_somebody_unknown_is_named() -> None:
    async with console_of(scenes.wizard_armed, (100, 60)) as (_, pilot):
        await open_report(pilot)
        await pilot.press("o")
        await type_in(pilot, "~nobody-of-that-name/x.md")
        await pilot.press("enter")
        await see(pilot, "names no home")


async def test_before_the_first_run_the_key_says_why_it_cannot_act() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("8")
        await see(pilot, "The journal is empty")
        await pilot.press("e")
        await see(pilot, "Not now: the journal holds no run yet.")
