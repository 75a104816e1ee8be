"""SHOW GLOBAL STATUS and VARIABLES of a simulated server; the rows are those of a recorded one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practice.galera.component import NEVER
from practice.galera.history import ZERO
from practice.galera.logs import REVISION
from practice.galera.options import server_options

if TYPE_CHECKING:
    from practice.galera.component import Component
    from practice.galera.server import Server

_WRITE_BYTES = 2600
_NOT_MODELLED = frozenset(
    {
        "basedir", "bind_address", "character_set_server", "collation_server", "expire_logs_days",
        "innodb_buffer_pool_size", "pid_file", "skip_name_resolve", "wsrep_new_cluster",
        "wsrep_provider_options", "wsrep_sst_auth",
    }
)  # fmt: skip
"""Options that the server knows, and that no variable here tells."""
_CAPABILITIES = (
    ":MULTI_MASTER:CERTIFICATION:PARALLEL_APPLYING:TRX_REPLAY:ISOLATION:PAUSE:CAUSAL_READS:"
    "INCREMENTAL_WRITESET:UNORDERED:PREORDERED:STREAMING:NBO:"
)


def status_rows(server: Server) -> dict[str, str]:
    """All status variables by name."""
    component = server.component
    if component is not None:
        component.settle()
    uptime_s = max(1.0, server.machine.clock.now_s() - server.started_s)
    rows = {
        "Aborted_clients": "0",
        "Queries": str(int(uptime_s * 3)),
        "Threads_connected": "4",
        "Threads_running": "2",
        "Uptime": str(int(uptime_s)),
    }
    rows |= _replication(server)
    rows |= _queues(server, component, uptime_s)
    rows |= _view(server, component)
    return _expelled(rows) if server.phase == "expelled" else rows


_ONLY_OF_A_GROUP = (
    "wsrep_cluster_weight",
    "wsrep_desync_count",
    "wsrep_evs_delayed",
    "wsrep_evs_evict_list",
    "wsrep_evs_repl_latency",
    "wsrep_evs_state",
    "wsrep_gcomm_uuid",
    "wsrep_gmcast_segment",
)


def _expelled(rows: dict[str, str]) -> dict[str, str]:
    """What a server says that a vote put out: it has no position, and nothing of a group it is not in."""
    said = {
        "wsrep_last_committed": "-1",
        "wsrep_checkpoint_position": f"{ZERO}:-1",
        "wsrep_local_state": "5",
        "wsrep_applier_thread_count": "0",
    }
    return {name: said.get(name, value) for name, value in rows.items() if name not in _ONLY_OF_A_GROUP}


def _replication(server: Server) -> dict[str, str]:
    position = server.position()
    seqno = max(position.seqno, 0)
    own = int(seqno * server.write_share)
    received = seqno - own
    return {
        "wsrep_local_state_uuid": ZERO if server.phase == "expelled" else position.uuid,
        "wsrep_protocol_version": "11",
        "wsrep_protocol_application": "4",
        "wsrep_protocol_replicator": "11",
        "wsrep_protocol_gcs": "5",
        "wsrep_last_committed": str(seqno),
        "wsrep_replicated": str(own),
        "wsrep_replicated_bytes": str(own * _WRITE_BYTES),
        "wsrep_received": str(received + 5),
        "wsrep_received_bytes": str(received * _WRITE_BYTES + 400),
        "wsrep_local_commits": str(own),
        "wsrep_local_cert_failures": "0",
        "wsrep_local_replays": "0",
        "wsrep_local_bf_aborts": "0",
        "wsrep_local_cached_downto": str(server.cluster.transfers.cached_from(server)),
        "wsrep_checkpoint_position": str(position),
        "wsrep_cert_deps_distance": "61.0167",
        "wsrep_cert_index_size": "115",
        "wsrep_cert_interval": "0",
        "wsrep_causal_reads": "0",
        "wsrep_apply_oooe": "0",
        "wsrep_apply_oool": "0",
        "wsrep_apply_window": "1",
        "wsrep_commit_window": "1",
        "wsrep_open_transactions": "0",
        "wsrep_open_connections": "0",
        "wsrep_provider_capabilities": _CAPABILITIES,
        "wsrep_provider_name": "Galera",
        "wsrep_provider_vendor": "Codership Oy <info@codership.com>",
        "wsrep_provider_version": "4.23(rXXXX)",
        "wsrep_rollbacker_thread_count": "1",
        "wsrep_applier_thread_count": "1",
        "wsrep_thread_count": "2",
        "wsrep_cluster_capabilities": "",
    }


def _queues(server: Server, component: Component | None, uptime_s: float) -> dict[str, str]:
    queue = (
        max(0, component.seqno - server.applied) if component and server.is_synced and server.is_locked else 0
    )
    paused_s = component.paused_s if component else 0.0
    is_paused = component is not None and component.is_paused()
    stops = is_paused and server.is_locked
    return {
        "wsrep_local_send_queue": "0",
        "wsrep_local_send_queue_max": "1",
        "wsrep_local_send_queue_min": "0",
        "wsrep_local_send_queue_avg": "0",
        "wsrep_local_recv_queue": str(queue),
        "wsrep_local_recv_queue_max": str(max(queue, 1)),
        "wsrep_local_recv_queue_min": "0",
        "wsrep_local_recv_queue_avg": f"{queue / 2:g}",
        "wsrep_flow_control_paused_ns": str(int(paused_s * 1e9)),
        "wsrep_flow_control_paused": f"{min(1.0, paused_s / uptime_s):g}",
        "wsrep_flow_control_sent": str(server.flow_control_sent + int(stops)),
        "wsrep_flow_control_recv": str(int(is_paused)),
        "wsrep_flow_control_active": "true" if is_paused else "false",
        "wsrep_flow_control_requested": "true" if stops else "false",
        "wsrep_desync_count": str(server.desync_count + int(server.donates_to is not None)),
    }


def _view(server: Server, component: Component | None) -> dict[str, str]:
    members = component.members if component else []
    is_primary = component is not None and component.is_primary
    is_member = component is not None and server.phase != "expelled"
    addresses = ",".join(one.incoming() for one in members)
    return {
        "wsrep_local_state": str(server.local_state if is_primary else 0),
        "wsrep_local_state_comment": server.state_comment,
        "wsrep_incoming_addresses": addresses,
        "wsrep_cluster_weight": str(component.weight() if component and is_primary else 0),
        "wsrep_evs_delayed": "",
        "wsrep_evs_evict_list": "",
        "wsrep_evs_repl_latency": "0.000300443/0.00044724/0.000662372/0.000121986/6",
        "wsrep_evs_state": "OPERATIONAL" if is_member else "CLOSED",
        "wsrep_gcomm_uuid": server.gcomm_uuid,
        "wsrep_gmcast_segment": "0",
        "wsrep_cluster_conf_id": str(component.conf_id if component and is_primary else NEVER),
        "wsrep_cluster_size": str(len(members)),
        "wsrep_cluster_state_uuid": component.branch.uuid
        if component and component.branch
        else server.position().uuid,
        "wsrep_cluster_status": "Primary" if is_primary else "non-Primary" if is_member else "Disconnected",
        "wsrep_connected": "ON" if is_member else "OFF",
        "wsrep_local_index": str(members.index(server)) if server in members else str(NEVER),
        "wsrep_ready": "ON" if is_primary and server.local_state in {2, 4} else "OFF",
    }


def variable_rows(server: Server) -> dict[str, str]:
    """All variables that are modelled, by name: defaults, then the option files, then what was set."""
    rows = _variable_defaults(server)
    chosen = {name: value for name, value in {**server.settings, **server.globals}.items() if name in rows}
    rows |= {
        name: value for name, value in chosen.items() if name not in {"datadir", "wsrep_provider_options"}
    }
    rows["wsrep_desync"] = "ON" if server.desync_count else "OFF"
    rows["wsrep_provider_options"] = _options_text(server)
    return rows


def _variable_defaults(server: Server) -> dict[str, str]:
    """As a server has them that no option file tells anything."""
    address = server.settings.get("wsrep_node_address", server.machine.address)
    return {
        "version": server.version,
        "version_comment": "Debian 12",
        "version_source_revision": REVISION,
        "hostname": server.machine.name,
        "datadir": f"{server.datadir}/",
        "socket": "/run/mysqld/mysqld.sock",
        "port": "3306",
        "log_error": "",
        "server_id": "1",
        "server_uid": server.server_uid,
        "read_only": "OFF",
        "max_connections": "151",
        "binlog_format": "ROW",
        "default_storage_engine": "InnoDB",
        "innodb_autoinc_lock_mode": "2",
        "log_bin": "OFF",
        "log_output": "FILE",
        "wsrep_certify_nonpk": "ON",
        "wsrep_cluster_address": "",
        "wsrep_cluster_name": "my_wsrep_cluster",
        "wsrep_desync": "ON" if server.desync_count else "OFF",
        "wsrep_dirty_reads": "OFF",
        "wsrep_forced_binlog_format": "NONE",
        "wsrep_ignore_apply_errors": "7",
        "wsrep_mode": "",
        "wsrep_node_address": address,
        "wsrep_node_incoming_address": server.incoming(),
        "wsrep_node_name": server.name,
        "wsrep_notify_cmd": "",
        "wsrep_on": "ON",
        "wsrep_osu_method": "TOI",
        "wsrep_provider": "/usr/lib/galera/libgalera_smm.so",
        "wsrep_reject_queries": "NONE",
        "wsrep_slave_threads": "1",
        "wsrep_sst_donor": "",
        "wsrep_sst_donor_rejects_queries": "OFF",
        "wsrep_sst_method": "rsync",
        "wsrep_sst_receive_address": "AUTO",
        "wsrep_start_position": str(server.start_position),
        "wsrep_sync_wait": "0",
    }


def unknown_option(server: Server) -> str:
    """The first option of the option files that the server does not know, as NAME=VALUE; empty: none."""
    known = _variable_defaults(server).keys() | _NOT_MODELLED
    options = server_options(server.machine.files).items()
    return next((f"{name}={value}" for name, value in options if name not in known), "")


def _options_text(server: Server) -> str:
    address = server.settings.get("wsrep_node_address", server.machine.address)
    values = {
        "base_dir": f"{server.datadir}/",
        "base_host": address,
        "base_port": "4567",
        "evs.inactive_check_period": "PT0.5S",
        "evs.inactive_timeout": "PT15S",
        "evs.keepalive_period": "PT1S",
        "evs.suspect_timeout": "PT5S",
        "gcache.dir": f"{server.datadir}/",
        "gcache.name": "galera.cache",
        "gcache.page_size": "128M",
        "gcache.recover": "yes",
        "gcache.size": "128M",
        "gcs.fc_factor": "1.0",
        "gcs.fc_limit": "16",
        "gcs.fc_master_slave": "no",
        "gmcast.listen_addr": "tcp://0.0.0.0:4567",
        "gmcast.segment": "0",
        "pc.bootstrap": "false",
        "pc.ignore_quorum": "false",
        "pc.ignore_sb": "false",
        "pc.recovery": "true",
        "pc.wait_prim": "true",
        "pc.wait_prim_timeout": "PT30S",
        "pc.weight": str(server.weight),
        "repl.causal_read_timeout": "PT30S",
    }
    values |= {
        name: value for name, value in server.provider().items() if name in values and name != "pc.bootstrap"
    }
    return " ".join(f"{name} = {value};" for name, value in values.items()) + " "
