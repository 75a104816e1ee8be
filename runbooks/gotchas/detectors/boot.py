"""Detectors of how nodes are started: bootstrap units and flags, empty addresses, a Primary that lives."""

from __future__ import annotations

from runbooks.gotchas.detectors.common import of_evidence
from runbooks.logs import hit
from runbooks.membership import is_silent, moving_unit, primary_groups, runs
from runbooks.model import Look, Sighting, no, unknown, yes
from runbooks.triage.moving import joiners
from runbooks.words import count, listed, short, subject
from systems.galera.readings import (
    Flavour,
    HostEvidence,
    NodeSurvey,
    UnitState,
    WsrepStatus,
    WsrepVariables,
)

_COMMANDS = {
    Flavour.MARIADB: "galera_new_cluster",
    Flavour.PXC: "systemctl start mysql@bootstrap",
    Flavour.CODERSHIP: "mysqld_bootstrap",
}


def primary_lives(look: Look) -> Sighting:
    """PXC-09, REC-01, REC-08: YES when a Primary component exists.

    UNKNOWN when none is seen and a node is silent, since that one may be Primary.
    """
    groups = primary_groups(look.survey)
    if groups:
        sides = "; ".join(f"{listed(group.hosts)} ({short(group.state_uuid)})" for group in groups)
        return yes(f"a Primary component lives: {sides}", *(host for group in groups for host in group.hosts))
    silent = [node.host for node in look.survey.nodes if is_silent(node)]
    if silent:
        return unknown(f"{listed(silent)} may be Primary: no answer from its database", *silent)
    return no(f"no Primary anywhere: {count(len(look.survey.nodes), 'node')} asked")


def clusters_of_one(look: Look) -> Sighting:
    """PXC-01: several nodes, each Primary with a history and a size of its own."""
    lone = [group for group in primary_groups(look.survey) if len(group.hosts) == 1 and group.size == 1]
    if len(lone) > 1 and len({group.state_uuid for group in lone}) > 1:
        told = "; ".join(f"{group.hosts[0]} is alone in {short(group.state_uuid)}" for group in lone)
        return yes(told, *(group.hosts[0] for group in lone))
    silent = [node.host for node in look.survey.nodes if is_silent(node)]
    if silent:
        return unknown(f"{listed(silent)} could not be asked", *silent)
    return no("no two nodes are clusters of their own")


def empty_address(look: Look) -> Sighting:
    """PXC-02: an empty list in the option files, which the next start reads; else the running value."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str | Sighting:
        address = evidence.configured.get("wsrep_cluster_address")
        if address is None and isinstance(node.variables, WsrepVariables):
            address = node.variables.cluster_address
        if address is None:
            return unknown(
                f"{node.host}: wsrep_cluster_address stands in none of its option files", node.host
            )
        bare = address.strip().strip("'\"").split("?", 1)[0]
        return f"{node.host}: wsrep_cluster_address is {bare or 'empty'}" if bare in ("", "gcomm://") else ""

    return of_evidence(look, judge, "every node has a list of peers in wsrep_cluster_address")


def bootstrap_at_boot(look: Look) -> Sighting:
    """PXC-03: the bootstrap unit starts at boot, or stands behind the plain unit's name."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        units = [unit for unit in evidence.units.values() if "bootstrap" in unit.name]
        for unit in units:
            if unit.enabled in ("enabled", "enabled-runtime", "alias", "linked"):
                return f"{node.host}: unit {unit.name} is {unit.enabled} at boot"
        return ""

    return of_evidence(look, judge, "no bootstrap unit is enabled at boot")


def owned_by_bootstrap(look: Look) -> Sighting:
    """PXC-04, ROLL-08: mysqld belongs to the bootstrap unit."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        unit = bootstrap_unit(evidence)
        return f"{node.host}: mysqld runs under {unit.name}, not under the plain unit" if unit else ""

    return of_evidence(look, judge, "no node runs under a bootstrap unit")


def bootstrap_unit(evidence: HostEvidence) -> UnitState | None:
    """The bootstrap unit that owns the running mysqld, if one does."""
    active = (unit for unit in evidence.units.values() if "bootstrap" in unit.name)
    return next((unit for unit in active if unit.active in ("active", "activating")), None)


def several_flags(look: Look) -> Sighting:
    """REC-05: flags that would bootstrap a node stand on more than one of them, or outside grastate.dat."""
    flagged: dict[str, list[str]] = {}
    silent = []
    for node in look.survey.nodes:
        evidence = node.evidence
        if not isinstance(evidence, HostEvidence):
            silent.append(node.host)
            continue
        if evidence.details_error:
            silent.append(node.host)
        flags = [f"{node.host}: {flag}" for flag in evidence.bootstrap_flags]
        if evidence.grastate and evidence.grastate.safe_to_bootstrap and not evidence.is_running:
            flags.append(f"{node.host}: safe_to_bootstrap is 1")
        if flags:
            flagged[node.host] = flags
    elsewhere = any("safe_to_bootstrap" not in flag for flags in flagged.values() for flag in flags)
    if len(flagged) > 1 or elsewhere:
        return yes("; ".join(flag for flags in flagged.values() for flag in flags), *flagged)
    if silent:
        return unknown(f"{listed(silent)} could not be searched for bootstrap flags", *silent)
    return no("no bootstrap flag is left over on any host")


def two_joiners(look: Look) -> Sighting:
    """PXC-29: somebody joins or donates already."""
    takers = joiners(look.survey)
    donors = tuple(
        node.host
        for node in look.survey.nodes
        if isinstance(node.status, WsrepStatus) and node.status.is_primary and node.status.local_state == 2
    )
    if takers or donors:
        parts = [f"{subject(takers, 'joins', 'join')}"] if takers else []
        parts += [f"{subject(donors, 'is', 'are')} Donor/Desynced"] if donors else []
        return yes(", ".join(parts), *takers, *donors)
    silent = [node.host for node in look.survey.nodes if runs(node) is None]
    if silent:
        return unknown(f"{listed(silent)} may be joining: out of reach", *silent)
    return no("nobody joins and nobody donates")


def flavours(look: Look) -> Sighting:
    """REC-42: which bootstrap command is the right one; YES when hosts differ, or one cannot be told."""
    kinds: dict[str, Flavour] = {}
    for node in look.survey.nodes:
        if isinstance(node.evidence, HostEvidence):
            kinds[node.host] = node.evidence.flavour
        elif isinstance(node.variables, WsrepVariables):
            kinds[node.host] = node.variables.flavour
    unclear = [host for host, kind in kinds.items() if kind is Flavour.UNKNOWN]
    silent = [node.host for node in look.survey.nodes if node.host not in kinds]
    if len(set(kinds.values()) - {Flavour.UNKNOWN}) > 1:
        told = "; ".join(f"{host}: {kind.value}" for host, kind in kinds.items())
        return yes(f"the hosts run different builds: {told}", *kinds)
    if unclear or silent:
        return unknown(f"which build {listed([*unclear, *silent])} runs is not known", *unclear, *silent)
    kind = next(iter(kinds.values()), Flavour.UNKNOWN)
    return no(f"all hosts run {kind.value}: its command is {_COMMANDS.get(kind, 'not known')}", *kinds)


def ports_taken(look: Look) -> Sighting:
    """PXC-32: something else listens on the group's ports while no mysqld runs, or a bind has failed."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        failed = hit(node, "port-in-use")
        if failed and not node.answers_sql:
            return f"{node.host}: log: {failed.line}"
        taken = [port for port in evidence.listening if port in (4567, 4568)]
        if taken and not evidence.is_running and not evidence.sst_pids:
            return f"{node.host}: port {subject(map(str, taken), 'is', 'are')} taken though no mysqld runs"
        return ""

    return of_evidence(look, judge, "ports 4567 and 4568 are free, or held by mysqld")


def stale_pid_file(look: Look) -> Sighting:
    """PXC-34: a pid file is there though no mysqld runs, and none is on its way."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        if evidence.is_running or not evidence.pid_files or moving_unit(node) is not None:
            return ""
        return f"{node.host}: {listed(evidence.pid_files)} is there though no mysqld runs"

    return of_evidence(look, judge, "no pid file is left of a server that is gone")
