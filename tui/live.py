"""The console on a real estate. What talks to hosts is imported after the first frame, in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from systems.errors import SystemsError
from tui.rhythm import again, side_by_side
from tui.source import Inventory, Opinion, Vip

if TYPE_CHECKING:
    from runbooks.cloud.balancers import BalancersVerdict
    from runbooks.cloud.findings import CloudVerdict
    from runbooks.vips.findings import VipVerdict
    from runbooks.vips.look import VipLook
    from systems.estate import LoadedEstate
    from systems.estate_schema import Haproxy
    from systems.galera.readings import ClusterSurvey, NodeSurvey
    from systems.galera.survey import Surveyor
    from systems.haproxy.readings import BalancerAnswer
    from systems.host import HostAnswer
    from systems.openstack.octavia_readings import BalancersSurvey
    from systems.openstack.readings import CloudSurvey
    from tui.access import Access
    from tui.rehearser import Rehearser
    from tui.works import Works

HOST_EVERY_S = 10.0
"""Seconds between two looks at a host while somebody looks at the hosts."""
BALANCERS_EVERY_S = 15.0
"""Seconds between two looks at the load balancers of a cloud, at least: a look is a request a pool."""


def inventory_of(estate: LoadedEstate) -> Inventory:
    """What there is to watch in an estate."""
    return Inventory(
        name=estate.settings.name,
        colour=estate.settings.color,
        clusters={cluster.name: cluster.nodes for cluster in estate.clusters},
        hosts=estate.hosts,
        clouds=tuple(cloud.name for cloud in estate.clouds),
        vips={one.name: _vip(one.hosts, one.settings) for one in estate.balancers},
    )


def _vip(hosts: tuple[str, ...], settings: Haproxy) -> Vip:
    return Vip(hosts, settings.serves, settings.backend, settings.address)


class LiveSource:
    """Asks the hosts and databases of an estate (`tui.source.Source`)."""

    def __init__(
        self,
        estate: LoadedEstate,
        ask: Callable[[str], Awaitable[str]],
        *,
        rehearses: Callable[[Works, Access], Rehearser] | None = None,
    ) -> None:
        """`ask`: fetches from the operator what `prompt:` references need, masked.

        `rehearses`: makes what rehearses plans of this estate.
        """
        self._estate = estate
        self._ask = ask
        self._rehearses = rehearses
        self._access: Access | None = None
        self._ready = asyncio.Event()
        self._surveyors: dict[str, Surveyor] = {}

    async def open(self) -> Works:
        await asyncio.to_thread(_import_late)
        from systems.secrets import Redactor
        from tui.access import Access
        from tui.open_works import open_works

        self._access = Access(self._estate, Redactor(), ask=self._ask)
        self._ready.set()
        works = await asyncio.to_thread(open_works, self._access)
        if self._rehearses is not None:
            works.rehearser = self._rehearses(works, self._access)
        return works

    async def watch(self, cluster: str) -> AsyncIterator[NodeSurvey]:
        access = await self._opened()
        surveyor = await access.surveyor(cluster)
        self._surveyors[cluster] = surveyor
        every_s = self._estate.cluster(cluster).settings.every_s
        async for survey in surveyor.watch(every_s=every_s):
            yield survey

    def latest(self, cluster: str) -> ClusterSurvey | None:
        surveyor = self._surveyors.get(cluster)
        return surveyor.latest() if surveyor is not None else None

    def judge(self, survey: ClusterSurvey) -> Opinion:
        from runbooks.triage import classify, triage, verdict

        found = classify(survey)
        findings = triage(survey, found=found)
        said = verdict(survey, findings, found=found)
        return Opinion(said.sentence, findings, said.detail, said.scenario)

    async def watch_hosts(self, hosts: Sequence[str]) -> AsyncIterator[HostAnswer]:
        access = await self._opened()
        asks = [partial(_look_at_host, access, host) for host in hosts]
        async for answer in side_by_side(asks, HOST_EVERY_S):
            yield answer

    async def watch_cloud(self, cloud: str) -> AsyncIterator[CloudSurvey]:
        access = await self._opened()
        every_s = self._estate.cloud(cloud).every_s
        async for survey in again(access.clouds.reader(cloud).survey, every_s):
            yield survey

    def judge_cloud(self, survey: CloudSurvey) -> CloudVerdict:
        from runbooks.cloud.findings import judge_cloud

        return judge_cloud(survey)

    async def watch_balancers(self, cloud: str) -> AsyncIterator[BalancersSurvey]:
        access = await self._opened()
        every_s = max(self._estate.cloud(cloud).every_s, BALANCERS_EVERY_S)
        async for survey in again(access.clouds.balancers(cloud).survey, every_s):
            yield survey

    def judge_balancers(self, survey: BalancersSurvey) -> BalancersVerdict:
        from runbooks.cloud.balancers import judge_balancers

        return judge_balancers(survey)

    async def watch_vip(self, vip: str) -> AsyncIterator[BalancerAnswer]:
        access = await self._opened()
        every_s, sockets = self._estate.vip(vip).settings.every_s, access.sockets(vip)
        await access.hosts.warm(next(iter(sockets)))
        async for answer in side_by_side([one.look for one in sockets.values()], every_s):
            yield answer

    def judge_vip(self, look: VipLook) -> VipVerdict:
        from runbooks.vips.findings import judge_vip

        return judge_vip(look)

    async def close(self) -> None:
        if self._access is not None:
            await self._access.close()

    async def _opened(self) -> Access:
        await self._ready.wait()
        if self._access is None:
            message = "the ways into the estate are not open"
            raise RuntimeError(message)
        return self._access


async def _look_at_host(access: Access, host: str) -> HostAnswer:
    from systems.host import HostAnswer, HostReading, read_host
    from tui.desk import utc_now

    try:
        answer: HostReading | SystemsError = await read_host(access.hosts.reader(host))
    except SystemsError as error:
        answer = error
    return HostAnswer(host, utc_now(), answer)


def _import_late() -> None:
    """Import what is heavy here, so that the event loop only finds it imported."""
    import asyncssh  # noqa: F401
    import pymysql  # noqa: F401

    import tui.access
    import tui.open_works  # noqa: F401
