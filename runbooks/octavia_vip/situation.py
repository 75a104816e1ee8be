"""What octavia-vip is planned from: the cluster, its nodes' checks, and what Octavia has of that name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from runbooks.inputs import is_on, named, number, told
from runbooks.model import Context, Look
from runbooks.octavia_vip import inputs
from runbooks.vips.inputs import CHECK_PORT, IDLE, SINGLE_WRITER, WRITER
from runbooks.vips.place import place_of
from systems.errors import SystemsError
from systems.galera.readings import Answer, ClusterSurvey, NodeSurvey
from systems.haproxy.setup import NodeSeen, see_node
from systems.openstack.octavia_readings import Balancer, BalancersReading

NAME = "octavia-vip"


@dataclass(frozen=True, slots=True)
class OctaviaFound:
    """What the survey found beside the cluster. Data, kept with the run."""

    cloud: str
    cluster: str
    nodes: tuple[str, ...]
    silent: tuple[str, ...]
    """Nodes whose hosts do not answer over SSH."""
    reading: Answer[BalancersReading]
    """The load balancers of the wanted name alone."""
    checks: Mapping[str, Answer[NodeSeen]]
    """What each node's check answers, asked from the node itself."""

    @property
    def hosts(self) -> tuple[str, ...]:
        return self.nodes

    @property
    def answering(self) -> tuple[str, ...]:
        return tuple(host for host in self.nodes if host not in self.silent)


async def look_before(context: Context, cloud: str, survey: ClusterSurvey) -> OctaviaFound:
    """Ask Octavia, and each node's check, side by side. Raises nothing."""
    port = number(context.values, CHECK_PORT)
    hosts = [node.host for node in survey.nodes]
    checks = asyncio.gather(*(_check(context, node, port) for node in survey.nodes))
    try:
        reading: Answer[BalancersReading] = await tree_now(context, cloud, name_of(context.values))
    except SystemsError as error:
        reading = error
    return OctaviaFound(
        cloud=cloud,
        cluster=survey.name,
        nodes=tuple(hosts),
        silent=tuple(node.host for node in survey.nodes if not node.answers_ssh),
        reading=reading,
        checks=dict(zip(hosts, await checks, strict=True)),
    )


async def _check(context: Context, node: NodeSurvey, port: int) -> Answer[NodeSeen]:
    place = place_of(node)
    if place is None:
        return NodeSeen(None, None)
    try:
        return await see_node(context.reader(node.host), *place, port)
    except SystemsError as error:
        return error


async def tree_now(context: Context, cloud: str, name: str, known: str = "") -> BalancersReading:
    """The load balancers of that name, with all that hangs below where it is one.

    `known`: the id that it had when it was last read, which saves a second reading.
    """
    reader = context.clouds.balancers(cloud)
    # the members of other load balancers are a request a pool, and of no interest
    reading = await reader.balancers(only=known or "-")
    named = [one for one in reading.balancers if one.name == name]
    if len(named) == 1 and named[0].pools and named[0].id != known:
        reading = await reader.balancers(only=named[0].id)
    return replace(reading, balancers=tuple([one for one in reading.balancers if one.name == name]))


def name_of(values: Mapping[str, str]) -> str:
    """Of the load balancer."""
    return told(values, inputs.NAME) or f"{told(values, inputs.CLUSTER)}-vip"


@dataclass(frozen=True, slots=True)
class Behind:
    """One node that clients are sent to."""

    host: str
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Situation:
    """One load balancer that is to be, and what stands there now."""

    look: Look
    values: Mapping[str, str]
    facts: Mapping[str, str]

    @property
    def found(self) -> OctaviaFound:
        """What its own survey found; raises `TypeError` for a look of another runbook."""
        if not isinstance(self.look.found, OctaviaFound):
            raise TypeError("octavia-vip plans from a look that has load balancers in it")
        return self.look.found

    @property
    def name(self) -> str:
        return name_of(self.values)

    @property
    def balancers(self) -> tuple[Balancer, ...]:
        reading = self.found.reading
        return () if isinstance(reading, SystemsError) else reading.balancers

    @property
    def balancer(self) -> Balancer | None:
        return next(iter(self.balancers), None)

    async def now(self, context: Context) -> BalancersReading:
        """What Octavia has of that name now."""
        known = self.balancer.id if self.balancer else ""
        return await tree_now(context, self.found.cloud, self.name, known)

    @property
    def behind(self) -> tuple[Behind, ...]:
        """The nodes that tell their address, in inventory order; an arbitrator is none."""
        places = [(node.host, place_of(node)) for node in self.look.survey.nodes]
        return tuple([Behind(host, *place) for host, place in places if place is not None])

    @property
    def writer(self) -> str:
        """The node that takes all connections; empty: all of them do."""
        if not is_on(self.values, SINGLE_WRITER):
            return ""
        return told(self.values, WRITER) or next((one.host for one in self.behind), "")

    @property
    def port(self) -> int:
        return number(self.values, inputs.PORT)

    @property
    def check_port(self) -> int:
        return number(self.values, CHECK_PORT)

    @property
    def idle_s(self) -> int:
        return number(self.values, IDLE)

    @property
    def delay_s(self) -> int:
        return number(self.values, inputs.DELAY)

    @property
    def timeout_s(self) -> int:
        """Of one check: below the delay, or Octavia checks again before the first has ended (D.3)."""
        return self.delay_s // 2 + (1 if self.delay_s > 2 else 0)

    @property
    def algorithm(self) -> str:
        return told(self.values, inputs.ALGORITHM)

    @property
    def allowed_cidrs(self) -> tuple[str, ...]:
        return named(self.values, inputs.ALLOWED)

    @property
    def subnet(self) -> str:
        return told(self.values, inputs.SUBNET)

    @property
    def member_subnet(self) -> str:
        return told(self.values, inputs.MEMBER_SUBNET)

    @property
    def takes_away(self) -> bool:
        return is_on(self.values, inputs.TAKE_AWAY)
