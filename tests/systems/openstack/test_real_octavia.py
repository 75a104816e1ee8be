"""The same on a real Keystone and Octavia: the tree, a lock, an ERROR, refusals, a failover."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from runbooks.arming import Arming
from runbooks.cloud.balancers import judge_balancer, judge_balancers
from runbooks.cloud.failover import FailoverResult, carry_out_failover
from runbooks.journal.entries import Kind
from runbooks.journal.place import ENVIRONMENT
from runbooks.model import Severity
from systems.errors import Refused, Unreachable
from systems.openstack.access import Api, CloudAccess
from systems.openstack.asking import FailoverOrder, Reply
from systems.openstack.decoding import Asked
from systems.openstack.hands import CloudHands
from systems.openstack.octavia import BalancerReader
from systems.openstack.octavia_readings import Balancer, BalancersReading, members_of
from systems.openstack.refusals import refusal
from systems.openstack.session import CloudSession
from systems.secrets import Redactor
from tests.lab.octavia import Octavia
from tests.runbooks.journals import a_journal
from tui.cli.group import cli

pytestmark = pytest.mark.cloud

DEADLINE_S = 120.0
SUBNET = "22222222-2222-2222-2222-222222222222"


class Operator:
    """Makes what a test needs, as an operator would by another tool."""

    def __init__(self, session: CloudSession) -> None:
        self.session, self.reader = session, BalancerReader(session)

    async def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Send what no reader may send, by the session's own way."""
        endpoint = await asyncio.to_thread(self.session._reached, Api.BALANCERS, 15.0)
        answer = await asyncio.to_thread(
            endpoint.adapter.request, f"/lbaas{path}", method, json=body, raise_exc=False
        )
        assert answer.status_code in (200, 201, 202), answer.text
        return json.loads(answer.content) if answer.content else None

    async def make(self, kind: str, path: str, owner: str, **values: object) -> str:
        """Make one object and wait until the load balancer is no longer locked; return its id."""
        made = await self.send("POST", path, {kind: values})
        key = str(made[kind]["id"])
        await self.unlocked(owner or key)
        return key

    async def unlocked(self, key: str) -> Balancer:
        """Wait until it is ACTIVE or in ERROR; fails after a deadline."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DEADLINE_S
        while True:
            (found,) = [one for one in (await self.reader.balancers(only="-")).balancers if one.id == key]
            if not found.standing.is_pending:
                return found
            assert loop.time() < end, f"{found.name} is {found.standing}"
            await asyncio.sleep(0.3)

    async def balancer(self, name: str, **values: object) -> str:
        return await self.make(
            "loadbalancer", "/loadbalancers", "", name=name, vip_subnet_id=SUBNET, **values
        )

    async def tree(self, name: str) -> str:
        """Listener, pool, three members of which one is off and one drained, and a monitor."""
        own = await self.balancer(name)
        listener = await self.make(
            "listener",
            "/listeners",
            own,
            name=f"{name}-mysql",
            loadbalancer_id=own,
            protocol="TCP",
            protocol_port=3306,
        )
        pool = await self.make(
            "pool",
            "/pools",
            own,
            name=f"{name}-galera",
            listener_id=listener,
            protocol="TCP",
            lb_algorithm="ROUND_ROBIN",
        )
        for number, more in ((1, {}), (2, {"admin_state_up": False}), (3, {"weight": 0})):
            await self.make(
                "member",
                f"/pools/{pool}/members",
                own,
                name=f"{name}-db{number}",
                address=f"10.0.0.1{number}",
                protocol_port=3306,
                **more,
            )
        await self.make(
            "healthmonitor",
            "/healthmonitors",
            own,
            name=f"{name}-check",
            pool_id=pool,
            type="TCP",
            delay=5,
            timeout=3,
            max_retries=3,
        )
        return own

    async def read(self, key: str) -> Balancer:
        """With all that hangs below it."""
        reading = await self.reader.balancers(only=key)
        return next(one for one in reading.balancers if one.id == key)


@asynccontextmanager
async def operator_of(octavia: Octavia, cloud: str = "lab") -> AsyncIterator[Operator]:
    session = CloudSession(CloudAccess(cloud, str(octavia.cloud.clouds_yaml)), Redactor().add)
    try:
        yield Operator(session)
    finally:
        await session.close()


async def failed_over(
    operator: Operator, balancer: Balancer, folder: Path
) -> tuple[FailoverResult, list[Kind]]:
    """Fail it over from an armed session; what came of it, and what stands in the journal."""
    journal = a_journal(folder)
    arming = Arming(journal)
    arming.arm("the test wants it", minutes=60)

    def hands(now: Balancer) -> CloudHands:
        return CloudHands(operator.session, arming.permit(lambda text: text, system="lab"))

    result = await carry_out_failover(balancer, operator.reader, hands)
    return result, [entry.kind for entry in journal.entries()]


async def test_the_tree_of_a_real_octavia_with_members_that_are_off(octavia: Octavia) -> None:
    async with operator_of(octavia) as operator:
        tree = await operator.read(await operator.tree("tree"))
        (listener,), (pool,) = tree.listeners, tree.pools
        assert (listener.protocol, listener.port, listener.client_timeout_ms) == ("TCP", 3306, 50_000)
        assert tree.pools_of(listener) == (pool,)
        assert pool.monitor is not None
        assert (pool.monitor.kind, pool.monitor.delay_s, pool.monitor.timeout_s) == ("TCP", 5, 3)
        members = {one.name: one for one in members_of(pool)}
        assert [members[f"tree-db{n}"].standing.is_enabled for n in (1, 2, 3)] == [True, False, True]
        assert members["tree-db3"].weight == 0
        assert {one.standing.provisioning for one in members.values()} == {"ACTIVE"}
        found = {one.id: one for one in judge_balancer(tree, "lab", datetime.now(UTC)).findings}
        assert "tree-db2 (switched off) and tree-db3 (weight 0)" in found["OCT-06"].sentence
        assert {"LB-01", "LB-03"} <= set(found)


async def test_one_that_nobody_works_on_is_a_lock_with_its_age_and_no_failover_is_sent(
    octavia: Octavia, tmp_path: Path
) -> None:
    octavia.worker("off")
    try:
        async with operator_of(octavia) as operator:
            made = await operator.send(
                "POST", "/loadbalancers", {"loadbalancer": {"name": "stuck", "vip_subnet_id": SUBNET}}
            )
            key = made["loadbalancer"]["id"]
            octavia.stands("load_balancer", "stuck", minutes=72)
            stuck = await operator.read(key)
            assert stuck.standing.provisioning == "PENDING_CREATE"
            said = judge_balancers(await operator.reader.survey())
            (lock,) = [one for one in said.findings if one.sentence.startswith("stuck is locked")]
            assert (lock.id, lock.severity) == ("LB-18", Severity.WARNING)
            assert "for 72 min: PENDING_CREATE" in lock.sentence
            result, kinds = await failed_over(operator, stuck, tmp_path)
            assert (result.kind, kinds) == (Kind.BLOCKED, [Kind.ARMED])
            reply = await operator.session.order(FailoverOrder(key))
            assert reply.status == 409
            words = str(refusal(reply, Asked("a failover of stuck", "stuck")))
            assert "stuck is locked" in words or "stuck is PENDING_CREATE" in words
            assert f"was refused by Octavia at {octavia.where}" in words
    finally:
        octavia.worker("on")


async def test_one_in_error_is_told_and_a_failover_brings_it_back(octavia: Octavia, tmp_path: Path) -> None:
    async with operator_of(octavia) as operator:
        key = await operator.balancer("broken")
        octavia.stands("load_balancer", "broken", "ERROR", "ERROR", minutes=12)
        broken = await operator.read(key)
        said = judge_balancers(await operator.reader.survey())
        assert said.severity == Severity.CRITICAL
        (finding,) = [one for one in said.findings if one.sentence.startswith("broken is in ERROR")]
        assert finding.severity is Severity.CRITICAL
        result, kinds = await failed_over(operator, broken, tmp_path)
        assert result.is_verified, result.sentence
        assert kinds == [Kind.ARMED, Kind.CHANGE, Kind.OUTCOME]
        assert (await operator.read(key)).standing.provisioning == "ACTIVE"


async def test_a_member_of_a_project_sees_its_own_and_may_not_fail_over(
    octavia: Octavia, tmp_path: Path
) -> None:
    async with operator_of(octavia) as admin, operator_of(octavia, "lab-user") as member:
        other = await admin.balancer("not-theirs")
        region = (await asyncio.to_thread(member.session._opened, 15.0)).session
        project = await asyncio.to_thread(region.get_project_id)
        own = await admin.balancer("theirs", project_id=project)
        answer = (await member.reader.survey()).answer
        if isinstance(answer, Refused):  # an Octavia that asks for roles of its own
            assert "the account lacks a role for it" in str(answer)
            return
        assert isinstance(answer, BalancersReading)
        assert own in [one.id for one in answer.balancers]
        assert other not in [one.id for one in answer.balancers]
        theirs = next(one for one in answer.balancers if one.id == own)
        result, _ = await failed_over(member, theirs, tmp_path)
        assert result.kind is Kind.FAILED
        assert "a failover of theirs was refused by Octavia" in result.sentence
        assert "the account lacks a role for it" in result.sentence


async def test_one_that_is_gone_is_told(octavia: Octavia) -> None:
    async with operator_of(octavia) as operator:
        reply: Reply = await operator.session.order(FailoverOrder("11111111-2222-3333-4444-555555555555"))
        assert "there is no web any more" in str(refusal(reply, Asked("a failover of web", "web")))


async def test_an_octavia_that_is_down_is_told_with_its_address_and_comes_back(octavia: Octavia) -> None:
    async with operator_of(octavia) as operator:
        assert isinstance((await operator.reader.survey()).answer, BalancersReading)
        octavia.stop()
        try:
            lost = (await operator.reader.survey()).answer
        finally:
            octavia.start()
        assert isinstance(lost, Unreachable)
        said = f"lab: Octavia at {octavia.where} cannot be reached: connection refused"
        assert str(lost).startswith(said)
        assert isinstance((await operator.reader.survey()).answer, BalancersReading)


async def test_the_command_line_shows_the_same(
    octavia: Octavia, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with operator_of(octavia) as operator:
        await operator.balancer("shown")
    octavia.stands("load_balancer", "shown", "ERROR", "OFFLINE", minutes=12)
    (tmp_path / "estate.toml").write_text(
        f'[estate]\nname = "north"\n[[cloud]]\nname = "lab"\nclouds_file = "{octavia.cloud.clouds_yaml}"\n'
    )
    monkeypatch.setenv("QUARTERDECK_ESTATE", str(tmp_path / "estate.toml"))
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "journal.sqlite"))

    def call(*words: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(cli, ("cloud", *words), catch_exceptions=False)
        return done.exit_code, done.stdout, done.stderr

    status, out, err = await asyncio.to_thread(call, "lbs")
    assert status == 2
    assert "shown is in ERROR" in err
    assert any(line.startswith("✖ shown") for line in out.splitlines())
    status, out, _ = await asyncio.to_thread(call, "lb", "shown")
    assert "what was asked for last could not be built (LB-18)" in out
    status, _, err = await asyncio.to_thread(
        call, "failover", "shown", "--arm", "INC-1432", "--yes-to", "shown"
    )
    assert (status, "shown is ACTIVE" in err) == (0, True), err
