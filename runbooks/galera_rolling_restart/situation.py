"""What a rolling restart is planned from: one look, the operator's answers, and the order of the nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.galera_rolling_restart import inputs
from runbooks.galera_rolling_restart.fuse import window
from runbooks.inputs import is_on
from runbooks.model import Look, Plan, Refusal, Step
from runbooks.steps.checks import status_words
from runbooks.steps.node import Node, node_of
from runbooks.words import count, listed, subject
from systems.galera.readings import ClusterSurvey, WsrepStatus, WsrepVariables

NAME = "galera-rolling-restart"
FREEZE_OPTION = "gcache.freeze_purge_at_seqno"
_CLEARLY = 4
"""So many times as much as any other node must one replicate to be taken for the one with the writes."""
_SOME_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Situation:
    """One cluster as it is seen now, and what the operator wants of it."""

    look: Look
    values: Mapping[str, str]

    @property
    def hosts(self) -> tuple[str, ...]:
        """All nodes of the inventory."""
        return tuple(node.host for node in self.look.survey.nodes)

    @property
    def size(self) -> int:
        """The members that the cluster has when it is whole, arbitrators included."""
        return len(self.hosts) + self.look.survey.arbitrators

    @property
    def writer(self) -> str:
        """The node that goes last: named, or the one that clearly takes the writes; empty: none does."""
        return self.values.get(inputs.WRITER.name, "") or _busiest(self.look.survey)

    @property
    def order(self) -> tuple[str, ...]:
        """The nodes to restart, the one with the writes last."""
        hosts = inputs.chosen(self.values) or self.hosts
        last = tuple(host for host in hosts if host == self.writer)
        return tuple(host for host in hosts if host not in last) + last

    @property
    def downtime_s(self) -> float:
        return inputs.seconds(self.values, inputs.DOWNTIME)

    @property
    def soak_s(self) -> float:
        return inputs.seconds(self.values, inputs.SOAK)

    @property
    def freezes(self) -> bool:
        return is_on(self.values, inputs.FREEZE)

    @property
    def despite(self) -> str:
        """Why a full copy is acceptable; empty: it is not."""
        return self.values.get(inputs.DESPITE_SHORT_WINDOW.name, "").strip()

    def node(self, host: str) -> Node | None:
        """How to command one node; None: its host does not answer."""
        return node_of(self.look.survey.node(host))

    def others(self, host: str) -> tuple[str, ...]:
        return tuple(other for other in self.hosts if other != host)

    def donor_to_freeze(self, host: str) -> str:
        """The first other node whose cache can be frozen; empty: none (MariaDB's provider cannot)."""
        able = (other for other in self.others(host) if _can_freeze(self.look.survey, other))
        return next(able, "")

    def maintenance_mode(self, host: str) -> str | None:
        """Its pxc_maint_mode; None: it has none, so that only its load balancer can drain it."""
        variables = self.look.survey.node(host).variables
        return variables.pxc_maint_mode if isinstance(variables, WsrepVariables) else None

    @property
    def sentence(self) -> str:
        """What is going to be done, led by the order."""
        told = f"{count(len(self.order), 'node')}, one at a time: {', '.join(self.order)}"
        if self.writer in self.order:
            return f"{told}; {self.writer} last, since it takes the writes"
        return told

    @property
    def evidence(self) -> tuple[str, ...]:
        """What each node says of itself, and how long it may be away."""
        return tuple(self._line(host) for host in self.hosts)

    def _line(self, host: str) -> str:
        status = self.look.survey.node(host).status
        if not isinstance(status, WsrepStatus):
            return f"{host}: {status}"
        queue = "–" if status.recv_queue is None else status.recv_queue
        left = window(self.look.survey, host).words if host in self.order else "stays as it is"
        return f"{host}: {status_words(status)}, queue {queue}; {left}"


def plan_of(seen: Situation, steps: tuple[Step, ...]) -> Plan:
    """A plan that tells what was seen, and from which readings."""
    return Plan(NAME, seen.look.survey.name, seen.sentence, steps, seen.evidence)


def refusal_of(seen: Situation, sentence: str, way_on: str, gotchas: tuple[str, ...] = ()) -> Refusal:
    """No plan: what stands against it, what was seen, and what would change the answer."""
    return Refusal(sentence, seen.evidence, way_on, gotchas)


def unknown_names(seen: Situation) -> str:
    """A sentence about names that no node has; empty: all are known."""
    wanted = (*inputs.chosen(seen.values), seen.values.get(inputs.WRITER.name, ""))
    strangers = [name for name in dict.fromkeys(wanted) if name and name not in seen.hosts]
    return f"{subject(strangers, 'is', 'are')} no node of this cluster" if strangers else ""


def names_of(seen: Situation) -> str:
    """Say which nodes there are."""
    return f"The nodes are {listed(seen.hosts)}."


def _busiest(survey: ClusterSurvey) -> str:
    """The node whose clients write clearly more than those of any other, since the servers were started."""
    sent = sorted(
        (status.replicated_bytes / max(status.uptime_s or 1, 1), status.replicated_bytes, node.host)
        for node in survey.nodes
        if isinstance(status := node.status, WsrepStatus) and status.replicated_bytes is not None
    )
    if len(sent) < 2 or sent[-1][1] < _SOME_BYTES or sent[-1][0] < _CLEARLY * sent[-2][0]:
        return ""
    return sent[-1][2]


def _can_freeze(survey: ClusterSurvey, host: str) -> bool:
    variables = survey.node(host).variables
    return isinstance(variables, WsrepVariables) and FREEZE_OPTION in variables.provider_options
