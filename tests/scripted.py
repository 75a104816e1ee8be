"""A source that says what it is told: readings made by hand, and triage for real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

from runbooks.cloud.balancers import BalancersVerdict, judge_balancers
from runbooks.cloud.findings import CloudVerdict, judge_cloud
from runbooks.journal.port import JournalError
from runbooks.triage import classify, triage, verdict
from runbooks.vips.findings import VipVerdict, judge_vip
from runbooks.vips.look import VipLook
from systems.errors import SystemsError
from systems.galera.readings import ClusterSurvey, NodeSurvey
from systems.haproxy.readings import BalancerAnswer
from systems.host import HostAnswer, HostReading
from systems.openstack.octavia_readings import BalancersSurvey
from systems.openstack.readings import CloudSurvey
from tests.reading_builders import NOON
from tui.source import Inventory, Opinion, Vip
from tui.works import Works


class ScriptedSource:
    """Tells all looks at once, one after the other; with `stepwise` each after the first at `go_on`."""

    def __init__(
        self,
        looks: Mapping[str, Sequence[ClusterSurvey]],
        *,
        hosts: Mapping[str, HostReading | SystemsError] | None = None,
        name: str = "north",
        colour: str = "red",
        stepwise: bool = False,
        works: Works | None = None,
        clouds: Mapping[str, CloudSurvey] | None = None,
        octavias: Mapping[str, BalancersSurvey] | None = None,
        vips: Mapping[str, Vip] | None = None,
        balancers: Callable[[], Sequence[BalancerAnswer]] = tuple,
    ) -> None:
        """`balancers`: what all load balancers say now."""
        self._stepwise, self._works = stepwise, works
        self._looks = {cluster: list(surveys) for cluster, surveys in looks.items()}
        self._hosts = dict(hosts or {})
        self._clouds = dict(clouds or {})
        self._octavias = dict(octavias or {})
        self._balancers, self._turn = balancers, asyncio.Event()
        self._told: dict[str, dict[str, NodeSurvey]] = {cluster: {} for cluster in looks}
        self._before: dict[str, ClusterSurvey | None] = dict.fromkeys(looks)
        self._wake: dict[str, asyncio.Event] = {}
        self._held = False
        self.watched: set[str] = set()
        """What is asked at this moment."""
        nodes = {name: [node.host for node in surveys[0].nodes] for name, surveys in looks.items()}
        self.inventory = Inventory(name, colour, nodes, tuple(self._hosts), tuple(self._clouds), vips or {})

    async def open(self) -> Works:
        """Hand over the works, or say why there are none."""
        if self._works is None:
            raise JournalError("this scene has no journal")
        return self._works

    async def watch(self, cluster: str) -> AsyncIterator[NodeSurvey]:
        self.watched.add(cluster)
        wake = self._wake.setdefault(cluster, asyncio.Event())
        try:
            while True:
                while self._looks[cluster] and not self._held:
                    before = self.latest(cluster)
                    self._before[cluster] = replace(before, before=None) if before else None
                    for node in self._looks[cluster].pop(0).nodes:
                        self._told[cluster][node.host] = node
                        yield node
                    if self._stepwise:
                        break
                wake.clear()
                await wake.wait()
        finally:
            self.watched.discard(cluster)

    def break_works(self) -> None:
        """From now on there is no journal."""
        self._works = None

    def hold(self) -> None:
        """Answer nothing."""
        self._held = True

    def go_on(self, cluster: str) -> None:
        """Tell the next look."""
        self._wake.setdefault(cluster, asyncio.Event()).set()

    def latest(self, cluster: str) -> ClusterSurvey | None:
        told = self._told[cluster]
        nodes = self.inventory.clusters[cluster]
        if any(host not in told for host in nodes):
            return None
        surveys = tuple([told[host] for host in nodes])
        at = max(survey.taken_at for survey in surveys)
        return ClusterSurvey(cluster, at, surveys, before=self._before[cluster])

    def judge(self, survey: ClusterSurvey) -> Opinion:
        found = classify(survey)
        findings = triage(survey, found=found)
        said = verdict(survey, findings, found=found)
        return Opinion(said.sentence, findings, said.detail, said.scenario)

    async def watch_hosts(self, hosts: Sequence[str]) -> AsyncIterator[HostAnswer]:
        self.watched.add("hosts")
        try:
            for host in hosts:
                if host in self._hosts and not self._held:
                    yield HostAnswer(host, NOON, self._hosts[host])
            await asyncio.Event().wait()
        finally:
            self.watched.discard("hosts")

    async def watch_cloud(self, cloud: str) -> AsyncIterator[CloudSurvey]:
        self.watched.add(f"cloud {cloud}")
        try:
            if not self._held:
                yield self._clouds[cloud]
            await asyncio.Event().wait()
        finally:
            self.watched.discard(f"cloud {cloud}")

    def judge_cloud(self, survey: CloudSurvey) -> CloudVerdict:
        return judge_cloud(survey)

    async def watch_balancers(self, cloud: str) -> AsyncIterator[BalancersSurvey]:
        self.watched.add(f"balancers {cloud}")
        try:
            if not self._held and cloud in self._octavias:
                yield self._octavias[cloud]
            await asyncio.Event().wait()
        finally:
            self.watched.discard(f"balancers {cloud}")

    def judge_balancers(self, survey: BalancersSurvey) -> BalancersVerdict:
        return judge_balancers(survey)

    async def watch_vip(self, vip: str) -> AsyncIterator[BalancerAnswer]:
        self.watched.add(f"vip {vip}")
        try:
            while True:
                self._turn.clear()
                for answer in () if self._held else self._balancers():
                    yield answer
                await self._turn.wait()
        finally:
            self.watched.discard(f"vip {vip}")

    def ask_balancers(self) -> None:
        """Let them be asked again."""
        self._turn.set()

    def judge_vip(self, look: VipLook) -> VipVerdict:
        return judge_vip(look)

    async def close(self) -> None:
        """Nothing is open."""
