"""Asks what somebody looks at, and nothing else; what arrives is gathered until the next tick."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.picture import Picture
    from tui.source import Source
    from tui.vip_view import VipView

HOSTS = "hosts"
"""Name of the watch over hosts, beside those of the clusters."""
CLOUD = "cloud "
"""What the name of the watch over a cloud begins with."""
BALANCERS = "balancers "
"""What the name of the watch over the load balancers of a cloud begins with."""
VIP = "vip "
"""What the name of the watch over a virtual address begins with."""
REST_S = 30.0
"""How long a watch that broke is left alone."""


class Poller:
    """One task a watched system. `attend` starts and ends them; `digest` judges what came since the last."""

    def __init__(self, source: Source, picture: Picture, on_first: Callable[[], None]) -> None:
        """`on_first` is told when something arrives of which nothing was known: it shall not wait."""
        self._source = source
        self._picture = picture
        self._on_first = on_first
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._fresh: set[str] = set()
        self._resting: dict[str, float] = {}
        """What broke, and until when it is left alone."""

    @property
    def attended(self) -> frozenset[str]:
        """Names of what is asked now."""
        return frozenset(self._tasks)

    def attend(self, wanted: Iterable[str]) -> None:
        """Ask exactly these: cluster names, `HOSTS`, and names with `CLOUD`, `BALANCERS` or `VIP` before."""
        now = time.monotonic()
        names = {name for name in wanted if self._resting.get(name, 0.0) <= now}
        for name in set(self._tasks) - names:
            self._tasks.pop(name).cancel()
        for name in sorted(names - set(self._tasks)):
            self._tasks[name] = asyncio.create_task(self._watch(name), name=f"watch {name}")

    async def stop(self) -> None:
        """End everything and wait for it."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def broken(self) -> list[str]:
        """Take out the watches that ended by an error of the console's own, in a sentence each.

        They are begun again after a rest.
        """
        sentences = []
        for name, task in list(self._tasks.items()):
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                del self._tasks[name]
                self._resting[name] = time.monotonic() + REST_S
                sentences.append(f"{name}: {error!r}")
        return sentences

    def digest(self) -> bool:
        """Judge the clusters and virtual addresses of which something arrived; say whether anything did."""
        fresh, self._fresh = self._fresh, set()
        for name in fresh & set(self._picture.clusters):
            survey = self._source.latest(name)
            if survey is not None:
                self._picture.take_look(survey, self._source.judge(survey))
        for view in self._picture.vips.values():
            if view.answers and (VIP + view.name in fresh or view.plan.serves in fresh):
                self._judge_vip(view)
        return bool(fresh)

    async def _watch(self, name: str) -> None:
        if name == HOSTS:
            await self._watch_hosts()
        elif name.startswith(VIP):
            await self._watch_vip(name.removeprefix(VIP))
        elif name.startswith(CLOUD):
            await self._watch_cloud(name.removeprefix(CLOUD))
        elif name.startswith(BALANCERS):
            await self._watch_balancers(name.removeprefix(BALANCERS))
        else:
            await self._watch_cluster(name)

    async def _watch_cloud(self, name: str) -> None:
        view = self._picture.clouds[name]
        async for survey in self._source.watch_cloud(name):
            first = view.survey is None
            view.take(survey, self._source.judge_cloud(survey))
            self._arrived(CLOUD + name, first=first)

    async def _watch_balancers(self, cloud: str) -> None:
        view = self._picture.balancers[cloud]
        async for survey in self._source.watch_balancers(cloud):
            first = view.survey is None
            view.take(survey, self._source.judge_balancers(survey))
            self._arrived(BALANCERS + cloud, first=first)

    async def _watch_vip(self, name: str) -> None:
        view = self._picture.vips[name]
        async for answer in self._source.watch_vip(name):
            first = answer.host not in view.answers
            self._picture.take_balancer(name, answer)
            self._arrived(VIP + name, first=first)

    def _judge_vip(self, view: VipView) -> None:
        """Hold what its balancers believe against what the nodes behind it said last."""
        from runbooks.vips.look import VipLook, node_addresses

        survey = self._source.latest(view.plan.serves) if view.plan.serves else None
        view.addresses |= node_addresses(survey)
        answers = tuple(view.answers[host] for host in view.plan.hosts if host in view.answers)
        taken_at = max(answer.at for answer in answers)
        look = VipLook(view.name, taken_at, answers, survey, view.plan.backend, dict(view.addresses))
        view.take_verdict(self._source.judge_vip(look))

    async def _watch_cluster(self, name: str) -> None:
        nodes = self._picture.clusters[name].nodes
        async for survey in self._source.watch(name):
            first = nodes[survey.host].survey is None
            self._picture.take_node(name, survey)
            self._arrived(name, first=first)

    async def _watch_hosts(self) -> None:
        hosts = self._picture.hosts
        async for answer in self._source.watch_hosts(tuple(hosts)):
            first = hosts[answer.host].asked_at is None
            hosts[answer.host].take(answer)
            self._arrived(HOSTS, first=first)

    def _arrived(self, name: str, *, first: bool) -> None:
        self._fresh.add(name)
        if first:
            self._on_first()
