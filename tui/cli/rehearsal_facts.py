"""What a survey tells of a real cluster, as the plain facts that a practice estate takes over.

The words of these facts are the practice estate's own; it reads and checks them by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.membership import fragments, primary_groups
from runbooks.steps.node import BOOTSTRAP_UNIT, node_of
from systems.galera.predict import position_of
from systems.galera.rates import transaction_rate
from systems.galera.readings import (
    ClusterSurvey,
    HostEvidence,
    NodeSurvey,
    WsrepStatus,
    WsrepVariables,
)
from systems.galera.sizes import parse_bytes

Facts = dict[str, object]


def facts_of(survey: ClusterSurvey) -> Facts:
    """The whole cluster; what nobody could read is left out."""
    components = {
        host: number
        for number, group in enumerate((*primary_groups(survey), *fragments(survey)))
        for host in group.hosts
    }
    shares = _write_shares(survey)
    hosts = {
        node.host: {
            **_host(node, components.get(node.host)),
            **_position(survey, node),
            "write_share": shares.get(node.host, 0.0),
        }
        for node in survey.nodes
    }
    facts: Facts = {"cluster": survey.name, "hosts": hosts}
    if (rate := _writes_per_s(survey)) is not None:
        facts["writes_per_s"] = rate
    return facts


def facts_of_blank(survey: ClusterSurvey, addresses: Mapping[str, str]) -> Facts:
    """Hosts where nothing is configured yet; `addresses`: those that the operator gave, by host."""
    hosts: dict[str, Facts] = {}
    for node in survey.nodes:
        evidence = node.evidence
        facts: Facts = {"silent": not node.answers_ssh}
        if isinstance(evidence, HostEvidence):
            own = (text for text in evidence.addresses if not text.startswith("127.") and ":" not in text)
            if address := addresses.get(node.host) or next(own, ""):
                facts["address"] = address
            facts |= _of_disk(evidence)
        hosts[node.host] = facts
    return {"cluster": survey.name, "blank": True, "hosts": hosts}


def unlike_in_kind(real: ClusterSurvey, copy: ClusterSurvey) -> tuple[str, ...]:
    """What runs on the copy instead of what runs on the real hosts, a sentence each."""
    told = []
    for node in real.nodes:
        here, there = node.evidence, copy.node(node.host).evidence
        owned, copied = node_of(node), node_of(copy.node(node.host))
        if owned is not None and copied is not None and owned.in_bootstrap_unit:
            told.append(f"{node.host} runs in {owned.owner}: its copy runs in {copied.owner}")
        if is_unsaved(node):
            told.append(f"{node.host} has not told its position: its copy has all that is known, a guess")
        if not isinstance(here, HostEvidence):
            told.append(f"{node.host} does not answer: its copy is off the network, whatever the host does")
        elif isinstance(there, HostEvidence) and here.server_version != there.server_version:
            told.append(
                f"{node.host} runs {here.flavour.value} {here.server_version}: its copy runs "
                f"{there.flavour.value} {there.server_version}"
            )
    return tuple(told)


def _position(survey: ClusterSurvey, node: NodeSurvey) -> Facts:
    """Where its data stands; of a node that did not write that down, a guess: all that is known."""
    position = position_of(node)
    if position.is_known:
        return {"uuid": position.uuid, "seqno": position.seqno}
    if is_unsaved(node):
        same = [other for one in survey.nodes if (other := position_of(one)).uuid == position.uuid]
        return {"uuid": position.uuid, "seqno": max(1, *(other.seqno for other in same))}
    return {}


def is_unsaved(node: NodeSurvey) -> bool:
    """It has a history, and nobody knows how far it came: it did not end in order, or was not recovered."""
    position = position_of(node)
    return bool(position.uuid) and not position.is_zero and position.seqno < 0


def _host(node: NodeSurvey, component: int | None) -> Facts:
    facts: Facts = {
        "silent": not node.answers_ssh,
        "runs": component is not None,
        "component": component,
    }
    return facts | _of_status(node.status) | _of_variables(node.variables) | _of_evidence(node)


def _of_status(status: object) -> Facts:
    if not isinstance(status, WsrepStatus):
        return {}
    facts: Facts = {"primary": status.is_primary}
    if status.conf_id is not None:
        facts["view"] = status.conf_id
    if status.gcomm_uuid:
        facts["member_uuid"] = status.gcomm_uuid
    if status.cached_downto is not None:
        facts["cached_from"] = status.cached_downto
    return facts


def _of_variables(variables: object) -> Facts:
    if not isinstance(variables, WsrepVariables):
        return {}
    facts: Facts = {"desync": variables.desync}
    weight = variables.provider_options.get("pc.weight", "")
    if weight.isdecimal():
        facts["weight"] = int(weight)
    if cache := parse_bytes(variables.provider_options.get("gcache.size", "")):
        facts["cache_bytes"] = cache
    return facts


def _of_evidence(survey: NodeSurvey) -> Facts:
    node = node_of(survey)
    if node is None:
        return {}
    evidence, unit = node.evidence, node.evidence.units.get(node.unit)
    bootstrap = evidence.units.get(BOOTSTRAP_UNIT)
    facts: Facts = {
        "failed": bool(node.failed),
        "enabled": unit is not None and unit.enabled == "enabled",
        "bootstrap_enabled": bootstrap is not None and bootstrap.enabled == "enabled",
    }
    for name, unit_state in (("invocation", unit), ("bootstrap_invocation", bootstrap)):
        if unit_state is not None and unit_state.invocation:
            facts[name] = unit_state.invocation
    if evidence.boot_id:
        facts["boot_id"] = evidence.boot_id
    if (saved := evidence.grastate) is not None:
        facts["saved"] = {
            "uuid": saved.position.uuid,
            "seqno": saved.position.seqno,
            "safe": saved.safe_to_bootstrap is True,
        }
    if (view := evidence.gvwstate) is not None:
        facts["last_view"] = {"member_uuid": view.my_uuid, "members": list(view.members)}
    if evidence.datadir_bytes:
        facts["data_bytes"] = evidence.datadir_bytes
    return facts | _of_disk(evidence)


def _of_disk(evidence: HostEvidence) -> Facts:
    disk = evidence.filesystem
    return {"disk_bytes": disk.size_bytes, "disk_free_bytes": disk.free_bytes} if disk is not None else {}


def _write_shares(survey: ClusterSurvey) -> dict[str, float]:
    """Which part of what was written each node's clients sent, since the servers were started."""
    rates = {
        node.host: status.replicated_bytes / max(status.uptime_s or 1, 1)
        for node in survey.nodes
        if isinstance(status := node.status, WsrepStatus) and status.replicated_bytes is not None
    }
    total = sum(rates.values())
    return {host: rate / total for host, rate in rates.items()} if total else {}


def _writes_per_s(survey: ClusterSurvey) -> float | None:
    """Transactions a second between the last two looks; None: they do not tell."""
    if survey.before is None:
        return None
    rates = [transaction_rate(survey.before.node(node.host), node) for node in survey.nodes]
    return max((rate for rate in rates if rate is not None), default=None)
