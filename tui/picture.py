"""What is known of the estate now: the last answer of every node, the last good one, and what follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from systems.errors import SystemsError
from tui.balancers_view import BalancersView
from tui.changes import Change, changes_between
from tui.trends import Trends
from tui.vip_view import VipView

if TYPE_CHECKING:
    from runbooks.cloud.findings import CloudVerdict
    from runbooks.model import Finding
    from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey, WsrepStatus, WsrepVariables
    from systems.haproxy.readings import BalancerAnswer
    from systems.host import HostAnswer, HostReading
    from systems.openstack.readings import CloudSurvey, Instance, InstancesReading
    from tui.source import Opinion, Vip

CHANGES_KEPT = 500


@dataclass(slots=True, eq=False)
class NodeView:
    """One node: its newest answers, and the last good ones, which stay on screen with their age."""

    host: str
    survey: NodeSurvey | None = None
    status: WsrepStatus | None = None
    variables: WsrepVariables | None = None
    evidence: HostEvidence | None = None
    trends: Trends = field(default_factory=Trends)

    def take(self, survey: NodeSurvey) -> None:
        """Take its newest answers; of what did not answer the last good reading stays."""
        before, self.survey = self.survey, survey
        if not isinstance(survey.status, SystemsError):
            self.status = survey.status
        if not isinstance(survey.variables, SystemsError):
            self.variables = survey.variables
        if not isinstance(survey.evidence, SystemsError):
            self.evidence = survey.evidence
        self.trends.take(before, survey)

    @property
    def sql_error(self) -> SystemsError | None:
        """Why its database did not answer the last time; None: it did, or was never asked."""
        answer = self.survey.status if self.survey else None
        return answer if isinstance(answer, SystemsError) else None

    @property
    def ssh_error(self) -> SystemsError | None:
        """Why its host did not answer the last time; None: it did, or was never asked."""
        answer = self.survey.evidence if self.survey else None
        return answer if isinstance(answer, SystemsError) else None

    @property
    def is_silent(self) -> bool:
        """Neither its host nor its database answered."""
        return self.sql_error is not None and self.ssh_error is not None


@dataclass(slots=True, eq=False)
class ClusterView:
    """One Galera cluster: its nodes in inventory order, the last complete look, what triage says of it."""

    name: str
    nodes: dict[str, NodeView]
    survey: ClusterSurvey | None = None
    findings: tuple[Finding, ...] = ()
    sentence: str = ""
    """Triage's verdict in one sentence; empty until the first look is complete."""
    detail: str = ""
    """Its second line, where there is one."""
    about: str = ""
    """Id of the finding that the sentence tells."""
    trouble: str = ""
    """Why the cluster could not be looked at as a whole; empty: it could."""

    @property
    def worst(self) -> int | None:
        """The severity of the worst finding; -1: none. None: it has not been looked at yet."""
        if self.survey is None:
            return None
        return max([int(finding.severity) for finding in self.findings], default=-1)


@dataclass(slots=True, eq=False)
class HostView:
    """One host: its last answer and the last good one."""

    host: str
    roles: tuple[str, ...] = ()
    """The clusters that it is a node of."""
    balances: tuple[str, ...] = ()
    """The virtual addresses that it is a load balancer of."""
    reading: HostReading | None = None
    error: SystemsError | None = None
    asked_at: datetime | None = None

    def take(self, news: HostAnswer) -> None:
        """Take its newest answer; of a host that does not answer the last good reading stays."""
        self.asked_at = news.at
        if isinstance(news.answer, SystemsError):
            self.error = news.answer
        else:
            self.error, self.reading = None, news.answer


@dataclass(slots=True, eq=False)
class CloudView:
    """One OpenStack cloud: its last look, the last list of instances that came, and what is wrong."""

    name: str
    survey: CloudSurvey | None = None
    instances: InstancesReading | None = None
    verdict: CloudVerdict | None = None

    def take(self, survey: CloudSurvey, verdict: CloudVerdict) -> None:
        """Take its newest look; of a list that did not come the last one stays."""
        self.survey, self.verdict = survey, verdict
        if not isinstance(survey.instances, SystemsError):
            self.instances = survey.instances

    def instance(self, key: str) -> Instance | None:
        """The instance of that id in the last list; None: there is none."""
        found = self.instances.instances if self.instances else ()
        return next((one for one in found if one.id == key), None)

    @property
    def error(self) -> SystemsError | None:
        """Why its instances could not be read the last time; None: they were, or were never asked for."""
        answer = self.survey.instances if self.survey else None
        return answer if isinstance(answer, SystemsError) else None


@dataclass(slots=True, eq=False)
class Picture:
    """All of it. One writer, the poller's messages; the panes only read."""

    clusters: dict[str, ClusterView] = field(default_factory=dict)
    hosts: dict[str, HostView] = field(default_factory=dict)
    clouds: dict[str, CloudView] = field(default_factory=dict)
    balancers: dict[str, BalancersView] = field(default_factory=dict)
    """Those of each cloud."""
    vips: dict[str, VipView] = field(default_factory=dict)
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=CHANGES_KEPT))

    def plan(
        self,
        clusters: Mapping[str, Sequence[str]],
        hosts: Iterable[str] = (),
        clouds: Iterable[str] = (),
        vips: Mapping[str, Vip] | None = None,
    ) -> None:
        """Say what there is to watch, before anything has answered: cluster name -> its nodes in order."""
        for name, nodes in clusters.items():
            self.clusters[name] = ClusterView(name, {host: NodeView(host) for host in nodes})
        roles: dict[str, list[str]] = {}
        for name, nodes in clusters.items():
            for host in nodes:
                roles.setdefault(host, []).append(name)
        for host in hosts:
            roles.setdefault(host, [])
        self.vips = {name: VipView(name, plan) for name, plan in (vips or {}).items()}
        self.hosts = {
            host: HostView(host, tuple(names), self._balances(host)) for host, names in roles.items()
        }
        self.clouds = {name: CloudView(name) for name in clouds}
        self.balancers = {name: BalancersView(name) for name in self.clouds}

    def _balances(self, host: str) -> tuple[str, ...]:
        return tuple(name for name, view in self.vips.items() if host in view.plan.hosts)

    def findings_on(self, host: str) -> list[Finding]:
        """What is found against a host in the systems that it is part of, worst first."""
        found = [finding for name in self.hosts[host].roles for finding in self.clusters[name].findings]
        found += [one for view in self.vips_of(host) if view.verdict for one in view.verdict.findings]
        return sorted([one for one in found if host in one.hosts], key=lambda one: -one.severity)

    def vips_of(self, host: str) -> list[VipView]:
        """The virtual addresses that a host balances, or that lead to the node on it."""
        roles = self.hosts[host].roles if host in self.hosts else ()
        return [one for one in self.vips.values() if host in one.plan.hosts or one.plan.serves in roles]

    def take_balancer(self, vip: str, answer: BalancerAnswer) -> None:
        """Take what one load balancer answered."""
        self.changes.extend(self.vips[vip].take(answer))

    def take_node(self, cluster: str, survey: NodeSurvey) -> tuple[Change, ...]:
        """Take one node's answers, and tell what changed since its last ones."""
        node = self.clusters[cluster].nodes.get(survey.host)
        if node is None:
            return ()
        found = changes_between(node.survey, survey)
        node.take(survey)
        self.changes.extend(found)
        return found

    def take_look(self, survey: ClusterSurvey, opinion: Opinion) -> None:
        """Take a complete look and what triage says of it."""
        view = self.clusters[survey.name]
        view.survey, view.trouble = survey, ""
        view.findings, view.sentence = opinion.findings, opinion.sentence
        view.detail, view.about = opinion.detail, opinion.about

    def oldest_s(self, now: datetime) -> float | None:
        """Age of the oldest answer among all nodes; a node that does not answer was still asked.

        Where the estate has no clusters: among its hosts and clouds.
        """
        nodes = [node for view in self.clusters.values() for node in view.nodes.values()]
        taken = [node.survey.taken_at for node in nodes if node.survey is not None]
        if not self.clusters:
            taken = [host.asked_at for host in self.hosts.values() if host.asked_at is not None]
            taken += [cloud.survey.taken_at for cloud in self.clouds.values() if cloud.survey is not None]
        return (now - min(taken)).total_seconds() if taken else None

    def findings(self) -> list[Finding]:
        """All findings of all systems, worst first."""
        found = [finding for view in self.clusters.values() for finding in view.findings]
        return sorted(found, key=lambda finding: -int(finding.severity))
