"""The single readings that the builders of surveys put together, every field overridable."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from systems.galera.readings import (
    Filesystem,
    Flavour,
    Grastate,
    Gvwstate,
    HostEvidence,
    LogHit,
    Position,
    UnitState,
    Writer,
    WsrepStatus,
    WsrepVariables,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STATE = "97c6171f-e651-11f1-91ec-1f0bcdeda5d5"
"""The state UUID of the cluster that these builders make."""
FOREIGN = "11111111-e651-11f1-91ec-1f0bcdeda5d5"
"""The state UUID of some other cluster."""
DATADIR = "/var/lib/mysql"

_STATES: dict[str, dict[str, Any]] = {
    "Synced": {"local_state": 4},
    "Joined": {"local_state": 3},
    "Donor/Desynced": {"local_state": 2, "desync_count": 1},
    "Joining": {"local_state": 1, "ready": False},
    "Joining: receiving State Transfer": {"local_state": 1, "ready": False},
    "Initialized": {
        "local_state": 0,
        "cluster_status": "non-Primary",
        "cluster_size": 1,
        "conf_id": None,
        "ready": False,
    },
    "Inconsistent": {
        "local_state": 5,
        "cluster_status": "Disconnected",
        "cluster_size": 0,
        "conf_id": None,
        "ready": False,
        "connected": False,
        "last_committed": None,
        "local_index": None,
        "incoming_addresses": (),
        "evs_state": "",
        "gcomm_uuid": "",
    },
}
"""What goes with each state comment, as recorded from real nodes."""


def address_of(host: str) -> str:
    """Give db1 the address 10.77.0.11, db2 10.77.0.12, ..."""
    return f"10.77.0.{10 + _number(host)}"


def gcomm_uuid_of(host: str) -> str:
    return f"0000000{_number(host)}-e652-11f1-b495-4e67cc524c56"


def a_status(
    state: str = "Synced", *, host: str = "db1", seqno: int = 1000, size: int = 3, **changes: Any
) -> WsrepStatus:
    """What a running node says of itself; `changes` are fields of `WsrepStatus`."""
    status = WsrepStatus(
        taken_at=NOON,
        cluster_status="Primary",
        cluster_size=size,
        conf_id=7,
        state_uuid=STATE,
        local_state=4,
        state_comment=state,
        ready=True,
        connected=True,
        last_committed=seqno,
        local_index=_number(host) - 1,
        gcomm_uuid=gcomm_uuid_of(host),
        incoming_addresses=tuple(f"10.77.0.{11 + index}:3306" for index in range(size)),
        recv_queue=0,
        recv_queue_avg=0.0,
        send_queue=0,
        flow_control_paused=0.0,
        flow_control_paused_ns=0,
        flow_control_sent=0,
        flow_control_active=False,
        flow_control_requested=False,
        cached_downto=1,
        replicated_bytes=0,
        received_bytes=0,
        desync_count=0,
        evs_state="OPERATIONAL",
        evict_list="",
        cert_failures=0,
        bf_aborts=0,
        provider_version="4.23(rXXXX)",
        protocol_version=11,
    )
    return replace(status, **_STATES.get(state, {}) | changes)


def some_variables(host: str = "db1", *, size: int = 3, **changes: Any) -> WsrepVariables:
    """What a running node is configured to be; `changes` are fields of `WsrepVariables`."""
    peers = ",".join(f"10.77.0.{11 + index}" for index in range(size))
    variables = WsrepVariables(
        taken_at=NOON,
        flavour=Flavour.MARIADB,
        version="10.11.19-MariaDB-0+deb12u1",
        node_name=host,
        node_address=address_of(host),
        incoming_address=f"{address_of(host)}:3306",
        cluster_name="orders",
        cluster_address=f"gcomm://{peers}",
        provider_options={"gcache.size": "128M", "gcache.recover": "yes", "pc.recovery": "true"},
        sst_method="mariabackup",
        sst_donor="",
        datadir=f"{DATADIR}/",
        desync=False,
        reject_queries="NONE",
        dirty_reads=False,
        sync_wait="0",
        wsrep_on=True,
        ignore_apply_errors="7",
        osu_method="TOI",
        pxc_maint_mode=None,
        pxc_strict_mode=None,
        server_uuid=None,
        server_id=str(_number(host)),
        read_only=False,
        max_connections=151,
    )
    return replace(variables, **changes)


def a_unit(name: str = "mariadb", active: str = "active", sub: str = "running", **changes: Any) -> UnitState:
    """One systemd unit; `changes` are fields of `UnitState`."""
    unit = UnitState(
        name=name,
        load="loaded",
        active=active,
        sub=sub,
        result="success",
        enabled="enabled",
        main_pid=2600 if active == "active" else 0,
        exit_status=None,
        since=NOON - timedelta(hours=3),
        invocation="8f4d0c8a5a5a4f0e9a4b0c8d6e2f1a3b",
        timeout_start_s=None,
        fragment=f"/lib/systemd/system/{name}.service",
    )
    return replace(unit, **changes)


def a_filesystem(free_bytes: int = 60_000_000_000, **changes: Any) -> Filesystem:
    """The data volume, 100 GB; `changes` are fields of `Filesystem`."""
    filesystem = Filesystem(
        path=DATADIR,
        source="/dev/vdb",
        target=DATADIR,
        fstype="xfs",
        size_bytes=100_000_000_000,
        free_bytes=free_bytes,
        inodes_free=1_000_000,
    )
    return replace(filesystem, **changes)


def a_gvwstate(host: str = "db1", *, size: int = 3, members: tuple[str, ...] = ()) -> Gvwstate:
    """The last Primary view of `size` members; `members` are host names: db1, db2, ..."""
    names = members or tuple(f"db{index + 1}" for index in range(size))
    return Gvwstate(
        my_uuid=gcomm_uuid_of(host),
        view_id=f"3 {gcomm_uuid_of('db1')} 7",
        members=tuple(gcomm_uuid_of(name) for name in names),
    )


def some_evidence(host: str = "db1", **changes: Any) -> HostEvidence:
    """What the host of a running, Synced MariaDB node shows; `changes` are fields of `HostEvidence`."""
    evidence = HostEvidence(
        taken_at=NOON,
        boot_id=f"b007{_number(host):028d}",
        machine_id=f"{_number(host):032x}",
        hostname=host,
        booted_at=NOON - timedelta(days=9),
        clock_offset_s=0.0,
        units={"mariadb": a_unit()},
        mysqld_pids=(2600,),
        sst_pids=(),
        datadir=DATADIR,
        datadir_exists=True,
        datadir_bytes=2_000_000_000,
        grastate=Grastate(Position(STATE, -1), safe_to_bootstrap=False, modified_at=NOON),
        grastate_error="",
        gvwstate=a_gvwstate(host),
        sst_in_progress=False,
        gra_logs=(),
        gcache_bytes=134_219_048,
        gcache_pages=0,
        recovered=None,
        filesystem=a_filesystem(),
        listening=(3306, 4567),
        log_hits=(),
        log_tail=(),
        oom_kills=(),
        flavour=Flavour.MARIADB,
        server_version="10.11.19-MariaDB",
        configured={
            "wsrep_on": "ON",
            "wsrep_cluster_name": "orders",
            "wsrep_cluster_address": "gcomm://10.77.0.11,10.77.0.12,10.77.0.13",
            "wsrep_node_name": host,
            "wsrep_node_address": address_of(host),
        },
        configured_twice=(),
        addresses=("127.0.0.1", address_of(host)),
        bootstrap_flags=(),
    )
    return replace(evidence, **changes)


def a_hit(pattern: str, line: str = "", *, meaning: str = "", at: datetime | None = NOON) -> LogHit:
    """One line of the error log that matched."""
    return LogHit(pattern=pattern, meaning=meaning or pattern, at=at, line=line or pattern)


def a_writer(state: str = "", *, time_s: float = 0.0, **changes: Any) -> Writer:
    """One row of the processlist; `changes` are fields of `Writer`."""
    writer = Writer(id=76, user="app", command="Query", time_s=time_s, state=state, statement="")
    return replace(writer, **changes)


def _number(host: str) -> int:
    digits = re.search(r"(\d+)$", host)
    return int(digits.group(1)) if digits else 1
