"""Detectors of configuration: addresses, names and options, one node's against the others'."""

from __future__ import annotations

from runbooks.gotchas.detectors.common import compared, is_on, of_evidence, of_variables, version_of
from runbooks.logs import hit
from runbooks.membership import addresses_of, host_part, is_down, is_shut
from runbooks.model import Look, Sighting, no, unknown, yes
from runbooks.words import listed
from systems.galera.readings import (
    ClusterSurvey,
    Flavour,
    HostEvidence,
    NodeSurvey,
    WsrepStatus,
    WsrepVariables,
)
from systems.galera.variables import parse_provider_options

_LOOPBACK = ("", "127.0.0.1", "::1", "auto", "localhost")
_SANE = {
    "binlog_format": ("row",),
    "innodb_autoinc_lock_mode": ("2", "interleaved"),
    "default_storage_engine": ("innodb",),
}
"""Values that Galera needs; others are refused or lose data (PXC-28)."""


def wrong_address(look: Look) -> Sighting:
    """PXC-05: a node tells its peers an address that is not on its host, or only loops back."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        told = host_part(variables.node_address)
        if told in _LOOPBACK:
            return (
                f"{node.host}: wsrep_node_address is "
                f"{variables.node_address or 'not set'}: the first interface is taken"
            )
        mine = node.evidence.addresses if isinstance(node.evidence, HostEvidence) else ()
        if mine and told not in mine and told[0].isdigit():
            return f"{node.host}: wsrep_node_address {told} is on none of its interfaces ({listed(mine)})"
        return ""

    return of_variables(look, judge, "every node announces an address of its own host")


def other_name(look: Look) -> Sighting:
    """PXC-06: wsrep_cluster_name differs, in the files or in what runs."""
    names: dict[str, str] = {}
    missing = []
    for node in look.survey.nodes:
        name = _configured(node, "wsrep_cluster_name")
        if name is None and isinstance(node.variables, WsrepVariables):
            name = node.variables.cluster_name
        refused = hit(node, "cluster-name")
        if refused is not None and not node.answers_sql:
            return yes(f"{node.host}: log: {refused.line}", node.host)
        if name is None:
            missing.append(node.host)
        else:
            names[node.host] = name
    return compared(names, missing, "wsrep_cluster_name")


def incomplete_list(look: Look) -> Sighting:
    """PXC-07: a node's list of peers lacks one of the others."""
    everybody = {node.host: addresses_of(look.survey, node.host) for node in look.survey.nodes}

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str | Sighting:
        address = evidence.configured.get("wsrep_cluster_address")
        if address is None and isinstance(node.variables, WsrepVariables):
            address = node.variables.cluster_address
        if address is None:
            return unknown(
                f"{node.host}: wsrep_cluster_address stands in none of its option files", node.host
            )
        listed_hosts = {host_part(part) for part in _peers(address)}
        if not listed_hosts:
            return ""
        unlisted = [
            host
            for host, known in everybody.items()
            if host != node.host and host not in listed_hosts and known and not known & listed_hosts
        ]
        return f"{node.host}: its wsrep_cluster_address lacks {listed(unlisted)}" if unlisted else ""

    return of_evidence(look, judge, "every node lists all the others in wsrep_cluster_address")


def removed_option(look: Look) -> Sighting:
    """PXC-14: wsrep_sst_auth in the files of an 8.x server, which refuses to start with it."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        version = version_of(evidence.server_version)
        too_new = evidence.flavour is Flavour.PXC and version is not None and version[0] >= 8
        if too_new and "wsrep_sst_auth" in evidence.configured:
            return f"{node.host}: wsrep_sst_auth stands in the files of a {evidence.server_version}"
        return ""

    return of_evidence(look, judge, "no 8.x server has wsrep_sst_auth in its files")


def strict_mode(look: Look) -> Sighting:
    """PXC-22: pxc_strict_mode is off, or not the same everywhere; other flavours have none."""
    modes = {
        node.host: node.variables.pxc_strict_mode
        for node in look.survey.nodes
        if isinstance(node.variables, WsrepVariables)
    }
    missing = [node.host for node in look.survey.nodes if node.host not in modes and not is_down(node)]
    told = {host: mode.upper() for host, mode in modes.items() if mode is not None}
    if modes and not told and not missing:
        return no("this flavour has no strict mode")
    off = {host: mode for host, mode in told.items() if mode in ("DISABLED", "PERMISSIVE")}
    if off:
        return yes("; ".join(f"{host}: pxc_strict_mode is {mode}" for host, mode in off.items()), *off)
    return compared(told, missing, "pxc_strict_mode")


def insane_values(look: Look) -> Sighting:
    """PXC-28: option files that set what Galera refuses or cannot replicate."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        wrong = [
            f"{name} = {value}"
            for name, good in _SANE.items()
            if (value := evidence.configured.get(name)) is not None and value.strip().lower() not in good
        ]
        base = evidence.configured.get("log_bin", "").rsplit("/", 1)[-1]
        if "." in base:
            wrong.append(f"log_bin = {base} (a dot in the base name)")
        return f"{node.host}: {', '.join(wrong)}" if wrong else ""

    return of_evidence(look, judge, "binlog format, autoincrement mode and engine are as Galera needs them")


def multicast(look: Look) -> Sighting:
    """PXC-31: gmcast.mcast_addr is set, so UDP 4567 is needed too."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        address = variables.provider_options.get("gmcast.mcast_addr", "")
        return f"{node.host}: gmcast.mcast_addr is {address}" if address else ""

    return of_variables(look, judge, "no multicast: 4567 is TCP only")


def notify_command(look: Look) -> Sighting:
    """PXC-33: a notify command runs inside every view change."""

    def judge(node: NodeSurvey, variables: WsrepVariables) -> str:
        command = variables.all.get("wsrep_notify_cmd", "")
        return f"{node.host}: wsrep_notify_cmd runs {command}" if command else ""

    return of_variables(look, judge, "no wsrep_notify_cmd is set")


def certificates_in_datadir(look: Look) -> Sighting:
    """PXC-18: certificate files that stand inside the data directory."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        inside = evidence.datadir.rstrip("/") + "/"
        provider = parse_provider_options(evidence.configured.get("wsrep_provider_options", ""))
        named = {
            **{name: evidence.configured.get(name, "") for name in ("ssl_ca", "ssl_cert", "ssl_key")},
            **{
                name: provider.get(name, "")
                for name in ("socket.ssl_ca", "socket.ssl_cert", "socket.ssl_key")
            },
        }
        found = [f"{name} = {path}" for name, path in named.items() if path.startswith(inside)]
        return f"{node.host}: {', '.join(found)}" if found else ""

    return of_evidence(look, judge, "no certificate is configured inside a data directory")


def sst_account(look: Look) -> Sighting:
    """PXC-13: a copy by a backup tool before 8.0 without an account for it, or one that is refused."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        refused = hit(node, "access-denied")
        if refused is not None and not node.answers_sql and not is_shut(node):  # else it may be our own login
            return f"{node.host}: log: {refused.line}"
        method = evidence.configured.get("wsrep_sst_method", "")
        version = version_of(evidence.server_version)
        internal = evidence.flavour is Flavour.PXC and version is not None and version[0] >= 8
        by_backup = method in ("mariabackup", "xtrabackup", "xtrabackup-v2", "mysqldump")
        if by_backup and not internal and "wsrep_sst_auth" not in evidence.configured:
            return f"{node.host}: wsrep_sst_method is {method} and wsrep_sst_auth is not set"
        return ""

    return of_evidence(look, judge, "every node that copies by a backup tool has an account for it")


def bootstrap_in_files(look: Look) -> Sighting:
    """REC-06: pc.bootstrap written into an option file."""

    def judge(node: NodeSurvey, evidence: HostEvidence) -> str:
        options = evidence.configured.get("wsrep_provider_options", "")
        return f"{node.host}: pc.bootstrap stands in its option files" if "pc.bootstrap" in options else ""

    return of_evidence(look, judge, "pc.bootstrap stands in no option file")


def encryption_differs(look: Look) -> Sighting:
    """ROLL-11, PXC-17: some nodes encrypt the cluster's traffic and some do not."""
    values: dict[str, str] = {}
    missing = []
    for node in look.survey.nodes:
        if isinstance(node.variables, WsrepVariables):
            on = is_on(node.variables.provider_options.get("socket.ssl", "no"))
            values[node.host] = "encrypted" if on else "plain"
        elif not is_down(node):
            missing.append(node.host)
    return compared(values, missing, "cluster traffic (socket.ssl)")


def unknown_option(look: Look) -> Sighting:
    """PXC-35: a server that does not run has refused an option of its files."""

    def judge(node: NodeSurvey, _: HostEvidence) -> str:
        refused = hit(node, "unknown-option")
        return f"{node.host}: log: {refused.line}" if refused and not node.answers_sql else ""

    return of_evidence(look, judge, "no server has refused an option of its files")


def arbitrator_unknown(look: Look) -> Sighting:
    """ROLL-12: the group has more or fewer members than the inventory and its arbitrators explain."""
    survey = look.survey
    sizes = {
        node.host: node.status.cluster_size
        for node in survey.nodes
        if isinstance(node.status, WsrepStatus) and node.status.is_primary and node.status.cluster_size
    }
    if not sizes:
        return unknown("no Primary component tells its size")
    size = max(sizes.values())
    most = len(survey.nodes) + survey.arbitrators
    if size > most:
        return yes(
            f"the cluster has {size} members, the inventory names {len(survey.nodes)} nodes "
            f"and {survey.arbitrators} arbitrators: {_stranger(survey)} is a member that nobody watches",
            *sizes,
        )
    members = [host for host in sizes if sizes[host] == size]
    gone = survey.arbitrators and len(members) == len(survey.nodes) and size < most
    if gone:
        return yes(
            f"the cluster has {size} members: {most - size} of {survey.arbitrators} arbitrators is missing",
            *sizes,
        )
    return no(f"{size} members, as the inventory explains")


def _stranger(survey: ClusterSurvey) -> str:
    """Members that no node of the inventory is, by their addresses; an arbitrator tells none."""
    known, told = set[str](), set[str]()
    for node in survey.nodes:
        if isinstance(node.variables, WsrepVariables):
            known |= {node.variables.incoming_address, node.variables.node_address}
        if isinstance(node.evidence, HostEvidence):
            known |= set(node.evidence.addresses)
        if isinstance(node.status, WsrepStatus) and node.status.is_primary:
            told |= set(node.status.incoming_addresses)
    hosts = {host_part(address) for address in known if address}
    strangers = {host_part(address) for address in told if address} - hosts
    return listed(sorted(strangers)) if strangers else "somebody"


def _configured(node: NodeSurvey, name: str) -> str | None:
    return node.evidence.configured.get(name) if isinstance(node.evidence, HostEvidence) else None


def _peers(address: str) -> list[str]:
    bare = address.strip().strip("'\"").split("?", 1)[0].removeprefix("gcomm://")
    return [part.strip() for part in bare.split(",") if part.strip()]
