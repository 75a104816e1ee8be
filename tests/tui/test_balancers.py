"""The pages of load balancers: both statuses, what they mean, and the failover."""

from __future__ import annotations

import pytest

from runbooks.journal.entries import Kind
from systems.openstack.octavia_readings import BalancersReading, Generation
from tests import scenes
from tests.clouds import FakeClouds
from tests.octavias import FakeOctavia, a_balancer, a_balancers_survey, standing
from tests.tui.screens import console_of, see, shown, type_in, until


def octavia_of(app: scenes.Stage) -> FakeOctavia:
    works = app.desk.works
    assert works is not None
    assert isinstance(works.clouds, FakeClouds)
    return works.clouds.octavias["kilo"]


async def test_the_worst_stands_first_with_both_statuses_and_a_lock_has_its_age() -> None:
    async with console_of(scenes.octavia, (120, 30)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ 4 load balancers; mail is in ERROR", "PENDING_UPDATE 14 min", "1 of 3 members up")
        page = shown(app)
        assert page.index("✖ mail") < page.index("▲ orders") < page.index("web") < page.index("● wiki")
        await see(pilot, "nothing checks the pool smtp")


async def test_the_watch_tells_them_in_one_line_and_enter_leads_there() -> None:
    async with console_of(scenes.octavia, (120, 30)) as (app, pilot):
        await see(pilot, "3 octavia  kilo", "✖ 4 load balancers; mail is in ERROR")
        pane = app.screen.query_one("#watch-list")
        pane.choose("balancers kilo")  # type: ignore[attr-defined]
        await pilot.press("enter")
        await see(pilot, "[load balancers]", "PENDING_UPDATE")


async def test_a_load_balancer_is_a_tree_and_what_is_chosen_is_explained() -> None:
    async with console_of(scenes.octavia, (120, 40)) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o", "down", "enter")
        await see(pilot, "load balancer orders", "└ listener mysql  TCP 3306", "member db2", "DEGRADED")
        await see(pilot, "it works, and part of what it leads to is in ERROR")
        await pilot.press("down", "down", "down", "down", "down")
        await see(pilot, "it fails its checks, and gets no connections")
        await pilot.press("down")
        await see(pilot, "switched off: its admin_state_up is false")


async def test_w_explains_the_finding_that_is_chosen_with_its_evidence() -> None:
    async with console_of(scenes.octavia, (120, 40)) as (_, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ mail")
        await pilot.press("w")
        await see(
            pilot, "LB-18", "load balancer mail: provisioning ERROR, operating OFFLINE", "failover builds"
        )
        await pilot.press("escape", "enter", "end")
        await see(pilot, "What is to be said of it")
        await pilot.press("enter")
        await see(pilot, "LB-02")


async def test_a_failover_is_armed_shown_typed_sent_once_and_proven() -> None:
    async with console_of(scenes.octavia, (120, 36)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ mail")
        await pilot.press("a")
        await see(pilot, "This console is read-only.")
        await type_in(pilot, "INC-1432")
        await pilot.press("enter")
        line = "PUT /lbaas/loadbalancers/id-mail/failover"
        await see(pilot, line, "undo    none", "boots new amphorae one after the other")
        octavia = octavia_of(app)
        octavia.slow = 0
        assert octavia.orders == []
        await type_in(pilot, "mail")
        await pilot.press("enter")
        await see(pilot, "Failover: mail is ACTIVE")
        assert octavia.orders == [line]
        kinds = [entry.kind for entry in app.rig.journal.entries()]
        assert kinds == [Kind.ARMED, Kind.CHANGE, Kind.OUTCOME, Kind.VERIFIED]


async def test_another_name_sends_nothing_and_a_locked_one_says_why_not() -> None:
    async with console_of(scenes.octavia, (120, 36)) as (app, pilot):
        app.rig.arming.arm("INC-1432")
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ mail")
        await pilot.press("a")
        await see(pilot, "Type the load balancer's name")
        await type_in(pilot, "mall")
        await pilot.press("enter")
        await see(pilot, "Nothing was sent: 'mall' is not 'mail'.")
        await pilot.press("down", "down")
        await see(pilot, "web is locked for 14 min")
        await pilot.press("a")
        await see(pilot, "Not now: web is locked: PENDING_UPDATE")
        assert octavia_of(app).orders == []


async def test_what_was_read_last_stays_with_its_age_when_octavia_does_not_answer() -> None:
    async with console_of(scenes.octavia, (120, 30)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ mail")
        view = app.desk.picture.balancers["kilo"]
        lost = scenes.lost_octavia()
        view.take(lost, app.source.judge_balancers(lost))
        app.tick()
        await see(pilot, "account lacks a role for it", "✖ mail", "as of 2 s ago")
        await pilot.press("w")
        await see(pilot, "OCT-01")


@pytest.mark.whole
async def test_one_that_goes_stays_as_it_was_and_says_so() -> None:
    async with console_of(scenes.octavia, (120, 30)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ mail")
        await pilot.press("enter")
        await see(pilot, "load balancer mail")
        survey = a_balancers_survey(a_balancer("wiki"))
        app.desk.picture.balancers["kilo"].take(survey, app.source.judge_balancers(survey))
        app.tick()
        await see(pilot, "It has gone from the list; this is how it was.", "load balancer mail")
        await pilot.press("a")
        await see(pilot, "it is not in the list any more")


@pytest.mark.whole
async def test_an_old_cloud_is_recognised_and_a_cloud_without_any_says_so() -> None:
    async with console_of(scenes.octavia_old) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "LBaaS v1 of Neutron: recognised, not managed here")
        none = a_balancers_survey(generation=Generation.NONE)
        assert isinstance(none.answer, BalancersReading)
        app.desk.picture.balancers["kilo"].take(none, app.source.judge_balancers(none))
        app.tick()
        await see(pilot, "this cloud has no load balancers of OpenStack's")


async def test_hostile_names_are_shown_and_not_obeyed() -> None:
    async with console_of(scenes.octavia, (120, 30)) as (app, pilot):
        await pilot.press("3")
        await see(pilot, "6 instances")
        await pilot.press("o")
        await see(pilot, "✖ mail")
        survey = a_balancers_survey(a_balancer("[/red]\x1b[2J\u202e", standing("ERROR"), id="id-evil"))
        app.desk.picture.balancers["kilo"].take(survey, app.source.judge_balancers(survey))
        app.tick()
        await see(pilot, "[/red]␛[2J<U+202E>")
        await pilot.press("enter")
        await see(pilot, "load balancer [/red]␛[2J<U+202E>")


async def test_they_are_asked_while_somebody_looks_and_not_beside_what_nobody_sees() -> None:
    async with console_of(scenes.octavia) as (app, pilot):
        await until(pilot, lambda: "balancers kilo" in app.source.watched, "the watch asks for them")
        await pilot.press("3")
        await until(pilot, lambda: "balancers kilo" not in app.source.watched, "the pane does not")
        await pilot.press("o")
        await until(pilot, lambda: app.source.watched == {"balancers kilo"}, "their page asks for them alone")
