"""Detectors of joins and state transfers: donors, disks, timeouts, and what the logs say of failed ones."""

from __future__ import annotations

import re

from runbooks.gotchas.detectors.common import merged, of_evidence
from runbooks.logs import hit
from runbooks.membership import primary_groups
from runbooks.model import Look, Sighting, no, unknown, yes
from runbooks.triage.moving import joiners
from runbooks.words import listed, size, span
from systems.galera.predict import ist_minutes_left
from systems.galera.readings import HostEvidence, NodeSurvey, UnitState, WsrepStatus, WsrepVariables

_SHORT_START_S = 900.0
"""A start limit below this ends the full copy of anything but a small database (PXC-21)."""
_ROOM = 1.2
"""A joiner needs the donor's data and a fifth more (A.2)."""
_SHORT_WINDOW_MIN = 10.0
_SST_STATUS = re.compile(r"wsrep_sst_\w+.*?:\s*(\d+)\s*\(")


def log_line(look: Look, good: str, *ids: str) -> Sighting:
    """YES when the log of a node that is not Synced has such a line since its last start."""

    def judge(node: NodeSurvey, _: HostEvidence) -> str:
        if isinstance(node.status, WsrepStatus) and node.status.is_synced:
            return ""
        found = hit(node, *ids)
        return f"{node.host}: log: {found.line}" if found else ""

    return of_evidence(look, judge, good)


def no_primary_reached(look: Look) -> Sighting:
    """PXC-08: a start gave up because no Primary component could be reached."""
    return log_line(look, "no start has failed for want of a Primary", "no-primary-view", "channel-failed")


def donor_gone(look: Look) -> Sighting:
    """REC-16: the donor of a transfer went away."""
    return log_line(look, "no transfer has lost its donor", "donor-gone")


def copy_failed(look: Look) -> Sighting:
    """REC-17: a full copy ended with an error; 22 is the backup tool, 32 the transport."""

    def judge(node: NodeSurvey, _: HostEvidence) -> str:
        found = hit(node, "sst-failed")
        if found is None or (isinstance(node.status, WsrepStatus) and node.status.is_synced):
            return ""
        status = _SST_STATUS.search(found.line)
        told = f" (status {status[1]})" if status else ""
        return f"{node.host}: a full copy failed{told}: {found.line}"

    return of_evidence(look, judge, "no full copy has failed since the last starts")


def no_donor(look: Look) -> Sighting:
    """REC-14: somebody joins and no member is Synced, or a joiner's log says so."""
    said = log_line(look, "no joiner has been refused a donor", "no-donor")
    takers = joiners(look.survey)
    groups = primary_groups(look.survey)
    if takers and groups:
        states = {
            node.host: node.status for node in look.survey.nodes if isinstance(node.status, WsrepStatus)
        }
        able = [host for group in groups for host in group.hosts if host in states and states[host].is_synced]
        if not able:
            told = ", ".join(f"{host} {status.state_comment}" for host, status in states.items())
            return merged(
                (said, yes(f"{listed(takers)}: joining, and nobody is Synced: {told}", *takers)), ""
            )
    return said


def wrong_donor(look: Look) -> Sighting:
    """REC-15: wsrep_sst_donor names nobody, an address, or only nodes that may be away."""
    names = {
        node.variables.node_name for node in look.survey.nodes if isinstance(node.variables, WsrepVariables)
    } | {
        node.evidence.configured["wsrep_node_name"]
        for node in look.survey.nodes
        if isinstance(node.evidence, HostEvidence) and "wsrep_node_name" in node.evidence.configured
    }

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        donor = evidence.configured.get("wsrep_sst_donor", "")
        if not donor and isinstance(node.variables, WsrepVariables):
            donor = node.variables.sst_donor
        wanted = [part.strip() for part in donor.split(",") if part.strip()]
        strangers = [name for name in wanted if name not in names]
        if strangers:
            return f"{node.host}: wsrep_sst_donor names {listed(strangers)}, and no node is called so"
        if wanted and not donor.rstrip().endswith(","):
            return f"{node.host}: wsrep_sst_donor is {donor} without a trailing comma: nobody else may donate"
        return ""

    return of_evidence(look, judge, "wsrep_sst_donor names nodes that exist, or nobody in particular")


def no_room(look: Look) -> Sighting:
    """REC-19: a node's volume could not take the data of the biggest member and a fifth more."""
    groups = primary_groups(look.survey)
    members = {host for group in groups for host in group.hosts}
    sizes = [
        node.evidence.datadir_bytes
        for node in look.survey.nodes
        if node.host in members and isinstance(node.evidence, HostEvidence) and node.evidence.datadir_bytes
    ]
    if not sizes:
        return unknown("how big the data of a member is could not be read")
    needed = int(max(sizes) * _ROOM)

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str | Sighting:
        if node.host in members:
            return ""
        if evidence.filesystem is None:
            return unknown(f"{node.host}: its volume could not be read", node.host)
        room = evidence.filesystem.free_bytes + (evidence.datadir_bytes or 0)
        if room >= needed:
            return ""
        return (
            f"{node.host}: room for {size(room)} on "
            f"{evidence.filesystem.target}, a full copy needs {size(needed)}"
        )

    return of_evidence(look, judge, f"every node has room for a full copy ({size(needed)})")


def start_limit(look: Look) -> Sighting:
    """PXC-21: systemd gives up on a start before a full copy can end, or has done so."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        ended = hit(node, "start-timeout")
        if ended and not node.answers_sql:
            return f"{node.host}: log: {ended.line}"
        short = [unit for unit in evidence.units.values() if _is_short(unit)]
        return "; ".join(
            f"{node.host}: {unit.name} gives a start {span(unit.timeout_start_s or 0)}" for unit in short
        )

    return of_evidence(look, judge, f"every unit gives a start {span(_SHORT_START_S)} or more")


def _is_short(unit: UnitState) -> bool:
    """A masked unit, and one that is an alias of it, tells systemd's default, not its own."""
    database = unit.name.startswith(("mysql", "mariadb")) and unit.load == "loaded"
    return database and unit.timeout_start_s is not None and unit.timeout_start_s < _SHORT_START_S


def recovering_long(look: Look) -> Sighting:
    """REC-39: a start that replays its redo log looks hung."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        starting = any(unit.active == "activating" for unit in evidence.units.values())
        lines = [
            line for line in evidence.log_tail if "recovery" in line.lower() and "innodb" in line.lower()
        ]
        works = starting and evidence.is_running and not evidence.sst_pids and lines
        return f"{node.host}: InnoDB is recovering: {lines[-1].strip()}" if works else ""

    return of_evidence(look, judge, "no start is busy with crash recovery")


def short_window(look: Look) -> Sighting:
    """ROLL-02: a node that is away for ten minutes would need a full copy."""
    groups = primary_groups(look.survey)
    hosts = groups[0].hosts if len(groups) == 1 else ()
    if len(hosts) < 2:
        return unknown("there are no two members of one cluster: nobody could give an IST")
    minutes = {host: ist_minutes_left(look.survey, host) for host in hosts}
    short = {host: left for host, left in minutes.items() if left is not None and left < _SHORT_WINDOW_MIN}
    if short:
        told = "; ".join(f"{host}: {span(left * 60)} of IST window" for host, left in short.items())
        return yes(told, *short)
    unclear = [host for host, left in minutes.items() if left is None]
    if unclear:
        return unknown(f"the write rate is not known before a second look ({listed(unclear)})", *unclear)
    return no(f"every member may be away for {span(_SHORT_WINDOW_MIN * 60)} and come back by IST")
