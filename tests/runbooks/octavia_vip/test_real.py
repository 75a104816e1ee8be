"""On a real Octavia: from nothing to a load balancer with all parts, over a kill and a lost link, and back.

Its amphorae are no-op drivers: they are always built and never report, so that nobody knows whether a member
is well. That is no green.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from runbooks.engine.api import Ending
from runbooks.journal.entries import Kind
from runbooks.library import RUNBOOKS
from runbooks.model import Plan, Refusal
from systems.errors import LinkLost
from systems.openstack.asking import AnyOrder, MakeOrder, Part
from systems.openstack.octavia_readings import members_of
from tests.lab.octavia import Octavia
from tests.runbooks.doubles import Killed
from tests.runbooks.octavia_vip.consoles import OneCloud, a_cluster, a_console
from tests.systems.openstack.test_real_octavia import SUBNET, operator_of

pytestmark = pytest.mark.cloud

BOOK = RUNBOOKS["octavia-vip"]
VALUES = {"cluster": "orders", "subnet": SUBNET, "delay_s": "2", "allowed_cidrs": "192.0.2.0/24"}


async def test_from_nothing_over_a_kill_and_a_lost_link_to_all_active_and_away_again(
    octavia: Octavia, tmp_path: Path
) -> None:
    async with operator_of(octavia) as operator:
        faults: dict[Part, BaseException] = {
            Part.LISTENER: Killed("while the listener was ordered"),
            Part.POOL: LinkLost("lab: the link was lost"),
        }

        def then(order: AnyOrder) -> None:
            if isinstance(order, MakeOrder) and order.part in faults:
                raise faults.pop(order.part)

        world, cloud = a_cluster(), OneCloud(operator.session, then)
        rig = a_console(tmp_path, world, cloud)
        dry = await rig.engine.prepare(BOOK, "lab", VALUES)
        assert isinstance(dry, Plan), dry
        assert dry.open.count("POST /lbaas/") == 6
        with pytest.raises(Killed):
            await rig.engine.run(BOOK, "lab", VALUES, rig.steering())

        world.clock.turn(300.0)
        again = a_console(tmp_path, world, cloud)
        (run,) = await again.engine.runs()
        steering = again.steering()
        result = await again.engine.resume(run.run, RUNBOOKS, steering)

        assert [one.key for one in steering.failed_with] == ["prove:members"], result
        assert "its health is not told by Octavia" in steering.failed_with[0].sentence
        assert result.ending is Ending.STOPPED
        assert [line.split()[1].rpartition("/")[2] for line in cloud.sent] == [
            *("loadbalancers", "listeners", "pools", "healthmonitors"),
            *("members", "members", "members"),
        ]
        (tree,) = [one for one in (await operator.reader.balancers()).balancers if one.name == "orders-vip"]
        assert {one.provisioning for one in tree.standings()} == {"ACTIVE"}
        (listener,), (pool,) = tree.listeners, tree.pools
        assert (listener.client_timeout_ms, listener.allowed_cidrs) == (28_800_000, ("192.0.2.0/24",))
        assert tree.pools_of(listener) == (pool,)
        assert pool.monitor is not None
        assert (pool.monitor.kind, pool.monitor.timeout_s < pool.monitor.delay_s) == ("HTTP", True)
        assert {(one.name, one.monitor_port, one.is_backup) for one in members_of(pool)} == {
            ("db1", 9200, False),
            ("db2", 9200, True),
            ("db3", 9200, True),
        }

        found = await again.engine.prepare(BOOK, "lab", VALUES)
        assert isinstance(found, Plan), found
        assert not any(step.acts for step in found.steps)
        other = await again.engine.prepare(BOOK, "lab", {**VALUES, "idle_s": "600"})
        assert isinstance(other, Refusal)
        assert "timeout_client_data is 28800000, not 600000" in other.evidence

        away = await again.engine.run(BOOK, "lab", {**VALUES, "take_away": "yes"}, again.steering())
        assert away.ending is Ending.DONE, away
        assert cloud.sent[7:] == [f"DELETE /lbaas/loadbalancers/{tree.id}?cascade=true"]
        left = await operator.reader.balancers()
        assert "orders-vip" not in [one.name for one in left.balancers]
        changes = [
            one.line for one in again.journal.entries() if one.kind is Kind.CHANGE and one.host == "lab"
        ]
        assert changes == cloud.sent
