"""What lb-vip is planned from: the cluster, each balancer, each node's check, and the operator's answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from runbooks.inputs import is_on, number, told
from runbooks.lb_vip import inputs
from runbooks.model import Context, Look
from runbooks.steps.node import Node, node_of
from runbooks.vips.inputs import CHECK_PORT, SINGLE_WRITER, WRITER
from runbooks.vips.place import SQL_PORT, place_of
from systems.errors import SystemsError
from systems.estate_balancers import Balancers
from systems.galera.readings import ClusterSurvey, HostEvidence
from systems.haproxy.setup import BalancerSetup, listeners, read_setup
from systems.shell import Output, Probe

NAME = "lb-vip"
DISABLED = "/var/tmp/clustercheck.disabled"  # noqa: S108 - where the usual script has it (LB-14)


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """What is on one node's host of the health check."""

    listens: str = ""
    """The program that listens on the check port; empty: nobody does."""
    disabled: bool = False
    """A disable file was left (LB-14)."""
    error: SystemsError | None = None


@dataclass(frozen=True, slots=True)
class VipFound:
    """What the survey found beside the cluster. Data, kept with the run."""

    vip: str
    section: str
    """Name of the section in each configuration."""
    serves: str
    socket: str
    address: str
    probe: str
    """Account of the estate for fresh connections; empty: it names none."""
    balancers: tuple[BalancerSetup, ...]
    checks: Mapping[str, CheckSeen] = field(default_factory=dict)
    nodes: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    """Nodes whose hosts do not answer over SSH."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The nodes and the balancers: the lease marks them all."""
        return tuple(dict.fromkeys((*self.nodes, *(one.host for one in self.balancers))))

    @property
    def answering(self) -> tuple[str, ...]:
        silent = {*self.silent, *(one.host for one in self.balancers if one.error)}
        return tuple(host for host in self.hosts if host not in silent)


async def look_beside(context: Context, vip: Balancers, survey: ClusterSurvey) -> VipFound:
    """Look at the balancers of an address, and at the check of each node, side by side. Raises nothing."""
    settings, port = vip.settings, number(context.values, CHECK_PORT)
    places = {node.host: place for node in survey.nodes if (place := place_of(node))}
    answering = [node.host for node in survey.nodes if isinstance(node.evidence, HostEvidence)]
    setups = asyncio.gather(*(read_setup(context.reader(host), places, port) for host in vip.hosts))
    checks = await asyncio.gather(*(_check_seen(context, host, port) for host in answering))
    return VipFound(
        vip=vip.name,
        section=settings.backend or vip.name,
        serves=settings.serves,
        socket=settings.socket,
        address=settings.address,
        probe=settings.probe.user,
        balancers=tuple(await setups),
        checks=dict(zip(answering, checks, strict=True)),
        nodes=tuple(node.host for node in survey.nodes),
        silent=tuple(node.host for node in survey.nodes if node.host not in answering),
    )


async def _check_seen(context: Context, host: str, port: int) -> CheckSeen:
    probes = (Probe("ss -Hltnp", as_root=True), Probe(f"ls -d {DISABLED}", accepts=None))
    try:
        ports, file = await context.reader(host).read_many(probes)
    except SystemsError as error:
        return CheckSeen(error=error)
    if not isinstance(ports, Output) or not isinstance(file, Output):
        flaw = ports if isinstance(ports, Exception) else file
        return CheckSeen(error=flaw if isinstance(flaw, SystemsError) else SystemsError(str(flaw)))
    return CheckSeen(listeners(ports.stdout).get(port, ""), not file.status)


@dataclass(frozen=True, slots=True)
class Member:
    """One node that the address sends clients to."""

    node: Node
    address: str
    port: int
    number: int
    """Its place in the inventory, from 1: names its account."""

    @property
    def host(self) -> str:
        return self.node.host


@dataclass(frozen=True, slots=True)
class Situation:
    """One address that is to be, and what stands there now."""

    look: Look
    values: Mapping[str, str]

    @property
    def found(self) -> VipFound:
        """What its own survey found; raises `TypeError` for a look of another runbook."""
        if not isinstance(self.look.found, VipFound):
            raise TypeError("lb-vip plans from a look that has balancers in it")
        return self.look.found

    @property
    def balancers(self) -> tuple[BalancerSetup, ...]:
        return self.found.balancers

    @property
    def members(self) -> tuple[Member, ...]:
        """The nodes that tell their address, in inventory order; an arbitrator is none."""
        made = []
        for at, survey in enumerate(self.look.survey.nodes, start=1):
            node, place = node_of(survey), place_of(survey)
            if node is not None and place is not None:
                made.append(Member(node, *place, at))
        return tuple(made)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(member.host for member in self.members)

    @property
    def port(self) -> int:
        given = told(self.values, inputs.PORT) or self.found.address.rpartition(":")[2]
        return int(given) if given else SQL_PORT

    @property
    def reader_port(self) -> int | None:
        given = told(self.values, inputs.READER_PORT)
        return int(given) if given else None

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port,) if self.reader_port is None else (self.port, self.reader_port)

    @property
    def check_port(self) -> int:
        return number(self.values, CHECK_PORT)

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections that are written."""
        name = self.found.section
        return (name,) if self.reader_port is None else (name, f"{name}-readers")

    @property
    def writer(self) -> str:
        """The node that takes all connections; empty: all take them in turn."""
        if not is_on(self.values, SINGLE_WRITER):
            return ""
        return told(self.values, WRITER) or (self.hosts[0] if self.hosts else "")

    @property
    def donors_serve(self) -> bool:
        return is_on(self.values, inputs.DONORS)

    @property
    def stopped(self) -> str:
        """The node that is stopped for the last proof; empty: none."""
        return told(self.values, inputs.KILL_NODE)

    @property
    def check_timeout_ms(self) -> int:
        """How long one check may take: less than the time between two (D.3)."""
        return min(2000, number(self.values, inputs.INTERVAL) * 1000 - 200)

    @property
    def leaves_within_s(self) -> int:
        """How long a node that refuses, or says 503, still gets clients."""
        return number(self.values, inputs.INTERVAL) * number(self.values, inputs.FALL)

    @property
    def hung_within_s(self) -> int:
        """How long a node that hangs still gets clients: each check takes its timeout too."""
        checks_ms = number(self.values, inputs.FALL) * self.check_timeout_ms
        return self.leaves_within_s - -checks_ms // 1000

    @property
    def idle_proof_s(self) -> int:
        """For how long a session is left alone as a proof; 0: that is not done."""
        return int(told(self.values, inputs.IDLE_PROOF) or 0)

    @property
    def can_try(self) -> bool:
        """The estate says how fresh connections are made to this very port."""
        found = self.found
        return bool(found.probe and found.address) and found.address.rpartition(":")[2] == str(self.port)

    @property
    def held_by_nobody(self) -> str | None:
        """The estate's address where no balancer has it; None: one has, or it is a name."""
        address = self.found.address.rpartition(":")[0].strip("[]")
        try:
            ip_address(address)
        except ValueError:
            return None
        return None if any(address in one.addresses for one in self.balancers) else address

    def answers_well(self, host: str) -> bool:
        """Every balancer gets 200 from this node's check already."""
        seen = [balancer.nodes.get(host) for balancer in self.balancers]
        return bool(seen) and all(one is not None and one.check == 200 for one in seen)

    @property
    def desynced(self) -> Member:
        """The node that shows what its state does to its place: the last one that takes no writes."""
        return next(member for member in reversed(self.members) if member.host != self.writer)

    def names(self, hosts: tuple[str, ...]) -> tuple[str, ...]:
        """What the servers on these hosts call themselves."""
        own = {member.host: member.node.evidence.hostname for member in self.members}
        return tuple(own.get(host) or host for host in hosts)

    @property
    def unchecked(self) -> tuple[Member, ...]:
        """Those whose check is still to be made."""
        return tuple(member for member in self.members if not self.answers_well(member.host))
