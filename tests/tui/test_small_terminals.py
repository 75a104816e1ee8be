"""Every page on every size: never a crash, and a sentence where the terminal is too small to be of use."""

from __future__ import annotations

import pytest

from tests import scenes
from tests.tui.screens import console_of, see, shown, type_in

PAGES = ("", "1", "6", "7", "8", "w", "question_mark", "colon", "A", "1 enter", "1 x", "1 l", "7 enter", "f1")


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (12, 4), (300, 80)])
async def test_no_page_breaks_on_any_size(size: tuple[int, int]) -> None:
    async with console_of(scenes.one_node_down, size) as (app, pilot):
        deck = app.screen
        for keys in PAGES:
            await pilot.press(*keys.split())
            await pilot.pause()
            lines = shown(app).splitlines()
            assert len(lines) <= size[1], keys
            assert max(map(len, lines), default=0) <= size[0], keys
            while app.screen is not deck:
                app.pop_screen()
                await pilot.pause()


async def test_a_terminal_of_40x10_still_tells_what_is_wrong() -> None:
    async with console_of(scenes.one_node_down, (40, 10)) as (_, pilot):
        await see(pilot, "READ-ONLY", "✖ 2 of 3 in the", "? keys")


async def test_what_is_typed_can_be_seen_at_40x10() -> None:
    async with console_of(scenes.one_node_down, (40, 10)) as (_, pilot):
        await pilot.press("A")
        await type_in(pilot, "power")
        await see(pilot, "power")


async def test_one_that_is_too_small_says_so_and_recovers() -> None:
    async with console_of(scenes.one_node_down, (30, 8)) as (_, pilot):
        await see(pilot, "This terminal is 30x8.")
        await pilot.resize_terminal(80, 24)
        await see(pilot, "2 of 3 in the cluster")


async def test_resizing_between_tiled_and_not_keeps_the_pane() -> None:
    async with console_of(scenes.one_node_down, (160, 50)) as (_, pilot):
        await pilot.press("6")
        await see(pilot, "[6 hosts]", "what changed")
        await pilot.resize_terminal(80, 24)
        await see(pilot, "[6 hosts]")
        await pilot.resize_terminal(160, 50)
        await see(pilot, "[6 hosts]", "what changed")
