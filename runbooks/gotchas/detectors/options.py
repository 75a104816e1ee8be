"""Detectors of provider options and switches that make a running cluster dangerous, blind or slow."""

from __future__ import annotations

import re

from runbooks.gotchas.detectors.common import (
    compared,
    differing,
    is_on,
    merged,
    of_evidence,
    of_status,
    of_variables,
    version_of,
)
from runbooks.logs import hit
from runbooks.membership import is_down, primary_groups
from runbooks.model import Holds, Look, Sighting, no, unknown, yes
from runbooks.words import count, size
from systems.galera.readings import Flavour, HostEvidence, NodeSurvey, WsrepStatus, WsrepVariables
from systems.galera.variables import option_bytes, option_switch, parse_provider_options

_SWITCHES = ("pc.ignore_sb", "pc.ignore_quorum")
_OWN_CONNECTIONS = 3
_NOT_FROZEN = ("", "-1", "0")


def quorum_ignored(look: Look) -> Sighting:
    """REC-27: pc.ignore_sb or pc.ignore_quorum is on, in what runs or in the files."""

    def running(node: NodeSurvey, variables: WsrepVariables) -> str:
        on = [name for name in _SWITCHES if is_on(variables.provider_options.get(name, ""))]
        return f"{node.host}: {' and '.join(on)} is on" if on else ""

    def in_files(node: NodeSurvey, evidence: HostEvidence) -> str:
        options = parse_provider_options(evidence.configured.get("wsrep_provider_options", ""))
        on = [name for name in _SWITCHES if is_on(options.get(name, ""))]
        return f"{node.host}: {' and '.join(on)} stands in its option files" if on else ""

    good = "pc.ignore_sb and pc.ignore_quorum are off everywhere"
    return merged((of_variables(look, running, good), of_evidence(look, in_files, good)), good)


def weights(look: Look) -> Sighting:
    """REC-26: not every node counts as one vote."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        weight = variables.provider_options.get("pc.weight", "1")
        return f"{node.host}: pc.weight is {weight}" if weight != "1" else ""

    return of_variables(look, judge, "every node has a weight of 1: plain majority decides")


def cache_forgotten(look: Look) -> Sighting:
    """REC-23: gcache.recover is off, so a node that restarts cannot give an IST."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str | Sighting:
        recovers = option_switch(variables.provider_options, "gcache.recover")
        if recovers is None:
            return unknown(f"{node.host} does not tell gcache.recover", node.host)
        return "" if recovers else f"{node.host}: gcache.recover is off"

    return of_variables(look, judge, "gcache.recover is on everywhere: a restarted node keeps its cache")


def flow_limits(look: Look) -> Sighting:
    """REC-29: gcs.fc_limit or gcs.fc_factor is not the same on all nodes."""
    good = "flow control limits are equal"
    found = [_same_option(look, name) for name in ("gcs.fc_limit", "gcs.fc_factor")]
    return merged(found, f"{good}: {found[0].evidence}")


def segments(look: Look) -> Sighting:
    """REC-38: nodes are in several gmcast segments; donors are preferred within one."""
    return _same_option(look, "gmcast.segment")


def votes(look: Look) -> Sighting:
    """REC-31: an even number of voters, gcs.vote_policy above 0, or a member that cannot vote."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        policy = variables.provider_options.get("gcs.vote_policy", "0")
        if policy not in ("", "0"):
            return f"{node.host}: gcs.vote_policy is {policy}"
        mixed = hit(node, "voting-unsupported")
        return f"{node.host}: log: {mixed.line}" if mixed else ""

    by_policy = of_variables(look, judge, "gcs.vote_policy is 0 everywhere")
    sizes = [group.size for group in primary_groups(look.survey)]
    if any(members % 2 == 0 for members in sizes):
        even = yes(
            f"an even number of voters: {count(max(sizes), 'member')}; a tie goes to those that succeeded"
        )
        return merged((by_policy, even), "")
    return by_policy


def apply_errors(look: Look) -> Sighting:
    """REC-32: errors are ignored while applying; MariaDB ignores 7 by default, PXC none since 8.0.19."""
    values: dict[str, str] = {}
    for node in look.survey.nodes:
        if isinstance(node.variables, WsrepVariables):
            values[node.host] = node.variables.ignore_apply_errors

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        strict = variables.flavour is not Flavour.MARIADB
        loose = variables.ignore_apply_errors not in ("", "0")
        return (
            f"{node.host}: wsrep_ignore_apply_errors is {variables.ignore_apply_errors}"
            if strict and loose
            else ""
        )

    unequal = differing(values)
    if unequal:
        return yes(f"wsrep_ignore_apply_errors differs: {unequal}", *values)
    return of_variables(look, judge, "wsrep_ignore_apply_errors is as this flavour ships it, on all nodes")


def dirty_reads(look: Look) -> Sighting:
    """REC-34: wsrep_dirty_reads lets a node without a Primary answer with old data."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        return f"{node.host}: wsrep_dirty_reads is ON" if variables.dirty_reads else ""

    return of_variables(look, judge, "wsrep_dirty_reads is OFF everywhere")


def rejecting(look: Look) -> Sighting:
    """REC-35: wsrep_reject_queries refuses every statement with 1047 although all statuses are fine."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        value = variables.reject_queries.upper()
        return f"{node.host}: wsrep_reject_queries is {value}" if value not in ("", "NONE") else ""

    return of_variables(look, judge, "wsrep_reject_queries is NONE everywhere")


def maintenance_mode(look: Look) -> Sighting:
    """REC-36: pxc_maint_mode keeps load balancers away from a node that is fine."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        mode = (variables.pxc_maint_mode or "DISABLED").upper()
        return f"{node.host}: pxc_maint_mode is {mode}" if mode != "DISABLED" else ""

    return of_variables(look, judge, "no node is in maintenance mode")


def sessions_stay(look: Look) -> Sighting:
    """ROLL-05: a node in maintenance mode still has clients; a few connections are the console's own."""

    def judge(node: NodeSurvey, status: WsrepStatus) -> str | Sighting:
        mode = node.variables.pxc_maint_mode if isinstance(node.variables, WsrepVariables) else None
        if mode is None or mode.upper() == "DISABLED":
            return ""
        if status.threads_connected is None:
            return unknown(f"{node.host} does not tell its connections", node.host)
        clients = status.threads_connected
        return f"{node.host}: {clients} connections in {mode}" if clients > _OWN_CONNECTIONS else ""

    return of_status(look, judge, "no node in maintenance mode has clients")


def frozen_cache(look: Look) -> Sighting:
    """ROLL-03: the cache is frozen, or spills into page files; one page is what a big transaction leaves."""

    def running(node: NodeSurvey, variables: WsrepVariables) -> str:
        frozen = variables.provider_options.get("gcache.freeze_purge_at_seqno", "")
        return f"{node.host}: gcache.freeze_purge_at_seqno is {frozen}" if frozen not in _NOT_FROZEN else ""

    def on_disk(node: NodeSurvey, evidence: HostEvidence) -> str:
        pages = evidence.gcache_pages
        return f"{node.host}: {pages} gcache.page files in its data directory" if pages > 1 else ""

    good = "no cache is frozen and none has spilled into pages"
    return merged((of_variables(look, running, good), of_evidence(look, on_disk, good)), good)


def evicted(look: Look) -> Sighting:
    """REC-25: a member's evict list is not empty."""

    def judge(node: NodeSurvey, status: WsrepStatus) -> str:
        return f"{node.host}: wsrep_evs_evict_list holds {status.evict_list}" if status.evict_list else ""

    return of_status(look, judge, "nobody is evicted")


def small_cache(look: Look) -> Sighting:
    """REC-41: who would follow by SST, since the one that starts first may not have kept its cache."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str | Sighting:
        if not is_down(node) or evidence.grastate is None or evidence.grastate.position.seqno >= 0:
            return ""
        options = parse_provider_options(evidence.configured.get("wsrep_provider_options", ""))
        kept = option_switch(options, "gcache.recover")
        told = (
            size(option_bytes(options, "gcache.size") or 0)
            if "gcache.size" in options
            else "its default size"
        )
        if kept is False:
            return f"{node.host}: crashed, and gcache.recover is off: who follows it takes a full copy"
        return f"{node.host}: crashed; who follows it comes by IST only if its gcache ({told}) is recovered"

    return of_evidence(look, judge, "no node has crashed")


def mixed_versions(look: Look) -> Sighting:
    """REC-18, ROLL-07: server versions differ; between majors no SST works."""
    versions = _versions(look)
    told = {host: text for host, text in versions.items() if text}
    majors = {version[:2] for text in told.values() if (version := version_of(text))}
    missing = [node.host for node in look.survey.nodes if node.host not in told]
    if len(majors) > 1:
        return yes(f"server versions differ: {differing(told)}", *told)
    if missing:
        return unknown(f"the server version could not be read on {', '.join(missing)}", *missing)
    minor = differing(told)
    return no(f"one major version everywhere{f', with minor differences ({minor})' if minor else ''}", *told)


def mixed_minors(look: Look) -> Sighting:
    """ROLL-07: versions differ at all, as in the middle of an upgrade."""
    major = mixed_versions(look)
    told = differing({host: text for host, text in _versions(look).items() if text})
    if major.holds is Holds.NO and told:
        return yes(f"server versions differ: {told}", *_versions(look))
    return major


def _versions(look: Look) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in look.survey.nodes:
        if isinstance(node.evidence, HostEvidence) and node.evidence.server_version:
            found[node.host] = _number(node.evidence.server_version)
        elif isinstance(node.variables, WsrepVariables):
            found[node.host] = _number(node.variables.version)
    return found


def _number(text: str) -> str:
    """The version alone: "10.11.19-MariaDB" of "mariadbd  Ver 10.11.19-MariaDB for Linux"."""
    found = re.search(r"\d+\.\d+\.\d+[-\w.+~]*", text)
    return found[0] if found else text


def _same_option(look: Look, name: str) -> Sighting:
    values: dict[str, str] = {}
    missing = []
    for node in look.survey.nodes:
        if isinstance(node.variables, WsrepVariables):
            values[node.host] = node.variables.provider_options.get(name, "(not told)")
        elif not is_down(node):
            missing.append(node.host)
    return compared(values, missing, name)
