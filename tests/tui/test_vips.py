"""The pane of virtual addresses: members, what is wrong with them, the acts on them and their undo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from runbooks.journal.entries import Kind
from runbooks.lease.sqlite import SqliteLeases
from runbooks.vips.change import Wish
from runbooks.vips.look import Member
from runbooks.vips.truth import truth
from systems.errors import SystemsError, Unreachable
from systems.haproxy.attempt import Client
from tests import scenes
from tests.balancers import FakeBalancers, some_balancers
from tests.systems.haproxy.builders import REFUSED, a_server
from tests.tui.screens import console_of, see, shown, type_in, until
from tui.member import MemberScreen
from tui.node import NodeScreen
from tui.vip_acting import act_on
from tui.vips import VipsPane
from widgets.live_table import LiveTable

DRAIN = "echo 'set server orders/db1 state drain' | socat -t5 - UNIX-CONNECT:/run/haproxy/admin.sock"
READY = DRAIN.replace("drain", "ready")


def balancers_of(app: scenes.Stage) -> FakeBalancers:
    works = app.desk.works
    assert works is not None
    assert isinstance(works.vips, FakeBalancers)
    return works.vips


def well() -> scenes.Stage:
    return scenes.stage(scenes.looks_at("whole"), hosts=scenes.some_hosts(), vip=some_balancers)


async def act(pilot: Pilot[Any], *words: str) -> None:
    """Open the pane and choose an act on the member under the cursor by its name."""
    await pilot.press("2")
    await see(pilot, "node says")
    await pilot.press("a")
    await see(pilot, "what to do with")
    for word in words:
        await type_in(pilot, word + " ")
    await pilot.press("enter")


async def test_the_worst_member_stands_first_and_is_explained_below() -> None:
    async with console_of(scenes.vips, (140, 40)) as (app, pilot):
        await pilot.press("2")
        await see(
            pilot,
            "▲ lb1 serves db1 and db3; lb2 serves db1; db2 is out of the VIP because it has no database",
            "VIP-03",
            "lb1: orders/db2 DOWN, check L4CON connection refused (Connection refused), weight 1, 0 sessions",
        )
        page = shown(app)
        assert page.index("▲ DOWN") < page.index("· DRAIN") < page.index("● UP")


async def test_a_drain_counts_the_sessions_that_are_left() -> None:
    async with console_of(scenes.vips, (120, 40)) as (app, pilot):
        await pilot.press("2", "down", "down")
        await see(pilot, "db3 gets no new session because somebody drains it, 3 sessions left; it is Synced")
        lb2 = balancers_of(app).haproxies["lb2"]
        lb2.servers["db3"] = replace(lb2.servers["db3"], sessions=0)
        app.source.ask_balancers()
        await pilot.pause()
        app.tick()
        await see(pilot, "somebody drains it, no session is left")


async def test_the_watch_tells_the_address_in_one_line_and_enter_leads_to_its_members() -> None:
    async with console_of(scenes.vips_healthy) as (_, pilot):
        await see(pilot, "2 vips     orders-vip ● 3 of 3 members serve")
        await pilot.press("end", "up", "enter")
        await see(pilot, "[2 vips]", "db1 is in the VIP and is Synced.")


async def test_an_estate_without_balancers_says_how_one_is_named() -> None:
    async with console_of(scenes.healthy) as (_, pilot):
        await pilot.press("2")
        await see(pilot, "No load balancer is named in the estate file", "[[haproxy]] table")
        await pilot.press("a")
        await see(pilot, "Not now: no member is chosen.")


async def test_w_explains_a_member_with_the_gotcha_behind_it() -> None:
    async with console_of(scenes.vips_rejecting, (120, 40)) as (_, pilot):
        await pilot.press("2")
        await see(pilot, "the check treats nodes that reject queries as up")
        await pilot.press("w")
        await see(pilot, "LB-10", "what clustercheck counts as down is a choice", "AVAILABLE_WHEN_DONOR")


async def test_a_balancer_that_goes_silent_keeps_its_members_dimmed_with_their_age() -> None:
    async with console_of(well, (160, 40)) as (app, pilot):
        await pilot.press("2")
        await see(pilot, "3 of 3 members serve")
        balancers_of(app).silent = {"lb2": Unreachable("lb2: no route to it")}
        app.source.ask_balancers()
        await pilot.pause()
        app.tick()
        await see(pilot, "▲ lb2 cannot be asked; 3 of 3 members serve", "VIP-01", "lb2: no route to it")
        assert len(app.screen.query_one("VipsPane LiveTable", LiveTable).keys) == 6
        await pilot.press("0")
        await see(pilot, "HAProxy does not answer any more")


async def test_a_change_of_a_member_stands_in_what_changed() -> None:
    async with console_of(well) as (app, pilot):
        await see(pilot, "3 of 3 members serve")
        lb1 = balancers_of(app).haproxies["lb1"]
        lb1.servers["db2"] = a_server("db2", "DOWN", check=REFUSED)
        app.source.ask_balancers()
        await pilot.pause()
        app.tick()
        await see(pilot, "lb1      orders/db2 UP to DOWN (refused (HTTP 503))", "its check failed")


async def test_a_drain_is_armed_shown_typed_verified_and_taken_back_from_the_journal() -> None:
    async with console_of(well, (140, 40)) as (app, pilot):
        await act(pilot, "drain", "lb1", "and")
        await see(pilot, "This console is read-only.")
        await type_in(pilot, "ticket 1432")
        await pilot.press("enter")
        await see(
            pilot,
            "set server orders/db1 state drain",
            "on lb2",
            "undo      ready",
            "Type the member's name to do it: db1",
        )
        assert balancers_of(app).ran == []
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "lb1: db1 is set to drain; no session is left.", "z takes it back.")
        assert balancers_of(app).ran == [f"lb1: {DRAIN}", f"lb2: {DRAIN}"]
        app.clear_notifications()
        await pilot.press("z")
        await see(pilot, "Take back: db1 drain on lb1, lb2", "by ana", "orders/db1 ready")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "lb2: db1 is set to ready.")
        assert balancers_of(app).ran == [
            f"{host}: {line}" for host in ("lb1", "lb2") for line in (DRAIN, READY)
        ]
        kinds = [entry.kind for entry in app.rig.journal.entries()]
        assert kinds.count(Kind.CHANGE) == kinds.count(Kind.OUTCOME) == kinds.count(Kind.VERIFIED) == 4
        app.clear_notifications()
        await pilot.press("z")
        await see(pilot, "The journal tells no act on orders-vip")


async def test_what_a_taking_back_did_not_reach_is_taken_back_by_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runbooks.vips.change.VERIFY_S", 0.05)
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        await act(pilot, "drain", "lb1", "and")
        await see(pilot, "Type the member's name")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "z takes it back.")
        lb2 = balancers_of(app).haproxies["lb2"]
        lb2.takes_orders = False
        for said in ("lb2 answered 'Permission denied'", "lb2: db1 is set to ready."):
            app.clear_notifications()
            await pilot.press("z")
            await see(pilot, "Take back: db1 drain on lb1, lb2")
            await type_in(pilot, "db1")
            await pilot.press("enter")
            await see(pilot, said)
            lb2.takes_orders = True
        assert balancers_of(app).ran == [
            *(f"lb1: {line}" for line in (DRAIN, READY)),
            *(f"lb2: {line}" for line in (DRAIN, READY, READY)),
        ]


async def test_a_member_of_two_backends_is_not_changed_unnamed() -> None:
    async with console_of(well) as (app, _):
        app.rig.arming.arm("ticket 1432")
        assert app.desk.works is not None
        servers = (a_server("db1"), a_server("db1", backend="reports"))
        both = [Member("lb1", one, "db1", truth(one, None)) for one in servers]
        with pytest.raises(SystemsError, match="db1 is a member of the backends orders and"):
            await act_on(app.desk.works, "orders-vip", both, Wish.of("drain"))
        assert balancers_of(app).ran == []


async def test_a_name_that_would_be_an_order_of_its_own_is_told_and_nothing_is_sent() -> None:
    name = "db1;disable"
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        for one in balancers_of(app).haproxies.values():
            one.servers = {name: a_server(name, "DOWN", check=REFUSED), "db2": a_server("db2")}
        app.source.ask_balancers()
        await pilot.pause()
        app.tick()
        await act(pilot, "drain", "lb1", "and")
        await see(pilot, "HAProxy tells a server orders/db1;disable")
        assert balancers_of(app).ran == []


async def test_another_name_than_the_members_sends_nothing() -> None:
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        await act(pilot, "maint", "only")
        await see(pilot, "Type the member's name")
        await type_in(pilot, "db2")
        await pilot.press("enter")
        await see(pilot, "Nothing was sent: 'db2' is not 'db1'.")
        assert balancers_of(app).ran == []


async def test_an_order_that_haproxy_does_not_carry_out_is_told_and_goes_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runbooks.vips.change.VERIFY_S", 0.05)
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        balancers_of(app).haproxies["lb1"].takes_orders = False
        await act(pilot, "drain", "lb1", "and")
        await see(pilot, "Type the member's name")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "lb1: db1 is not proven to be drain", "'Permission denied'")
        assert balancers_of(app).ran == [f"lb1: {DRAIN}"]
        assert Kind.UNVERIFIED in [entry.kind for entry in app.rig.journal.entries()]


async def test_a_weight_is_asked_for_and_one_that_haproxy_does_not_know_sends_nothing() -> None:
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        await act(pilot, "weight", "only")
        await see(pilot, "Its weight beside that of the others")
        await type_in(pilot, "900")
        await pilot.press("enter")
        await see(pilot, "'weight=900' is none of")
        await act(pilot, "weight", "only")
        await see(pilot, "Its weight beside that of the others")
        await type_in(pilot, "5")
        await pilot.press("enter")
        await see(pilot, "set server orders/db1 weight 5", "undo      weight=1")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "lb1: db1 is set to weight=5")
        assert len(balancers_of(app).ran) == 1


async def test_the_last_member_that_serves_is_named_as_such_before_it_is_taken_out() -> None:
    def alone() -> scenes.Stage:
        down = [a_server(name, "DOWN", check=REFUSED) for name in ("db2", "db3")]
        return scenes.stage(
            scenes.looks_at("whole"), vip=lambda hosts: some_balancers(hosts, a_server("db1"), *down)
        )

    async with console_of(alone, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        await pilot.press("2")
        await see(pilot, "1 of 3 members serves")
        await pilot.press("end", "a")
        await see(pilot, "what to do with db1")
        await pilot.press("enter")
        await see(pilot, "beware    db1 is the last member that serves on lb1")


async def test_what_a_member_is_already_and_what_could_not_be_proven_says_why_not() -> None:
    async with console_of(scenes.vips_rejecting, (140, 40)) as (_, pilot):
        await act(pilot, "ready")
        await see(pilot, "Not now: db1 is that already.")


async def test_the_page_of_a_member_tells_all_sides_and_leads_to_its_node_and_host() -> None:
    async with console_of(scenes.vips, (140, 60)) as (app, pilot):
        await pilot.press("2")
        await see(pilot, "VIP-03")
        await pilot.press("enter")
        await see(
            pilot,
            "lb1 says",
            "lb2 says",
            "The node says",
            "it has no database running (mariadb: failed, signal)",
            "nothing that this journal tells",
        )
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NodeScreen), "the node")
        await pilot.press("escape", "h")
        await see(pilot, "─ hosts ─[db2]")


async def test_a_node_and_a_host_lead_to_their_members() -> None:
    async with console_of(scenes.vips, (140, 40)) as (app, pilot):
        await pilot.press("1", "end", "V")
        await see(pilot, "[2 vips]")
        pane = app.screen.query_one(VipsPane)
        await until(pilot, lambda: pane.member is not None, "a member")
        assert pane.member is not None
        assert pane.member.server.name == "db3"
        await pilot.press("6")
        await see(pilot, "orders-vip")
        await pilot.press("home", "enter")
        await see(pilot, "orders-vip", "lb1: db1 is in the VIP and is Synced")
        await pilot.press("V")
        await until(pilot, lambda: pane.member and pane.member.server.name == "db1", "db1")


async def test_an_address_that_nobody_sees_is_not_asked() -> None:
    async with console_of(scenes.vips, (100, 30)) as (app, pilot):
        assert "vip orders-vip" in app.source.watched
        await pilot.press("6")
        await see(pilot, "/ free")
        await until(pilot, lambda: "vip orders-vip" not in app.source.watched, "no watch over it")
        await pilot.press("2")
        await until(pilot, lambda: "vip orders-vip" in app.source.watched, "the watch over it")


async def test_what_a_check_answers_steers_no_terminal() -> None:
    check = replace(REFUSED, said="\x1b]52;c;ZXZpbA==\x07 [bold]no[/bold]")
    bad = a_server("db1", "DOWN", check=check)

    def hostile() -> scenes.Stage:
        return scenes.stage(scenes.looks_at("whole"), vip=lambda hosts: some_balancers(hosts, bad))

    async with console_of(hostile, (140, 40)) as (app, pilot):
        await pilot.press("2", "enter")
        await until(pilot, lambda: isinstance(app.screen, MemberScreen), "its page")
        await see(pilot, "␛]52;c;ZXZpbA==␇ [bold]no[/bold]")


async def test_a_probe_shows_where_fresh_connections_landed_and_what_failed() -> None:
    async with console_of(well, (120, 40)) as (app, pilot):
        balancers_of(app).failing = frozenset({4})
        await pilot.press("2")
        await see(pilot, "3 of 3 members serve")
        await pilot.press("p")
        await see(pilot, "▲ 9 fresh connections: db1 3, db2 2, db3 3; 1 error", "from lb1 over SSH")
        await see(pilot, "errors         1", "orders-vip: the connection broke")
        balancers_of(app).failing = frozenset()
        await pilot.press("r")
        await see(pilot, "● 9 fresh connections: db1 3, db2 3, db3 3.")


async def test_a_probe_of_an_address_that_the_estate_does_not_tell_says_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(self: FakeBalancers, vip: str, *, origin: str = "") -> Client:
        raise SystemsError(f"{vip} cannot be tried: the estate names no address for it.")

    monkeypatch.setattr(FakeBalancers, "client", refuse)
    async with console_of(well, (120, 40)) as (_, pilot):
        await pilot.press("2", "p")
        await see(pilot, "▲ orders-vip cannot be tried: the estate names no address for it.")


async def test_w_twice_asks_rung_by_rung_down_to_the_first_broken_one() -> None:
    async with console_of(scenes.vips_rejecting, (120, 40)) as (app, pilot):
        await pilot.press("2", "w")
        await see(pilot, "LB-10")
        await pilot.press("w")
        await see(pilot, "db1 is red because it rejects queries (wsrep_reject_queries = ALL).")
        page = shown(app)
        assert page.index("virtual address") < page.index("member's check") < page.index("wsrep state")
        assert page.count("not asked") == 4


async def test_w_on_a_node_against_which_nothing_is_found_asks_every_rung() -> None:
    async with console_of(scenes.healthy, (120, 40)) as (_, pilot):
        await pilot.press("1", "w")
        await see(
            pilot, "db1: every rung that was asked is well.", "not asked: no virtual address leads to it"
        )


async def test_a_member_that_became_the_last_while_it_was_agreed_to_is_not_taken_out() -> None:
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        await act(pilot, "drain", "lb1", "and")
        await see(pilot, "Type the member's name")
        lb2 = balancers_of(app).haproxies["lb2"]
        for name in ("db2", "db3"):
            lb2.servers[name] = a_server(name, "DOWN", check=REFUSED)
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "nothing was sent: db1 is the last member")
        assert balancers_of(app).ran == []


async def test_an_address_that_somebody_else_changes_now_is_left_alone() -> None:
    async with console_of(well, (140, 40)) as (app, pilot):
        app.rig.arming.arm("ticket 1432")
        other = SqliteLeases(app.rig.journal, now=app.rig.clock.now, process="another console")
        held = other.take("orders-vip", run="a1", what="drain db2")
        await act(pilot, "drain", "lb1", "and")
        await see(pilot, "Type the member's name")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await see(pilot, "drain db2")
        assert balancers_of(app).ran == []
        other.release(held)
