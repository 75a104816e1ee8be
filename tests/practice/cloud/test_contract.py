"""The practice cloud is as a real Keystone, Nova and Octavia: asked the same by the same adapters, alike.

Where they differ, the practice cloud is wrong, but for this: the hypervisor is QEMU there and Nova's fake
driver in the lab; no-op amphorae of the lab report nothing, so operating statuses are not compared (the
recorded answers of one that did report are: `test_recorded.py`); addresses, ids, names of hosts, the times.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from runbooks.arming import Arming
from runbooks.cloud.acts import ACTS, carry_out
from runbooks.cloud.failover import carry_out_failover
from systems.consoles.address import address_of
from systems.consoles.link import Trust, open_link
from systems.errors import SystemsError
from systems.openstack.access import Api, CloudAccess
from systems.openstack.asking import FailoverOrder, Order, Reply
from systems.openstack.cloud import CloudReader
from systems.openstack.decoding import Asked
from systems.openstack.hands import CloudHands
from systems.openstack.octavia_readings import Balancer, BalancersReading, members_of
from systems.openstack.readings import HypervisorsReading, Instance, InstancesReading, ServicesReading
from systems.openstack.refusals import refusal
from systems.openstack.session import CloudSession
from systems.secrets import Redactor
from tests.lab.octavia import Octavia
from tests.lab.openstack import PASSWORD
from tests.practice.cloud.sides import Both, Side, both_of, told
from tests.practice.inside import inside
from tests.runbooks.journals import a_journal

pytestmark = pytest.mark.cloud

NOBODY = "deadbeef-0000-4000-8000-000000000000"


@pytest.fixture
async def both(octavia: Octavia, tmp_path: Path) -> AsyncIterator[Both]:
    async with inside(tmp_path, demo=True) as estate, both_of(octavia, estate) as found:
        yield found


async def refused(asking: Awaitable[object]) -> tuple[str, str]:
    """What a refusal says; fails when nothing is refused."""
    try:
        answer = await asking
    except SystemsError as error:
        return told(error)
    raise AssertionError(answer)


async def the_same(sides: tuple[Side, Side], ask: Callable[[Side], Awaitable[object]]) -> object:
    """What both answer, which must be the same."""
    real, practice = [await ask(side) for side in sides]
    assert practice == real, f"\nreal      {real}\npractice  {practice}"
    return real


async def image_of(side: Side, both: Both) -> str:
    """The lab's only image; the practice cloud asks for none."""
    if side not in (both.real, both.real_member):
        return ""
    way = side.session._way
    assert way is not None
    filters = {"service_type": "image", "interface": "public"}
    answer = await asyncio.to_thread(way.session.request, "/v2/images", "GET", endpoint_filter=filters)
    return str(answer.json()["images"][0]["id"])


async def running(side: Side, both: Both, name: str) -> Instance:
    await side.session.newest()
    if name not in [one.name for one in (await side.reader.instances()).instances]:
        assert (await side.boot(name, side.tiny, await image_of(side, both))).status == 202
    return await side.instance(name, "ACTIVE")


def facts(one: Instance) -> dict[str, object]:
    """What must agree of an instance."""
    return {
        "state": (one.status, one.task, one.vm_state, one.power, one.is_locked),
        "has a host": bool(one.host),
        "has a flavor": bool(one.flavor),
        "times": (one.created_at is not None, one.launched_at is not None, one.updated_at is not None),
        "fault": (one.fault.message, one.fault.code, one.fault.at is not None) if one.fault else None,
        "project": len(one.project),
    }


async def test_instances_services_hypervisors_and_events(both: Both) -> None:
    async def ask(side: Side) -> object:
        own = await running(side, both, "same-1")
        survey = await side.reader.survey()
        assert isinstance(survey.instances, InstancesReading)
        assert isinstance(survey.services, ServicesReading)
        assert isinstance(survey.hypervisors, HypervisorsReading)
        hypervisors = {
            (one.is_up, one.is_enabled, one.disabled_reason) for one in survey.hypervisors.hypervisors
        }
        services = {
            (one.binary, one.is_up, one.is_enabled, one.is_forced_down, one.disabled_reason)
            for one in survey.services.services
        }
        events = [(one.action, one.message, bool(one.user)) for one in (await side.reader.events(own)).events]
        return facts(own), survey.instances.is_all_projects, services, hypervisors, events

    assert await the_same(both.admins, ask)


async def test_every_act_is_verified_and_leaves_the_same_behind(both: Both, tmp_path: Path) -> None:
    arming = Arming(a_journal(tmp_path))
    arming.arm("the test wants it", minutes=60)

    async def ask(side: Side) -> object:
        own = await running(side, both, "same-2")
        found: list[object] = []
        for name in ("stop", "start", "reboot", "hard-reboot"):
            result = await carry_out(
                ACTS[name],
                own,
                side.reader,
                lambda *_: CloudHands(side.session, arming.permit(lambda text: text, system="lab")),
            )
            own = result.instance
            found += [result.kind, facts(own)]
        return found, [one.action for one in (await side.reader.events(own)).events]

    assert await the_same(both.admins, ask)


async def test_what_does_not_fit_the_state_is_refused_in_the_same_words(both: Both) -> None:
    async def ask(side: Side) -> object:
        own = await running(side, both, "same-1")
        found: list[object] = []
        for body in ({"os-start": None}, {"reboot": {"type": "ODD"}}):
            reply = await side.session.order(Order(own.id, body))
            found.append((reply.status, told(refusal(reply, Asked("to start it", own.name)))[0]))
        reply = await side.session.order(Order(own.id, {"os-start": None}))
        found.append(told(refusal(reply, Asked("to start it", own.name))))
        for body in ({"os-start": None}, {"os-stop": None}, {"reboot": {"type": "HARD"}}):
            gone = await side.session.order(Order(NOBODY, body))
            found.append(told(refusal(gone, Asked("to start it", "web"))))
        nobody = replace(own, id=NOBODY, name="web")
        found += [await refused(ask(nobody)) for ask in (side.reader.console_log, side.reader.events)]
        return [*found, await refused(side.reader.console(nobody, "novnc"))]

    assert await the_same(both.admins, ask)


async def test_no_valid_host_and_a_quota_that_is_used_up(both: Both) -> None:
    way = both.real.session
    await way.newest()
    project = (await running(both.real, both, "same-1")).project
    opened = way._way
    assert opened is not None
    await asyncio.to_thread(
        opened.session.request,
        f"/os-quota-sets/{project}",
        "PUT",
        json={"quota_set": {"ram": -1}},
        endpoint_filter={"service_type": "compute", "interface": "public"},
    )

    async def in_error(side: Side) -> object:
        await side.session.newest()
        reply = await side.boot("same-big", side.huge, await image_of(side, both))
        broken = await side.instance("same-big", "ERROR")
        return reply.status, facts(broken), await refused(side.reader.console(broken, "novnc"))

    try:
        assert await the_same(both.admins, in_error)
    finally:
        await both.real.delete("same-big")

    async def over(side: Side) -> object:
        await side.session.newest()
        reply: Reply = await side.boot(
            "same-huge", side.huge, await image_of(both.real, both) if side is both.real_member else ""
        )
        return reply.status, told(refusal(reply, Asked("to boot it")))

    assert await the_same(both.members, over)


async def test_an_account_of_one_project(both: Both) -> None:
    async def ask(side: Side) -> object:
        survey = await side.reader.survey()
        assert isinstance(survey.instances, InstancesReading)
        return (
            survey.instances.is_all_projects,
            await refused(side.reader.services()),
            await refused(side.reader.hypervisors()),
        )

    assert await the_same(both.members, ask)


async def test_addresses_of_consoles_by_type(both: Both) -> None:
    async def ask(side: Side) -> object:
        own = await running(side, both, "same-1")
        found: list[object] = []
        for kind in ("novnc", "serial", "spice-html5", "spice-direct"):
            console = await side.reader.console(own, kind)
            parts = urlsplit(console.url)
            query = parts.query.rpartition("token")[0]
            found.append((console.type, parts.scheme, parts.path, query))
        return [*found, *[await refused(side.reader.console(own, kind)) for kind in ("rdp-html5", "webmks")]]

    assert await the_same(both.admins, ask)


async def test_types_that_are_disabled(both: Both) -> None:
    own = {side.session.cloud: await running(side, both, "same-1") for side in both.admins}
    cloud = both.estate.serving.practice.cloud
    assert cloud is not None
    for host in cloud.nova.hosts.values():
        host.consoles.clear()
    both.octavia.cloud.consoles(SPICE="false", SERIAL="false", VNC="false")
    try:

        async def ask(side: Side) -> object:
            one = own[side.session.cloud]
            return [
                await refused(side.reader.console(one, kind)) for kind in ("novnc", "serial", "spice-html5")
            ]

        assert await the_same(both.admins, ask)
    finally:
        both.octavia.cloud.consoles()


def wrongly_written(place: Path, other: Path, right: str) -> Path:
    """A copy of a clouds.yaml with another password."""
    lines = place.read_text().splitlines(keepends=True)
    other.write_text(
        "".join([line.replace(right, "wrong-one") if "password" in line else line for line in lines])
    )
    return other


async def test_logins_that_are_refused_and_endpoints_that_are_dead(both: Both, tmp_path: Path) -> None:
    async def with_wrong_password(place: Path, cloud: str, right: str) -> tuple[str, str]:
        other = wrongly_written(place, tmp_path / f"{cloud}.yaml", right)
        session = CloudSession(CloudAccess(cloud, str(other)), Redactor().add)
        try:
            return await refused(CloudReader(session).instances())
        finally:
            await session.close()

    serving = both.estate.serving
    real = await with_wrong_password(both.octavia.cloud.clouds_yaml, "lab", PASSWORD)
    practice = await with_wrong_password(serving.folder / "clouds.yaml", "north", "practice")
    assert practice == real, f"\nreal      {real}\npractice  {practice}"
    assert serving.cloud is not None
    await both.real.reader.instances()
    await both.practice.reader.instances()
    serving.cloud.closed = {"compute", "load-balancer"}
    await serving.follow()
    both.octavia.cloud.stop("nova")
    both.octavia.stop()
    try:
        await the_same(both.admins, lambda side: refused(side.reader.instances()))
        await the_same(both.admins, lambda side: refused(side.balancers.balancers()))
    finally:
        both.octavia.cloud.start("nova")
        both.octavia.start()
        serving.cloud.closed = set()
        await serving.follow()
    for side in both.admins:
        assert await side.reader.instances()


async def tree(side: Side, name: str) -> Balancer:
    """Listener, pool, three members of which one is off and one drained, and a monitor."""
    own = await side.made("loadbalancer", "/loadbalancers", "", name=name, vip_subnet_id=side.subnet)
    about = {"protocol": "TCP", "loadbalancer_id": own}
    listener = await side.made(
        "listener", "/listeners", own, name=f"{name}-mysql", protocol_port=3306, **about
    )
    pool = await side.made(
        "pool",
        "/pools",
        own,
        name=f"{name}-galera",
        listener_id=listener,
        protocol="TCP",
        lb_algorithm="ROUND_ROBIN",
    )
    for number, more in ((1, {}), (2, {"admin_state_up": False}), (3, {"weight": 0, "backup": True})):
        await side.made(
            "member",
            f"/pools/{pool}/members",
            own,
            name=f"db{number}",
            address=f"10.0.0.1{number}",
            protocol_port=3306,
            **more,
        )
    times = {"delay": 5, "timeout": 3, "max_retries": 3}
    await side.made("healthmonitor", "/healthmonitors", own, name="check", pool_id=pool, type="TCP", **times)
    reading = await side.balancers.balancers(only=own)
    return next(one for one in reading.balancers if one.id == own)


def shape(one: Balancer) -> dict[str, object]:
    """What must agree of a tree."""
    (listener,), (pool,) = one.listeners, one.pools
    monitor = pool.monitor
    assert monitor is not None
    return {
        "balancer": (one.name, one.provider, one.standing.provisioning, one.standing.is_enabled),
        "listener": (listener.name, listener.protocol, listener.port, listener.standing.provisioning),
        "idle": (listener.client_timeout_ms, listener.member_timeout_ms, listener.allowed_cidrs),
        "default": listener.default_pool == pool.id,
        "pool": (pool.name, pool.protocol, pool.algorithm, pool.listeners == (listener.id,)),
        "monitor": (
            monitor.name,
            monitor.kind,
            monitor.delay_s,
            monitor.timeout_s,
            monitor.rise,
            monitor.fall,
        ),
        "members": sorted(
            (
                member.name,
                member.address,
                member.port,
                member.weight,
                member.is_backup,
                member.standing.is_enabled,
                member.standing.provisioning,
            )
            for member in members_of(pool)
        ),
    }


async def test_load_balancers_as_a_tree_and_their_failover(both: Both, tmp_path: Path) -> None:
    arming = Arming(a_journal(tmp_path))
    arming.arm("the test wants it", minutes=60)

    async def ask(side: Side) -> object:
        one = await tree(side, "same")
        twice = await side.post(
            "/lbaas/listeners",
            {
                "listener": {
                    "name": "again",
                    "protocol": "TCP",
                    "protocol_port": 3306,
                    "loadbalancer_id": one.id,
                }
            },
            Api.BALANCERS,
        )
        result = await carry_out_failover(
            one,
            side.balancers,
            lambda _: CloudHands(side.session, arming.permit(lambda text: text, system="lab")),
        )
        return shape(one), twice.status, told(refusal(twice, Asked("a listener"))), result.kind

    assert await the_same(both.admins, ask)


async def test_a_lock_and_what_is_gone_are_refused_in_the_same_words(both: Both) -> None:
    cloud = both.estate.serving.practice.cloud
    assert cloud is not None
    cloud.octavia.worker_is_up = False
    both.octavia.worker("off")
    try:

        async def ask(side: Side) -> object:
            name = "locked"
            body = {"loadbalancer": {"name": name, "vip_subnet_id": side.subnet}}
            await side.post("/lbaas/loadbalancers", body, Api.BALANCERS)
            reading = await side.balancers.balancers(only="-")
            one = next(one for one in reading.balancers if one.name == name)
            about = {"protocol": "TCP", "protocol_port": 3306, "loadbalancer_id": one.id}
            port = await side.post("/lbaas/listeners", {"listener": about}, Api.BALANCERS)
            locked = await side.session.order(FailoverOrder(one.id))
            gone = await side.session.order(FailoverOrder(NOBODY))
            asked = Asked("a failover of locked", "locked")
            return [one.standing.provisioning, *[told(refusal(r, asked)) for r in (port, locked, gone)]]

        assert await the_same(both.admins, ask)
    finally:
        both.octavia.worker("on")
        cloud.octavia.resume()


async def test_a_member_of_a_project_may_not_fail_over(both: Both) -> None:
    async def ask(side: Side) -> object:
        admin = both.real if side is both.real_member else both.practice
        region = (await asyncio.to_thread(side.session._opened, 15.0)).session
        project = await asyncio.to_thread(region.get_project_id)
        own = await admin.made(
            "loadbalancer",
            "/loadbalancers",
            "",
            name="theirs",
            vip_subnet_id=side.subnet,
            project_id=project,
        )
        other = await admin.made(
            "loadbalancer", "/loadbalancers", "", name="others", vip_subnet_id=side.subnet
        )
        answer = (await side.balancers.survey()).answer
        assert isinstance(answer, BalancersReading)
        seen = [one.id for one in answer.balancers]
        reply = await side.session.order(FailoverOrder(own))
        return own in seen, other in seen, told(refusal(reply, Asked("a failover of theirs", "theirs")))

    assert await the_same(both.members, ask)


@pytest.mark.parametrize("kind", ["serial", "novnc", "spice-html5"])
async def test_a_token_that_is_too_old_is_closed_alike(both: Both, kind: str) -> None:
    both.octavia.cloud.proxies()
    cloud = both.estate.serving.practice.cloud
    assert cloud is not None

    async def ask(side: Side) -> object:
        address = address_of(await side.reader.console(await running(side, both, "same-1"), kind))
        both.octavia.cloud.expire()
        cloud.consoles.expire()
        link = await open_link(address, Trust())
        return await refused(link.receive())

    assert await the_same(both.admins, ask)
