"""SHOW GLOBAL VARIABLES of one node, read into `WsrepVariables`; which flavour of Galera it is."""

from __future__ import annotations

from collections.abc import Mapping

from systems.errors import NotUnderstood
from systems.galera.readings import Flavour, WsrepVariables
from systems.galera.sizes import parse_bytes
from systems.galera.status import number_or_none, switch_or_none
from systems.sql import Query, Rows

NAMES = (
    "version",
    "version_comment",
    "hostname",
    "datadir",
    "socket",
    "port",
    "log_error",
    "server_id",
    "server_uuid",
    "server_uid",
    "read_only",
    "max_connections",
    "binlog_format",
    "default_storage_engine",
    "innodb_autoinc_lock_mode",
    "log_bin",
    "log_output",
    "sql_require_primary_key",
    "pxc_encrypt_cluster_traffic",
    "pxc_maint_mode",
    "pxc_strict_mode",
    "wsrep_applier_threads",
    "wsrep_certify_nonpk",
    "wsrep_cluster_address",
    "wsrep_cluster_name",
    "wsrep_desync",
    "wsrep_dirty_reads",
    "wsrep_forced_binlog_format",
    "wsrep_ignore_apply_errors",
    "wsrep_mode",
    "wsrep_node_address",
    "wsrep_node_incoming_address",
    "wsrep_node_name",
    "wsrep_notify_cmd",
    "wsrep_on",
    "wsrep_osu_method",
    "wsrep_provider",
    "wsrep_provider_options",
    "wsrep_reject_queries",
    "wsrep_slave_threads",
    "wsrep_sst_donor",
    "wsrep_sst_donor_rejects_queries",
    "wsrep_sst_method",
    "wsrep_sst_receive_address",
    "wsrep_start_position",
    "wsrep_sync_wait",
)
"""What is asked by name: a tenth of the cost of all variables. wsrep_sst_auth is left out on purpose."""

VARIABLES_QUERY = Query(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ({})".format(", ".join(f"'{name}'" for name in NAMES))
)


def parse_variables(rows: Rows) -> WsrepVariables:
    """Read the answer to `VARIABLES_QUERY`. Raises `NotUnderstood` when the server is no Galera node."""
    values = rows.pairs()
    if "wsrep_cluster_address" not in values:
        raise NotUnderstood("SHOW GLOBAL VARIABLES holds no wsrep_cluster_address: this server has no Galera")
    get = values.get
    return WsrepVariables(
        taken_at=rows.at,
        flavour=flavour_of_variables(values),
        version=get("version", ""),
        node_name=get("wsrep_node_name", ""),
        node_address=get("wsrep_node_address", ""),
        incoming_address=get("wsrep_node_incoming_address", ""),
        cluster_name=get("wsrep_cluster_name", ""),
        cluster_address=get("wsrep_cluster_address", ""),
        provider_options=parse_provider_options(get("wsrep_provider_options", "")),
        sst_method=get("wsrep_sst_method", ""),
        sst_donor=get("wsrep_sst_donor", ""),
        datadir=get("datadir", ""),
        desync=switch_or_none(get("wsrep_desync", "")) is True,
        reject_queries=get("wsrep_reject_queries", ""),
        dirty_reads=switch_or_none(get("wsrep_dirty_reads", "")) is True,
        sync_wait=get("wsrep_sync_wait", ""),
        wsrep_on=switch_or_none(get("wsrep_on", "")) is True,
        ignore_apply_errors=get("wsrep_ignore_apply_errors", ""),
        osu_method=get("wsrep_osu_method", ""),
        pxc_maint_mode=get("pxc_maint_mode"),
        pxc_strict_mode=get("pxc_strict_mode"),
        server_uuid=get("server_uuid"),
        server_id=get("server_id", ""),
        read_only=switch_or_none(get("read_only", "")) is True,
        max_connections=number_or_none(get("max_connections", "")),
        all=values,
    )


def parse_provider_options(text: str) -> Mapping[str, str]:
    """Read wsrep_provider_options as a server shows it ("a = b; ") or as an option file holds it ("a=b;")."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals and name.strip()}


def option_bytes(options: Mapping[str, str], name: str) -> int | None:
    """Read a size among the provider's options, such as gcache.size; None: absent or no size."""
    return parse_bytes(options.get(name, ""))


def option_switch(options: Mapping[str, str], name: str) -> bool | None:
    """Read a switch among the provider's options, such as gcache.recover; None: absent or neither."""
    return switch_or_none(options.get(name, ""))


def flavour_of_variables(values: Mapping[str, str]) -> Flavour:
    """Tell the flavour of a running server (REC-42)."""
    words = f"{values.get('version', '')} {values.get('version_comment', '')}"
    flavour = flavour_of_words(words)
    if flavour is Flavour.UNKNOWN and "pxc_strict_mode" in values:
        return Flavour.PXC
    if flavour is Flavour.UNKNOWN and "wsrep_provider" in values and values.get("server_uuid"):
        return Flavour.CODERSHIP
    return flavour


def flavour_of_words(words: str) -> Flavour:
    """Tell the flavour from a version line, such as `mysqld --version` prints it (REC-42)."""
    lowered = words.lower()
    if "mariadb" in lowered:
        return Flavour.MARIADB
    if "percona xtradb cluster" in lowered:
        return Flavour.PXC
    return Flavour.CODERSHIP if "wsrep" in lowered else Flavour.UNKNOWN
