"""The console on load balancers of the practice estate: told, changed, taken back, tried, explained."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runbooks.ladder.climb import climb
from runbooks.ladder.rungs import subject_in
from runbooks.vips.look import members, verdict
from runbooks.vips.trial import try_some
from tests.practice.inside import Inside, inside
from tui.cli.said import REFUSED

VIP = "orders-vip"


@pytest.fixture
async def estate(tmp_path: Path) -> AsyncIterator[Inside]:
    async with inside(tmp_path, balanced=True) as running:
        yield running


async def told(estate: Inside, member: str) -> list[str]:
    """What is so with a member on each balancer."""
    look = await estate.access.look_at_vip(VIP)
    return [one.truth.sentence for one in members(look) if one.server.name == member]


async def why(estate: Inside, host: str) -> str:
    look = await estate.access.look_at_vip(VIP)
    ladder = await climb(subject_in(host, look, look.survey), estate.access.hosts.reader)
    return ladder.sentence


async def test_a_killed_and_a_desynced_node_are_explained_in_one_line(estate: Inside) -> None:
    assert verdict(await estate.access.look_at_vip(VIP))[1] == "3 of 3 members serve"
    await estate.breaks("kill-one", "db3", seconds=10.0)
    sentence = "db3 is out of the VIP because it has no database running (mariadb: failed, signal)"
    assert await told(estate, "db3") == 2 * [sentence]
    assert await why(estate, "db3") == "db3 is red because its unit mariadb failed (signal)"
    await estate.breaks("desync", "db2", seconds=10.0)
    assert (
        "it is desynced (wsrep_desync = ON), and the check treats desynced" in (await told(estate, "db2"))[0]
    )
    assert await why(estate, "db2") == "db2 is red because it is desynced (wsrep_desync = ON)"
    assert await why(estate, "db1") == "db1: every rung that was asked is well"


async def test_a_drain_is_verified_journalled_and_taken_back(estate: Inside) -> None:
    status, said = await estate.console("vips", "set", VIP, "db2", "drain", "--arm", "new disks")
    assert (status, "lb2: db2 is set to drain" in said) == (0, True), said
    assert "somebody drains it" in (await told(estate, "db2"))[0]
    client = await estate.access.client(VIP)
    landed = (await try_some(client.attempt, 6)).landed
    assert landed == {"db1": 3, "db3": 3}
    status, said = await estate.console("vips", "undo", VIP, "--arm", "disks are in")
    assert (status, "lb1: db2 is set to ready" in said) == (0, True), said
    assert await told(estate, "db2") == 2 * ["db2 is in the VIP and is Synced"]
    assert (await estate.console("vips", "undo", VIP))[0] == 4


async def test_a_probe_tells_where_connections_landed_and_that_nobody_serves(estate: Inside) -> None:
    status, said = await estate.console("vips", "probe", VIP, "--json")
    assert (status, json.loads(said)["landed"]) == (0, {"db1": 3, "db2": 3, "db3": 3}), said
    for balancer in estate.serving.practice.balancers.values():
        for name in balancer.members:
            balancer.said(f"set server orders/{name} state maint")
    status, said = await estate.console("vips", "probe", VIP, "--times", "2")
    assert status == 2, said
    assert "2 fresh connections: none landed; 2 errors" in said


async def test_a_balancer_that_is_off_is_told_and_hides_no_other(estate: Inside) -> None:
    estate.serving.practice.balancers["lb2"].machine.cut_power()
    await estate.serving.follow()
    status, said = await estate.console("triage", VIP)
    assert status == 1, said
    assert "VIP-01  lb2 cannot be asked" in said
    assert len(await told(estate, "db1")) == 1


async def test_an_address_that_is_there_is_not_set_up_again(estate: Inside) -> None:
    status, said = await estate.console("runbook", "plan", "lb-vip", "--target", VIP)
    assert status == REFUSED
    assert "lb1: /etc/haproxy/haproxy.cfg has a listen orders already" in " ".join(said.split())


async def test_a_configuration_that_haproxy_does_not_take_is_told_with_its_line(estate: Inside) -> None:
    files = estate.serving.practice.balancers["lb2"].machine.files
    files.write("/etc/haproxy/haproxy.cfg", files.read("/etc/haproxy/haproxy.cfg").decode() + "bnid :1\n")
    status, said = await estate.console("runbook", "plan", "lb-vip", "--target", VIP)
    assert status == REFUSED
    assert "unknown keyword 'bnid'" in said
