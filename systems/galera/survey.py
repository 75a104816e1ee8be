"""Looks at all nodes of one cluster, side by side: no node ever waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from systems.galera.collect import survey_node
from systems.galera.host_look import HostLook, SurveyOptions
from systems.galera.readings import ClusterSurvey, NodeSurvey
from systems.shell import Reader
from systems.sql import SqlReader

if TYPE_CHECKING:
    from systems.estate_schema import Galera


@dataclass(frozen=True, slots=True)
class NodeAccess:
    """One node of the inventory and the two ways to ask it."""

    host: str
    reader: Reader
    sql: SqlReader
    options: SurveyOptions = field(default_factory=SurveyOptions)


def options_for(galera: Galera, host: str) -> SurveyOptions:
    """How one node of a cluster of the estate is looked at."""
    own = galera.on(host)
    return SurveyOptions(datadir=own.datadir.rstrip("/"), defaults_file=own.defaults_file)


class Surveyor:
    """Looks at one cluster again and again, and remembers what makes the next look cheap."""

    def __init__(self, name: str, nodes: Sequence[NodeAccess], *, arbitrators: int = 0) -> None:
        self.name = name
        self._nodes = tuple(nodes)
        self._arbitrators = arbitrators
        self._looks = {node.host: HostLook(node.host, node.reader, node.options) for node in nodes}
        self._locks = {node.host: asyncio.Lock() for node in nodes}
        self._newest: dict[str, NodeSurvey] = {}
        self._previous: dict[str, NodeSurvey] = {}

    async def survey(
        self, *, full: bool = False, on_node: Callable[[NodeSurvey], None] | None = None
    ) -> ClusterSurvey:
        """Look once at all nodes; return when the last has answered or run past its deadline.

        `on_node` is told each as it arrives; `full` reads the slow part too, whether it is due or not.
        """

        async def one(node: NodeAccess) -> NodeSurvey:
            survey = await self._look(node, full=full)
            if on_node:
                on_node(survey)
            return survey

        before = self._of(self._newest)
        nodes = await asyncio.gather(*(one(node) for node in self._nodes))
        return _cluster(self.name, nodes, before, self._arbitrators)

    async def watch(self, *, every_s: float) -> AsyncGenerator[NodeSurvey, None]:
        """Yield the survey of each node as it arrives, for as long as somebody iterates.

        Every node has a rhythm of its own: a look each `every_s`, and never a second one before the first
        has ended. A node that is slow to answer is asked at most half of the time.
        """
        arrived: asyncio.Queue[NodeSurvey | BaseException] = asyncio.Queue(maxsize=len(self._nodes) or 1)
        tasks = [asyncio.create_task(self._watch_node(node, every_s, arrived)) for node in self._nodes]
        try:
            while tasks:
                survey = await arrived.get()
                if isinstance(survey, BaseException):
                    raise survey
                yield survey
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def latest(self) -> ClusterSurvey | None:
        """The newest survey of every node and the one before it; None: some node was not looked at yet."""
        survey = self._of(self._newest)
        if survey is None:
            return None
        return _cluster(self.name, survey.nodes, self._of(self._previous), self._arbitrators)

    async def _watch_node(
        self, node: NodeAccess, every_s: float, arrived: asyncio.Queue[NodeSurvey | BaseException]
    ) -> None:
        clock = asyncio.get_running_loop().time
        try:
            while True:
                begun = clock()
                survey = await self._look(node)
                took = clock() - begun
                await arrived.put(survey)
                await asyncio.sleep(max(every_s - took, min(took, every_s * 5)))
        except Exception as error:  # noqa: BLE001 - a bug must reach whoever iterates, not die in a task
            await arrived.put(error)

    async def _look(self, node: NodeAccess, *, full: bool = False) -> NodeSurvey:
        async with self._locks[node.host]:
            survey = await survey_node(
                node.host, node.reader, node.sql, node.options, look=self._looks[node.host], full=full
            )
            if node.host in self._newest:
                self._previous[node.host] = self._newest[node.host]
            self._newest[node.host] = survey
            return survey

    def _of(self, surveys: Mapping[str, NodeSurvey]) -> ClusterSurvey | None:
        nodes = [surveys[node.host] for node in self._nodes if node.host in surveys]
        if not nodes or len(nodes) < len(self._nodes):
            return None
        return _cluster(self.name, nodes, None, self._arbitrators)


def _cluster(
    name: str, nodes: Sequence[NodeSurvey], before: ClusterSurvey | None, arbitrators: int
) -> ClusterSurvey:
    return ClusterSurvey(
        name=name,
        taken_at=max((node.taken_at for node in nodes), default=datetime.now(UTC)),
        nodes=tuple(nodes),
        before=replace(before, before=None) if before else None,
        arbitrators=arbitrators,
    )
