"""The journal pane: what was done, and the proof that nobody changed it."""

from __future__ import annotations

import sqlite3

from tests import scenes
from tests.tui.screens import console_of, see, type_in


async def test_arming_stands_in_the_journal_with_its_reason() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("A")
        await type_in(pilot, "db2 is down")
        await pilot.press("enter")
        await see(pilot, "ARMED 15:00 left")
        await pilot.press("8")
        await see(pilot, "armed for 15 min: db2 is down", "ana")


async def test_disarming_takes_effect_at_once() -> None:
    async with console_of(scenes.wizard_armed) as (app, pilot):
        await see(pilot, "ARMED")
        await pilot.press("A")
        await see(pilot, "db2 lost its power at noon", "back to read-only")
        await pilot.press("d")
        await see(pilot, "READ-ONLY")
        assert not app.rig.arming.is_armed


async def test_an_entry_opens_whole_with_its_hash() -> None:
    async with console_of(scenes.wizard_armed, (100, 30)) as (app, pilot):
        await pilot.press("8")
        await see(pilot, "armed for 15 min")
        await pilot.press("enter")
        entry = next(iter(app.rig.journal.entries()))
        await see(pilot, "previous", entry.hash, "ana@bastion1")


async def test_the_chain_is_proven_and_one_changed_byte_is_named() -> None:
    async with console_of(scenes.wizard_armed) as (app, pilot):
        await pilot.press("8")
        await see(pilot, "1 entry in")
        await pilot.press("V")
        await see(pilot, "✔")
        with sqlite3.connect(app.rig.journal.place) as link:
            link.executescript(
                "DROP TRIGGER IF EXISTS entry_update; PRAGMA writable_schema=ON; "
                "DELETE FROM sqlite_master WHERE type = 'trigger'; PRAGMA writable_schema=OFF;"
            )
        with sqlite3.connect(app.rig.journal.place) as link:
            link.execute("UPDATE entry SET data = replace(data, 'power', 'tower')")
        await pilot.press("V")
        await see(pilot, "✖")
