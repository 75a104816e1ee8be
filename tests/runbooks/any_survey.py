"""Any survey at all, sensible or not: what hypothesis feeds to everything that judges one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.galera.readings import ZERO_UUID, ClusterSurvey, Grastate, HostEvidence, NodeSurvey, Position
from tests.builders import (
    FOREIGN,
    NOON,
    STATE,
    a_filesystem,
    a_gvwstate,
    a_hit,
    a_hung_node,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    a_writer,
    without_sql,
    without_ssh,
)

_HOSTS = ("db1", "db2", "db3", "db4")
_PATTERNS = (
    "view-restored",
    "no-donor",
    "disk-full",
    "sst-failed",
    "voted-out",
    "conflicting-prims",
    "error",
)
_STATES = ("Synced", "Joined", "Joining", "Donor/Desynced", "Initialized", "Inconsistent")
_UUIDS = (STATE, FOREIGN, ZERO_UUID)

_seqnos = st.one_of(st.none(), st.integers(-1, 2000))
_numbers = st.one_of(st.none(), st.integers(0, 10**12))
_addresses = st.lists(
    st.sampled_from(("10.77.0.11:3306", "10.77.0.12:3306", "10.77.0.13:0", "", "AUTO")), max_size=4
)
_writers = st.lists(
    st.builds(
        a_writer,
        st.sampled_from(
            ("", "Waiting for global read lock", "Waiting to execute in isolation", "wsrep: committing")
        ),
        time_s=st.floats(0, 1e6),
        statement=st.sampled_from(
            ("", "ALTER TABLE t ADD c INT", "FLUSH TABLES WITH READ LOCK", "\x1b[2J[/red]")
        ),
    ),
    max_size=2,
)
_units = st.builds(
    a_unit,
    st.sampled_from(("mariadb", "mysql@bootstrap")),
    active=st.sampled_from(("active", "inactive", "failed", "activating", "deactivating", "odd")),
    sub=st.sampled_from(("running", "dead", "start", "auto-restart", "")),
    result=st.sampled_from(("success", "signal", "exit-code", "oom-kill", "odd")),
    exit_status=st.one_of(st.none(), st.integers(0, 255)),
    since=st.one_of(st.none(), st.just(NOON), st.just(NOON - timedelta(days=3))),
    restarts=st.one_of(st.none(), st.integers(0, 9)),
    timeout_start_s=st.one_of(st.none(), st.floats(0, 1000)),
)
_status: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "state_uuid": st.sampled_from(("", *_UUIDS)),
        "cluster_status": st.sampled_from(("Primary", "PRIMARY", "non-Primary", "Disconnected", "")),
        "cluster_size": st.one_of(st.none(), st.integers(0, 5)),
        "conf_id": st.one_of(st.none(), st.integers(0, 9)),
        "incoming_addresses": _addresses.map(tuple),
        "last_committed": _seqnos,
        "cached_downto": _numbers,
        "recv_queue": _numbers,
        "flow_control_paused": st.one_of(st.none(), st.floats(0, 1)),
        "flow_control_paused_ns": _numbers,
        "flow_control_requested": st.one_of(st.none(), st.booleans()),
        "replicated_bytes": _numbers,
        "cert_failures": _numbers,
        "connected": st.booleans(),
    },
)
_variables: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "node_address": st.sampled_from(("", "10.77.0.12", "db1", "[fe80::1]:3306")),
        "cluster_address": st.sampled_from(("", "gcomm://", "gcomm://a,,b?x=1", "odd")),
        "provider_options": st.just({}),
        "wsrep_on": st.booleans(),
        "desync": st.booleans(),
        "sst_donor": st.sampled_from(("", "db1", ",", "10.0.0.1")),
        "pxc_strict_mode": st.sampled_from((None, "ENFORCING", "PERMISSIVE")),
    },
)
_evidence: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "grastate": st.one_of(
            st.none(),
            st.builds(
                Grastate,
                st.builds(Position, st.sampled_from(_UUIDS), st.integers(-1, 2000)),
                st.sampled_from((None, True, False)),
            ),
        ),
        "grastate_error": st.sampled_from(("", "grastate.dat is empty", "garbage")),
        "grastate_empty": st.booleans(),
        "gvwstate_error": st.sampled_from(("", "gvwstate.dat holds no complete view")),
        "unmounted": st.sampled_from(("", "/srv")),
        "gvwstate": st.one_of(
            st.none(), st.builds(a_gvwstate, st.sampled_from(_HOSTS), size=st.integers(1, 4))
        ),
        "recovered": st.one_of(
            st.none(), st.builds(Position, st.sampled_from(_UUIDS), st.integers(-1, 2000))
        ),
        "units": st.lists(_units, max_size=2).map(lambda units: {unit.name: unit for unit in units}),
        "sst_pids": st.sampled_from(((), (7,))),
        "sst_in_progress": st.booleans(),
        "mysqld_pids": st.sampled_from(((), (9,))),
        "datadir_bytes": _numbers,
        "filesystem": st.one_of(
            st.none(),
            st.builds(a_filesystem, st.integers(0, 10**11), size_bytes=_numbers.map(lambda n: n or 0)),
        ),
        "log_hits": st.lists(st.sampled_from(_PATTERNS).map(a_hit), max_size=3).map(tuple),
        "configured": st.just({}),
        "clock_offset_s": st.floats(-1e5, 1e5),
        "addresses": st.just(()),
        "server_version": st.sampled_from(("", "odd", "8.0.36-28.1", "10.11.19-MariaDB")),
    },
)


def _node(host: str, at: Any) -> st.SearchStrategy[NodeSurvey]:
    running = st.builds(
        a_node,
        st.just(host),
        state=st.sampled_from(_STATES),
        at=st.just(at),
        status=_status,
        variables=_variables,
        evidence=_evidence,
        writers=_writers.map(tuple),
    )
    down = st.one_of(
        _evidence.map(lambda changes: _changed(a_stopped_node(host, at=at), changes)),
        st.builds(
            a_stopped_node, st.just(host), seqno=st.integers(-1, 2000), gvwstate=st.booleans(), at=st.just(at)
        ),
        st.builds(a_joining_node, st.just(host), at=st.just(at)),
        st.builds(a_hung_node, st.just(host), at=st.just(at)),
        st.builds(a_lost_node, st.just(host), at=st.just(at)),
    )
    return st.one_of(
        running,
        down,
        running.map(without_sql),
        running.map(without_ssh),
        running.map(lambda node: without_ssh(without_sql(node), NotUnderstood(f"{host}: \x1b[2J"))),
    )


def _changed(node: NodeSurvey, changes: dict[str, Any]) -> NodeSurvey:
    """The same node with single fields of its evidence replaced, by the fields' own types."""
    assert isinstance(node.evidence, HostEvidence)
    return replace(node, evidence=replace(node.evidence, **changes))


@st.composite
def surveys(draw: st.DrawFn) -> ClusterSurvey:
    """One to four nodes in any state, with or without a look before."""
    hosts = _HOSTS[: draw(st.integers(1, 4))]
    before = None
    if draw(st.booleans()):
        at = NOON - timedelta(seconds=2)
        before = a_survey(*(draw(_node(host, at)) for host in hosts))
    return a_survey(*(draw(_node(host, NOON)) for host in hosts), before=before)
