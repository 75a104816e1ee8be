"""Running a line on many hosts: what only reads runs at once, anything else is asked for twice and armed."""

from __future__ import annotations

from pathlib import Path

import pytest

from systems.errors import SudoRefused, Unreachable
from tests import scenes
from tests.tui.screens import console_of, see, shown, type_in, until
from tui.stream.job import Order


async def test_a_line_that_only_reads_runs_at_once_on_all_marked() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        await pilot.press("1", "space", "space", "space", "x")
        await see(pilot, "on db1, db2, db3 (3 hosts)")
        await type_in(pilot, "uptime")
        await pilot.press("enter")
        await see(pilot, "3 ended with 0", "load average: 0.41", "load average: 0.43")
        assert not app.rig.arming.is_armed


async def test_a_line_that_may_change_something_wants_the_number_of_hosts_and_a_reason() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        await pilot.press("1", "space", "space", "x")
        await type_in(pilot, "touch /srv/prepared")
        await pilot.press("enter")
        await see(pilot, "not known to only read", "Type the number of hosts: 2")
        await pilot.press("2", "enter")
        await see(pilot, "This console is read-only")
        await type_in(pilot, "agreed with ben")
        await pilot.press("enter")
        await see(pilot, "2 ended with 0")
        assert app.rig.world["db1"].ran == ["touch /srv/prepared"]
        assert app.rig.world["db3"].ran == []
        kinds = [entry.kind.value for entry in app.rig.journal.entries()]
        assert sorted(kinds) == ["armed", "exec", "exec", "outcome", "outcome"]


async def test_what_was_not_agreed_to_is_not_sent() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        await pilot.press("1", "x")
        await type_in(pilot, "reboot")
        await pilot.press("enter")
        await see(pilot, "Type the name of the host: db1")
        await type_in(pilot, "db2")
        await pilot.press("enter")
        await see(pilot, "'db2' is not 'db1': nothing was sent.")
        assert app.rig.world["db1"].ran == []


async def test_a_host_that_cannot_be_asked_stops_no_other() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        app.rig.world["db2"].down = Unreachable("db2: no answer on port 22 within 5 s")
        await pilot.press("1", "space", "space", "space", "x")
        await type_in(pilot, "uptime")
        await pilot.press("enter")
        await see(
            pilot, "2 ended with 0, 1 failed", "db2: no answer on port 22 within 5 s", "load average: 0.43"
        )


async def test_l_follows_the_log_of_the_database() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("1", "down", "l")
        await see(pilot, "sudo journalctl -u mariadb", "Main process exited", "Failed with result")


async def test_a_log_without_sudo_shows_what_the_login_may_see() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        said = iter([SudoRefused("db2: sudo asks ana for a password there")])

        def refuse_once(_host: object) -> str:
            for error in said:
                raise error
            return scenes.logs()["db2"]

        app.rig.world["db2"].answer(scenes.LOG_LINE, refuse_once)
        await pilot.press("1", "down", "l")
        await see(pilot, "sudo is refused there", "Main process exited")


async def test_earlier_lines_come_back_with_the_arrows() -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("1", "x")
        await type_in(pilot, "uptime")
        await pilot.press("enter")
        await see(pilot, "1 ended with 0")
        await pilot.press("x", "up")
        await see(pilot, "uptime")
        await pilot.press("enter")
        await see(pilot, "1 ended with 0")


async def test_output_goes_to_a_private_file(tmp_path: Path) -> None:
    async with console_of(scenes.one_node_down) as (_, pilot):
        await pilot.press("1", "x")
        await type_in(pilot, "uptime")
        await pilot.press("enter")
        await see(pilot, "1 ended with 0")
        await pilot.press("o")
        await see(pilot, "To file")
        place = tmp_path / "out.txt"
        await pilot.press(*str(place).replace("_", "\0").replace("\0", "_"), "enter")
        await until(pilot, place.exists, "the file")
        await see(pilot, "1 lines are in")
        assert place.stat().st_mode & 0o777 == 0o600


async def test_back_from_a_stream_leads_to_where_one_was() -> None:
    async with console_of(scenes.one_node_down) as (app, pilot):
        await pilot.press("1", "x", "escape")
        await see(pilot, "[1 nodes]")
        assert "for the shell" not in shown(app)


@pytest.mark.parametrize(
    ("typed", "line", "as_root"),
    [("uptime ", "uptime", False), ("sudo df -h", "df -h", True), ("sudoedit x", "sudoedit x", False)],
)
def test_sudo_in_front_means_by_root(typed: str, line: str, as_root: bool) -> None:
    order = Order.typed(typed, ["db1"])
    assert (order.line, order.as_root) == (line, as_root)
    assert Order.typed(str(order), ["db1"]) == order
