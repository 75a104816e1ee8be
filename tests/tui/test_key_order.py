"""Keys that come in one burst, as over a slow link: each acts on what the one before it has opened."""

from __future__ import annotations

from textual.events import Key, Paste
from textual.widgets import Input

from tests import scenes
from tests.tui.screens import console_of, see
from tui.app import QuarterdeckApp


def burst(app: QuarterdeckApp, *keys: str) -> None:
    """All at once, as a terminal's driver sends what one read gave."""
    for key in keys:
        app.post_message(Key("colon" if key == ":" else key, key if len(key) == 1 else None))


async def test_letters_behind_the_palette_key_are_typed_into_the_palette() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        burst(app, ":", *"db3", "enter")
        await see(pilot, "─ nodes ─ orders ─[db3]")


async def test_they_do_nothing_on_the_page_below() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        burst(app, ":", *"168", "escape")
        await pilot.pause()
        await see(pilot, "[0 watch]")
        burst(app, "1", "?", "escape", "8")
        await see(pilot, "[8 journal]")


async def test_a_paste_right_behind_a_key_goes_where_the_key_led() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        burst(app, ":")
        app.post_message(Paste("db3"))
        await see(pilot, "node     db3")
        assert app.screen.query_one(Input).value == "db3"


async def test_a_key_that_does_nothing_holds_no_other_up() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        burst(app, *["z"] * 200, "6")
        await see(pilot, "[6 hosts]")
