"""The pane of consoles: instances, the ways to their screens, and the acts on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from runbooks.journal.entries import Kind
from runbooks.journal.words import describe
from systems.openstack.readings import Address, Instance
from tests import scenes
from tests.clouds import FakeClouds, FakeNova, a_cloud_survey, an_instance
from tests.reading_builders import NOON
from tests.tui.screens import console_of, see, shown, type_in, until
from tui.consoles import ConsolesPane
from tui.instance_cells import instance_row
from tui.instance_host import host_of
from widgets.live_table import Cell
from widgets.signs import Signs
from widgets.tones import Tone


def nova_of(app: scenes.Stage) -> FakeNova:
    works = app.desk.works
    assert works is not None
    assert isinstance(works.clouds, FakeClouds)
    return works.clouds.novas["kilo"]


async def begin_act(pilot: Pilot[Any], *keys: str) -> None:
    """Open the pane, put the cursor on web-1, and choose an act by its name."""
    await pilot.press("3")
    await see(pilot, "web-1")
    await pilot.press("slash", *"web-1", "enter", "a")
    await see(pilot, "Hard reboot")
    await pilot.press(*keys, "enter")


async def test_the_worst_instance_stands_first_and_its_fault_is_explained() -> None:
    async with console_of(scenes.cloud) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "▲ 6 instances, 1 in ERROR (web-7", "The scheduler found no compute host")
        page = shown(app)
        assert page.index("✖ ERROR") < page.index("▲ BUILD") < page.index("● ACTIVE")


async def test_the_watch_tells_the_cloud_in_one_line_and_enter_leads_to_its_instances() -> None:
    async with console_of(scenes.cloud) as (_, pilot):
        await see(pilot, "3 consoles kilo", "6 instances, 1 in ERROR")
        await pilot.press("end", "up", "enter")
        await see(pilot, "[3 consoles]")


async def test_w_explains_what_is_wrong_with_the_cloud() -> None:
    async with console_of(scenes.cloud_compute_down) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "nova-compute is down on cmp1")
        await pilot.press("w")
        await see(pilot, "CLOUD-02", "os-services says nova-compute down", "does it reach the message queue")


async def test_a_cloud_that_does_not_answer_keeps_its_instances_and_tells_their_age() -> None:
    async with console_of(scenes.cloud) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "web-7")
        view = app.desk.picture.clouds["kilo"]
        lost = scenes.lost_cloud()
        view.take(lost, app.source.judge_cloud(lost))
        app.tick()
        await see(pilot, "✖ Keystone at", "web-7", "as of 2 s ago")
        table = app.screen.query_one(ConsolesPane)._table
        tones = {table._rows.cell(key, "state").tone for key in table.keys}
        assert tones == {Tone.DIM}  # what it said last is neither good nor bad now


async def test_a_console_is_an_address_with_its_time_and_the_way_from_a_laptop() -> None:
    async with console_of(scenes.cloud) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "web-1")
        await pilot.press("slash", *"web-1", "enter", "c")
        await see(pilot, "spice-html5")
        await pilot.press("enter")
        await see(
            pilot,
            "Good for 10:00",
            "http://nova.example.test:6082/spice_auto.html?token=8e0f7b2a-good-for-ten-minutes",
            "ssh -N -L 127.0.0.1:6082:nova.example.test:6082 ana@bastion1",
            "http://127.0.0.1:6082/spice_auto.html?token=8e0f7b2a-good-for-ten-minutes",
        )
        await pilot.press("y")
        await see(pilot, "Copied")
        assert "token=8e0f7b2a" in app.clipboard
        await pilot.press("s")
        await until(pilot, lambda: app.clipboard.startswith("ssh -N -L"), "the line of ssh")


async def test_that_an_address_was_given_is_journalled_and_its_token_is_not() -> None:
    async with console_of(scenes.cloud) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "web-1")
        await pilot.press("slash", *"web-1", "enter", "c", "enter")
        await see(pilot, "Good for")
        await until(pilot, lambda: list(app.rig.journal.entries()), "the note")
        entries = list(app.rig.journal.entries())
        assert "an address of the spice-html5 console of web-1 was given" in describe(entries[-1])
        assert not [entry for entry in entries if "good-for-ten" in repr(entry)]


async def test_a_console_that_is_refused_says_why_and_what_to_do() -> None:
    async with console_of(scenes.cloud, (120, 30)) as (app, pilot):
        nova_of(app).console_reply = (400, "Unavailable console type spice-html5.")
        await pilot.press("3")
        await see(pilot, "web-1")
        await pilot.press("slash", *"web-1", "enter", "c", "enter")
        await see(pilot, "[spice] enabled = False", "hard reboot the instance")
        await pilot.press("y")
        await see(pilot, "Nothing is chosen that could be copied.")


async def test_an_address_that_has_expired_is_no_link_any_more() -> None:
    async with console_of(scenes.cloud) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "web-1")
        await pilot.press("slash", *"web-1", "enter", "c", "enter")
        await see(pilot, "Good for")
        app.desk.now = lambda: NOON + timedelta(minutes=20)
        app.tick()
        await see(pilot, "no longer good (SPICE-09)")
        assert "token=" not in shown(app)


async def test_an_act_is_armed_shown_typed_sent_once_and_proven() -> None:
    async with console_of(scenes.cloud, (120, 30)) as (app, pilot):
        await begin_act(pilot, *"hard")
        await see(pilot, "This console is read-only.")
        await type_in(pilot, "ticket 1432")
        await pilot.press("enter")
        line = 'POST /servers/id-web-1/action {"reboot": {"type": "HARD"}}'
        await see(pilot, line, "undo    none", "what the guest has not written to its disk is lost")
        assert nova_of(app).orders == []
        await type_in(pilot, "web-1")
        await pilot.press("enter")
        await see(pilot, "Hard reboot: web-1 is ACTIVE")
        assert nova_of(app).orders == [line]
        kinds = [entry.kind for entry in app.rig.journal.entries()]
        assert kinds == [Kind.ARMED, Kind.CHANGE, Kind.OUTCOME, Kind.VERIFIED]


async def test_another_name_than_the_instances_sends_nothing() -> None:
    async with console_of(scenes.cloud, (120, 30)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        await begin_act(pilot, *"stop")
        await see(pilot, "Type the instance's name")
        await type_in(pilot, "web-2")
        await pilot.press("enter")
        await see(pilot, "Nothing was sent: 'web-2' is not 'web-1'.")
        assert nova_of(app).orders == []


async def test_an_act_that_nova_would_refuse_says_why() -> None:
    async with console_of(scenes.cloud, (120, 30)) as (app, pilot):
        await begin_act(pilot, *"start")
        await see(pilot, "Not now: web-1 is ACTIVE, and to start it must be")
        assert nova_of(app).orders == []


async def test_the_page_of_an_instance_has_its_events_and_its_console_log() -> None:
    async with console_of(scenes.cloud, (120, 40)) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "web-7")
        await pilot.press("enter")
        await see(pilot, "ERROR, power unknown", "What was done to it", "create", "web-1 login:")


async def test_what_a_guest_writes_to_its_console_steers_no_terminal() -> None:
    async with console_of(scenes.cloud, (120, 40)) as (app, pilot):
        nova_of(app).log = "\x1b]52;c;ZXZpbA==\x07\x1b[2J[bold]boot[/bold]"
        await pilot.press("3")
        await see(pilot, "web-7")
        await pilot.press("enter")
        await see(pilot, "␛]52;c;ZXZpbA==␇␛[2J[bold]boot[/bold]")


async def test_a_thousand_instances_are_made_into_rows_once_and_by_no_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a key or a tick costs must not grow with the instances: rows are made when a new list came."""
    made: list[str] = []

    def counted(instance: Instance, now: datetime, signs: Signs) -> Mapping[str, Cell]:
        made.append(instance.id)
        return instance_row(instance, now, signs)

    monkeypatch.setattr("tui.consoles.instance_row", counted)
    many = a_cloud_survey(*[an_instance(f"web-{number}") for number in range(1000)])
    async with console_of(lambda: scenes.stage(clouds=[many]), (120, 40)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "1000 instances", "web-0")
        assert len(made) == 1000
        await pilot.press("down", "end", "S", "slash", *"web-99", "enter", "escape", "pagedown", "home")
        app.tick()
        await pilot.pause()
        assert len(made) == 1000
        assert app.screen.query_one(ConsolesPane).instance is not None


async def test_instances_in_the_same_state_stand_by_name_as_people_count() -> None:
    names = ("web-10", "web-2", "cache", "web-1")
    many = a_cloud_survey(*[an_instance(name) for name in names])
    async with console_of(lambda: scenes.stage(clouds=[many]), (120, 40)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "web-10")
        told = [line.strip(" ▶").split()[0] for line in shown(app).splitlines() if "ACTIVE" in line]
        assert told == ["cache", "web-1", "web-2", "web-10"]


async def test_an_instance_that_is_a_node_leads_to_it_and_its_rungs_are_asked_by_w() -> None:
    """Whatever it is called: the node has told its addresses, and the cloud has given it one of them."""
    at = Address("lab-net", "10.20.0.12")
    survey = a_cloud_survey(an_instance("orders-2", addresses=(at,)), an_instance("web-1"))
    async with console_of(
        lambda: scenes.stage(scenes.killed(), hosts=scenes.some_hosts(), clouds=[survey]), (120, 40)
    ) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "orders-2")
        await pilot.press("w")
        await see(pilot, "[db2]", "member's check")
        await pilot.press("escape", "n")
        await see(pilot, "[db2]", "evidence")
        await pilot.press("escape", "h")
        await see(pilot, "as orders-2 on cmp1")
        await pilot.press("i")
        await see(pilot, "[orders-2]", "What was done to it")


async def test_an_instance_that_is_no_host_of_the_estate_leads_nowhere_and_says_so() -> None:
    """A name is believed only of a host that has not told its addresses."""
    survey = a_cloud_survey(an_instance("db2"))
    async with console_of(
        lambda: scenes.stage(scenes.killed(), hosts=scenes.some_hosts(), clouds=[survey]), (120, 40)
    ) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "db2")
        await pilot.press("n")
        await see(pilot, "no host of the estate is this instance")


async def test_a_host_that_has_told_no_addresses_is_an_instance_by_its_name_and_that_is_told() -> None:
    survey = a_cloud_survey(an_instance("lb2"))
    async with console_of(
        lambda: scenes.stage(scenes.killed(), hosts=scenes.some_hosts(), clouds=[survey]), (120, 40)
    ) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "lb2")
        await pilot.press("h")
        await see(pilot, "as lb2 on cmp1, by its name alone")


@pytest.mark.parametrize("turned", [list, reversed], ids=["address first", "name first"])
async def test_an_address_says_which_host_an_instance_is_and_not_the_name_of_another_one(
    turned: Callable[[list[str]], Iterable[str]],
) -> None:
    """It is called as a host that has told no addresses, and has an address of one that has."""
    named_lb2 = an_instance("lb2", addresses=(Address("lab-net", "10.20.0.12"),))
    async with console_of(
        lambda: scenes.stage(scenes.killed(), hosts=scenes.some_hosts(), clouds=[a_cloud_survey(named_lb2)])
    ) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "lb2")
        picture = app.desk.picture
        picture.hosts = {name: picture.hosts[name] for name in turned(list(picture.hosts))}
        assert host_of(picture, named_lb2) == "db2"
