"""Detectors of what running clusters get into: splits, stalls, full disks, forgotten switches, drift."""

from __future__ import annotations

from runbooks.gotchas.detectors.common import is_on, merged, of_evidence, of_status
from runbooks.logs import hit
from runbooks.membership import Group, is_down, primary_groups, runs
from runbooks.model import Look, Sighting, no, unknown, yes
from runbooks.rates import paused_now
from runbooks.triage.inside import is_paused
from runbooks.triage.moving import joiners
from runbooks.triage.writes import schema_changes
from runbooks.words import listed, share, short, span, subject
from systems.galera.readings import HostEvidence, NodeSurvey, WsrepStatus, WsrepVariables
from systems.galera.sizes import parse_bytes
from systems.galera.variables import parse_provider_options

FULL_SHARE = 0.95
NEARLY_FULL_SHARE = 0.85
_OLD_SHARE = 0.05
_COMPARED = (
    "wsrep_cluster_address",
    "wsrep_cluster_name",
    "wsrep_node_name",
    "wsrep_node_address",
    "wsrep_sst_method",
    "wsrep_sst_donor",
    "wsrep_slave_threads",
    "wsrep_applier_threads",
    "wsrep_on",
    "max_connections",
    "server_id",
    "read_only",
    "binlog_format",
    "innodb_autoinc_lock_mode",
    "default_storage_engine",
    "pxc_strict_mode",
    "wsrep_ignore_apply_errors",
)
"""Options whose running value must be what the next start will read (ROLL-09)."""


def split_brain(look: Look) -> Sighting:
    """REC-09, REC-10: two Primary components share one history."""
    groups = primary_groups(look.survey)
    uuids = [group.state_uuid for group in groups]
    doubles = [group for group in groups if uuids.count(group.state_uuid) > 1]
    if doubles:
        told = " and ".join(f"{listed(group.hosts)} at {group.last_committed}" for group in doubles)
        return yes(
            f"two Primary components of history {short(doubles[0].state_uuid)}: {told}", *_hosts(doubles)
        )
    met = _log(look, "conflicting-prims", "reversing-history")
    if met is not None:
        return met
    silent = [node.host for node in look.survey.nodes if runs(node) is None]
    return (
        unknown(f"{subject(silent, 'is', 'are')} out of reach", *silent)
        if silent
        else no("no history has two Primaries")
    )


def full_disk(look: Look) -> Sighting:
    """REC-28: a data volume is full, has no inodes left, or the server says that it is.

    What the volume is now is told before what a log says, which is longer and may be of an hour ago.
    """

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str | Sighting:
        disk = evidence.filesystem
        said = hit(node, "disk-full", "state-not-saved")
        is_well = isinstance(node.status, WsrepStatus) and node.status.is_synced
        is_full = disk is not None and (disk.used_share >= FULL_SHARE or disk.inodes_free == 0)
        if said is not None and not is_well and not is_full:
            return f"{node.host}: log: {said.line}"
        if disk is None:
            return unknown(f"{node.host}: its data volume could not be read", node.host)
        if disk.used_share >= FULL_SHARE:
            return (
                f"{node.host}: {disk.target} is {share(disk.used_share)} "
                f"full ({disk.free_bytes:,} bytes free)"
            )
        return f"{node.host}: {disk.target} has no inodes left" if disk.inodes_free == 0 else ""

    return of_evidence(look, judge, "every data volume has room")


def paused_long_ago(look: Look) -> Sighting:
    """REC-30: wsrep_flow_control_paused is high although nothing is held now."""
    survey = look.survey

    def judge(node: NodeSurvey, status: WsrepStatus) -> str | Sighting:
        told = status.flow_control_paused
        if told is None or told < _OLD_SHARE:
            return ""
        now = paused_now(survey, node.host)
        if now is None:
            return unknown(
                f"{node.host}: {share(told)} since FLUSH STATUS; of now one look cannot tell", node.host
            )
        if now >= _OLD_SHARE:
            return ""
        return (
            f"{node.host}: wsrep_flow_control_paused says "
            f"{share(told)}, and {share(now)} of the time is paused now"
        )

    return of_status(look, judge, "wsrep_flow_control_paused tells what happens now")


def maintenance_room(look: Look) -> Sighting:
    """ROLL-01: somebody is out already, or not Synced, so nobody else may be taken out."""
    out = []
    silent = []
    for node in look.survey.nodes:
        if isinstance(node.status, WsrepStatus):
            if not node.status.is_primary or not node.status.is_synced:
                out.append(f"{node.host} is {node.status.state_comment or node.status.cluster_status}")
        elif runs(node) is None:
            silent.append(node.host)
        else:
            out.append(f"{node.host} does not serve")
    if out:
        return yes("; ".join(out))
    if silent:
        return unknown(f"{listed(silent)} could not be asked", *silent)
    return no(f"all {len(look.survey.nodes)} nodes are Synced")


def forgotten_desync(look: Look) -> Sighting:
    """ROLL-04: desynced by hand, or Donor/Desynced with nobody to donate to."""
    takers = joiners(look.survey)
    survey = look.survey

    def judge(node: NodeSurvey, status: WsrepStatus) -> str:
        if isinstance(node.variables, WsrepVariables) and node.variables.desync:
            return f"{node.host}: wsrep_desync is ON"
        if status.local_state != 2 or takers or is_paused(survey, node):
            return ""
        busy = isinstance(node.evidence, HostEvidence) and node.evidence.sst_pids
        return "" if busy else f"{node.host}: Donor/Desynced, and nobody joins"

    return of_status(look, judge, "no node is desynced without a joiner")


def stopping(look: Look) -> Sighting:
    """ROLL-06: a stop is under way."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        units = [unit for unit in evidence.units.values() if unit.active == "deactivating"]
        if not units:
            return ""
        since = units[0].since
        lasts = f" for {span((evidence.taken_at - since).total_seconds())}" if since else ""
        return f"{node.host}: {units[0].name} is being stopped{lasts}"

    return of_evidence(look, judge, "no node is being stopped")


def drift(look: Look) -> Sighting:
    """ROLL-09: what runs is not what the option files say, so the next start changes it."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        if not isinstance(node.variables, WsrepVariables):
            return ""
        variables = node.variables
        found = [
            f"{name} runs as {variables.all[name]}, the files say {evidence.configured[name]}"
            for name in _COMPARED
            if name in evidence.configured
            and name in variables.all
            and not _equal(variables.all[name], evidence.configured[name])
        ]
        wanted = parse_provider_options(evidence.configured.get("wsrep_provider_options", ""))
        found += [
            f"{name} runs as {variables.provider_options[name]}, the files say {value}"
            for name, value in wanted.items()
            if name in variables.provider_options and not _equal(variables.provider_options[name], value)
        ]
        return f"{node.host}: {'; '.join(found)}" if found else ""

    def contradictions(node: NodeSurvey, evidence: HostEvidence) -> str:
        twice = [name for name in evidence.configured_twice if name in _COMPARED or name.startswith("wsrep_")]
        return f"{node.host}: {listed(twice)} stands in its files with two values" if twice else ""

    good = "what runs is what the option files say"
    return merged((of_evidence(look, judge, good), of_evidence(look, contradictions, good)), good)


def held_by_lock(look: Look) -> Sighting:
    """ROLL-13: a node is held by a global read lock, as a backup takes it."""
    survey = look.survey

    def judge(node: NodeSurvey, status: WsrepStatus) -> str:
        held = status.local_state == 2 and is_paused(survey, node)
        return (
            f"{node.host}: held by a global read lock, {status.recv_queue or 0} write-sets behind"
            if held
            else ""
        )

    return of_status(look, judge, "no node is held by a global read lock")


def ddl_running(look: Look) -> Sighting:
    """PXC-30: a schema change runs in total order."""
    running = [(node, row) for node in look.survey.nodes for row in schema_changes(node)]
    if running:
        told = "; ".join(f"{node.host}: {row.statement[:80]} for {span(row.time_s)}" for node, row in running)
        return yes(told, *(node.host for node, _ in running))
    silent = [node.host for node in look.survey.nodes if not node.answers_sql and not is_down(node)]
    if silent:
        return unknown(f"{listed(silent)} could not be asked for its statements", *silent)
    hidden = [node.host for node in look.survey.nodes if node.answers_sql and node.writers_hidden]
    if hidden:
        return unknown(f"the account does not see what clients run on {listed(hidden)} (PROCESS)", *hidden)
    return no("no schema change runs")


def _equal(running: str, configured: str) -> bool:
    """Whether two spellings mean the same: case, quotes, switches, sizes."""
    one, other = (text.strip().strip("'\"").lower() for text in (running, configured))
    if one == other:
        return True
    sizes = parse_bytes(one), parse_bytes(other)
    if sizes[0] is not None and sizes[0] == sizes[1]:
        return True
    switches = {"on", "off", "yes", "no", "true", "false", "1", "0", ""}
    return one in switches and other in switches and is_on(one or "on") == is_on(other or "on")


def _log(look: Look, *ids: str) -> Sighting | None:
    for node in look.survey.nodes:
        found = hit(node, *ids)
        if found is not None and not (isinstance(node.status, WsrepStatus) and node.status.is_synced):
            return yes(f"{node.host}: log: {found.line}", node.host)
    return None


def _hosts(groups: list[Group]) -> tuple[str, ...]:
    return tuple(host for group in groups for host in group.hosts)
