"""A real cloud and the practice one as two sides of the same questions."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from systems.errors import SystemsError
from systems.openstack.access import Api, CloudAccess
from systems.openstack.asking import Reply
from systems.openstack.cloud import CloudReader
from systems.openstack.octavia import BalancerReader
from systems.openstack.readings import Instance
from systems.openstack.session import CloudSession
from systems.secrets import Redactor
from tests.lab.octavia import Octavia
from tests.practice.inside import Inside

DEADLINE_S = 90.0
_VOLATILE = (
    (re.compile(r"https?://127\.0\.0\.1:\d+"), "URL"),
    (re.compile(r"127\.0\.0\.1:\d+"), "PLACE"),
    (re.compile(r"\b(req-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b(lab-compute-1|cmp[123])\b"), "HOST"),
    (re.compile(r"^(lab(-user)?|north(-shop)?): "), "CLOUD: "),
    (re.compile(r"--os-cloud \S+"), "--os-cloud CLOUD"),
    (re.compile(r"Requested \d+, but already used \d+ of \d+"), "Requested N, but already used N of N"),
)


def told(error: SystemsError) -> tuple[str, str]:
    """Kind and words of an error, without what is each cloud's own."""
    words = str(error)
    for pattern, stands in _VOLATILE:
        words = pattern.sub(stands, words)
    return type(error).__name__, words


@dataclass
class Side:
    """One cloud as one account sees it, and what a test makes there as an operator would by another tool."""

    session: CloudSession
    tiny: str
    huge: str
    subnet: str = ""

    def __post_init__(self) -> None:
        self.reader, self.balancers = CloudReader(self.session), BalancerReader(self.session)

    async def post(self, path: str, body: Mapping[str, object], api: Api = Api.COMPUTE) -> Reply:
        """Send what no reader may send, by the session's own way."""
        endpoint = await asyncio.to_thread(self.session._reached, api, 15.0)
        answer = await asyncio.to_thread(
            endpoint.adapter.request,
            path,
            "POST",
            json=body,
            raise_exc=False,
            microversion="2.37" if api is Api.COMPUTE else None,
        )
        at = (await self.reader.instances()).taken_at
        return Reply(
            self.session.cloud, endpoint.where, answer.status_code, answer.content, at, service=api.service
        )

    async def flavor(self, name: str) -> str:
        endpoint = await asyncio.to_thread(self.session._reached, Api.COMPUTE, 15.0)
        answer = await asyncio.to_thread(endpoint.adapter.request, "/flavors", "GET")
        return str({one["name"]: one["id"] for one in answer.json()["flavors"]}[name])

    async def boot(self, name: str, flavor: str, image: str) -> Reply:
        server = {"name": name, "flavorRef": await self.flavor(flavor), "networks": "none"}
        return await self.post("/servers", {"server": server | {"imageRef": image}})

    async def instance(self, name: str, *statuses: str) -> Instance:
        """Wait until it is in one of these statuses; fails after a deadline."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                found = {one.name: one for one in (await self.reader.instances()).instances}
                if name in found and found[name].status in statuses and not found[name].task:
                    return found[name]
                await asyncio.sleep(0.2)

    async def delete(self, name: str) -> None:
        """Take an instance away that would stand in the way of other tests on the same cloud."""
        endpoint = await asyncio.to_thread(self.session._reached, Api.COMPUTE, 15.0)
        for one in (await self.reader.instances()).instances:
            if one.name == name:
                path = f"/servers/{one.id}"
                await asyncio.to_thread(endpoint.adapter.request, path, "DELETE", raise_exc=False)
        async with asyncio.timeout(DEADLINE_S):
            while True:
                if name not in [one.name for one in (await self.reader.instances()).instances]:
                    return
                await asyncio.sleep(0.2)

    async def made(self, kind: str, path: str, owner: str, **values: object) -> str:
        """Make one object of Octavia, and wait until its load balancer is no longer locked; its id."""
        reply = await self.post(f"/lbaas{path}", {kind: values}, Api.BALANCERS)
        assert reply.status == 201, reply.body
        key = re.search(rb'"id": ?"([0-9a-f-]{36})"', reply.body)
        assert key is not None
        own = key[1].decode()
        async with asyncio.timeout(DEADLINE_S):
            while True:
                reading = await self.balancers.balancers(only="-")
                found = next(one for one in reading.balancers if one.id == (owner or own))
                if not found.standing.is_pending:
                    return own
                await asyncio.sleep(0.2)


@asynccontextmanager
async def side_of(clouds_yaml: Path, cloud: str, tiny: str, huge: str, subnet: str) -> AsyncIterator[Side]:
    session = CloudSession(CloudAccess(cloud, str(clouds_yaml)), Redactor().add)
    try:
        yield Side(session, tiny, huge, subnet)
    finally:
        await session.close()


@dataclass
class Both:
    """The real one and the practice one, each as an administrator and as a member of a project."""

    octavia: Octavia
    estate: Inside
    real: Side
    real_member: Side
    practice: Side
    practice_member: Side

    @property
    def admins(self) -> tuple[Side, Side]:
        return self.real, self.practice

    @property
    def members(self) -> tuple[Side, Side]:
        return self.real_member, self.practice_member


SUBNET = "22222222-2222-2222-2222-222222222222"


@asynccontextmanager
async def both_of(octavia: Octavia, estate: Inside) -> AsyncIterator[Both]:
    real = (octavia.cloud.clouds_yaml, "lab.tiny", "lab.huge")
    own = (estate.serving.folder / "clouds.yaml", "m1.small", "m1.huge")
    async with (
        side_of(real[0], "lab", *real[1:], SUBNET) as admin,
        side_of(real[0], "lab-user", *real[1:], SUBNET) as member,
        side_of(own[0], "north", *own[1:], SUBNET) as practice,
        side_of(own[0], "north-shop", *own[1:], SUBNET) as practice_member,
    ):
        yield Both(octavia, estate, admin, member, practice, practice_member)
