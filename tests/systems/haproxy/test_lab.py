"""HAProxy before a real Galera cluster: one line tells why a node is in or out, whatever was done to it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from runbooks.ladder.climb import climb
from runbooks.ladder.rungs import subject_in
from runbooks.model import Severity
from runbooks.vips.look import Member, VipLook, members, verdict
from runbooks.vips.trial import A_MEMBER, told, try_for, try_some
from systems.estate import load
from systems.haproxy.readings import ServerState
from systems.secrets import Redactor
from tests.lab.lab import Lab
from tui.access import Access
from tui.cli.group import cli

pytestmark = pytest.mark.lab
VIP = "orders-vip"
LOOKS = 2
"""Within so many looks after the balancers have acted, the line says why."""


class Watch:
    """Looks at the address as the console does."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.access = Access(load(lab.estate_path), Redactor())

    async def told(self, member: str, status: str) -> list[Member]:
        """How both balancers tell a member, in the second look after both say that status."""
        for balancer in ("lb1", "lb2"):
            await asyncio.to_thread(self.lab.script, "haproxy", "wait", balancer, member, status)
        look = await self.look()
        for _ in range(LOOKS - 1):
            look = await self.look()
        return [one for one in members(look) if one.server.name == member]

    async def why(self, host: str) -> str:
        """What the ladder says of a node now."""
        look = await self.look()
        ladder = await climb(
            subject_in(host, look, look.survey), self.access.hosts.reader, opens=self.access.opens
        )
        return ladder.sentence

    async def look(self) -> VipLook:
        return await self.access.look_at_vip(VIP)


def drain_and_bring_back(lab: Lab) -> None:
    """From the command line, on both balancers: verified, journalled, and undone as it says."""

    def call(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ("--estate", str(lab.estate_path), *words))
        return done.exit_code, done.output

    status, said = call("vips", "set", VIP, "db2", "drain", "--arm", "db2 gets new disks", "--wait", "5")
    assert status == 0, said
    assert "lb1: db2 is set to drain" in said
    assert 'undo: quarterdeck vips set orders-vip db2 ready --on lb2 --arm "undo"' in said
    status, told = call("vips", "list", "--json")
    assert status == 1
    states = {(one["balancer"], one["member"]): one for one in json.loads(told)["vips"][0]["members"]}
    assert states["lb1", "db2"]["status"] == states["lb2", "db2"]["status"] == "DRAIN"
    assert "somebody drains it, no session is left; it is Synced" in states["lb2", "db2"]["truth"]
    status, said = call("vips", "set", VIP, "db2", "ready", "--arm", "undo")
    assert status == 0, said
    assert call("vips", "list")[0] == 0
    assert "set server orders/db2 state ready" in call("journal", "list")[1]


async def test_a_node_that_is_drained_desynced_rejecting_or_killed_is_explained_in_one_line(
    balanced_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTERDECK_JOURNAL", str(tmp_path / "journal.sqlite"))
    lab, watch = balanced_lab, Watch(balanced_lab)
    assert verdict(await watch.look()) == (Severity.INFO, "3 of 3 members serve")
    await asyncio.to_thread(drain_and_bring_back, lab)

    await asyncio.to_thread(lab.sql, "db2", "SET GLOBAL wsrep_desync = ON")
    assert [one.truth.sentence for one in await watch.told("db2", "DOWN")] == 2 * [
        "db2 is out of the VIP because it is desynced (wsrep_desync = ON), "
        "and the check treats desynced nodes as down"
    ]
    assert await watch.why("db2") == "db2 is red because it is desynced (wsrep_desync = ON)"
    await asyncio.to_thread(lab.sql, "db2", "SET GLOBAL wsrep_desync = OFF")

    await asyncio.to_thread(lab.sql, "db1", "SET GLOBAL wsrep_reject_queries = ALL")
    found = await watch.told("db1", "UP")
    assert [one.truth.severity for one in found] == 2 * [Severity.CRITICAL]
    assert found[0].truth.sentence == (
        "db1 is in the VIP though it rejects queries (wsrep_reject_queries = ALL): "
        "the check treats nodes that reject queries as up"
    )
    await asyncio.to_thread(lab.sql, "db1", "SET GLOBAL wsrep_reject_queries = NONE")

    await asyncio.to_thread(lab.breaks, "kill-one", "db3")
    found = await watch.told("db3", "DOWN")
    assert [one.host for one in found] == ["db3", "db3"]
    assert found[0].truth.sentence.startswith("db3 is out of the VIP because it has no database running (")
    assert "signal" in found[0].truth.sentence
    assert (await watch.why("db3")).startswith("db3 is red because its unit mariadb failed (")
    assert await watch.why("db2") == "db2: every rung that was asked is well"
    await watch.access.close()


async def test_fresh_connections_land_on_all_members_and_what_a_killed_node_costs_is_counted(
    balanced_lab: Lab,
) -> None:
    lab, access = balanced_lab, Access(load(balanced_lab.estate_path), Redactor())
    client = await access.client(VIP, origin="db1")
    hosts = ["db1", "db2", "db3"]
    even = await try_some(client.attempt, A_MEMBER * len(hosts))
    assert told(even, hosts, 0.0) == (Severity.INFO, "9 fresh connections: db1 3, db2 3, db3 3")

    counting = asyncio.create_task(try_for(client.attempt, 9.0, rate=20.0))
    await asyncio.to_thread(lab.breaks, "kill-one", "db3")
    trial = await counting
    assert trial.failed > 0, "the connections that the killed node cost"
    assert len(trial.attempts) == sum(trial.landed.values()) + trial.failed
    assert 0.0 < trial.longest_gap_s(0.0) < trial.lasted_s(0.0)
    after = await try_some(client.attempt, 6)
    assert dict(after.landed) == {"db1": 3, "db2": 3}

    refused = replace(client, user="nobody_there")
    severity, sentence = told(await try_some(refused.attempt, 1), hosts, 0.0)
    assert severity is Severity.CRITICAL
    assert "none landed; 1 error" in sentence
    await access.close()


@pytest.mark.whole
async def test_a_dead_load_balancer_is_told_and_delays_no_other(balanced_lab: Lab) -> None:
    watch = Watch(balanced_lab)
    assert verdict(await watch.look())[0] is Severity.INFO
    await asyncio.to_thread(balanced_lab.sh, "lb2", "systemctl stop haproxy")
    severity, sentence = verdict(await watch.look())
    assert severity is Severity.WARNING
    assert sentence == "lb2 cannot be asked; 3 of 3 members serve"
    assert len(members(await watch.look())) == 3
    await watch.access.close()


@pytest.mark.whole
async def test_a_login_without_sudo_asks_as_a_member_of_the_sockets_group(balanced_lab: Lab) -> None:
    text = balanced_lab.ssh_config.read_text().replace("User root", "User nosudo")
    other = balanced_lab.run_folder / "ssh_config.nosudo"
    other.write_text(text)
    estate = balanced_lab.estate_path.read_text().replace(str(balanced_lab.ssh_config), str(other))
    path = balanced_lab.run_folder / "estate.nosudo.toml"
    path.write_text(estate)
    access = Access(load(path), Redactor())
    found = members(await access.look_at_vip(VIP))
    assert [one.server.state for one in found] == 6 * [ServerState.UP]
    assert not any(socket.way.as_root for socket in access.sockets(VIP).values())
    await access.close()


@pytest.mark.whole
async def test_a_donor_is_told_as_donor_by_a_check_that_takes_it_out_and_by_one_that_keeps_it(
    balanced_lab: Lab,
) -> None:
    lab, watch = balanced_lab, Watch(balanced_lab)
    await asyncio.to_thread(lab.breaks, "donor", "db3")
    donor = next(host for host in ("db1", "db2") if lab.status(host).get("local_state") == "2")
    found = await watch.told(donor, "DOWN")
    assert found[0].truth.sentence == (
        f"{donor} is out of the VIP because it is donor (a state transfer runs), "
        "and the check treats donors as down"
    )
    await asyncio.to_thread(lab.script, "haproxy", "donors", "up")
    found = await watch.told(donor, "UP")
    assert found[0].truth.sentence.endswith("(a state transfer runs): the check treats donors as up")
    assert found[0].truth.severity is Severity.WARNING
    await watch.access.close()


@pytest.mark.whole
async def test_a_check_that_only_logs_in_keeps_a_desynced_node_and_is_told_so(balanced_lab: Lab) -> None:
    lab, watch = balanced_lab, Watch(balanced_lab)
    await asyncio.to_thread(lab.script, "haproxy", "check", "login")
    await asyncio.to_thread(lab.sql, "db2", "SET GLOBAL wsrep_desync = ON")
    found = await watch.told("db2", "UP")
    assert "the check does not ask for the state of Galera" in found[0].truth.sentence
    assert found[0].truth.sentence.endswith("(LB-01)")
    await watch.access.close()
