"""Surveys made by hand for tests: one call a node, every field overridable, nothing but readings inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from systems.errors import SystemsError, TimedOut, Unreachable
from systems.galera.readings import (
    ZERO_UUID,
    Answer,
    ClusterSurvey,
    Grastate,
    HostEvidence,
    NodeSurvey,
    Position,
    Writer,
)
from tests.reading_builders import (
    DATADIR,
    FOREIGN,
    NOON,
    STATE,
    a_filesystem,
    a_gvwstate,
    a_hit,
    a_status,
    a_unit,
    a_writer,
    address_of,
    gcomm_uuid_of,
    some_evidence,
    some_variables,
)

__all__ = [
    "DATADIR",
    "FOREIGN",
    "NOON",
    "STATE",
    "a_filesystem",
    "a_gvwstate",
    "a_hit",
    "a_hung_node",
    "a_joining_node",
    "a_lost_node",
    "a_node",
    "a_status",
    "a_stopped_node",
    "a_survey",
    "a_unit",
    "a_writer",
    "address_of",
    "gcomm_uuid_of",
    "some_evidence",
    "some_variables",
    "without_sql",
    "without_ssh",
]

REFUSED = "Can't connect to local server through socket '/run/mysqld/mysqld.sock' (111)"


def a_node(
    host: str = "db1",
    *,
    state: str = "Synced",
    seqno: int = 1000,
    size: int = 3,
    at: datetime = NOON,
    status: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    evidence: dict[str, Any] | None = None,
    writers: tuple[Writer, ...] = (),
) -> NodeSurvey:
    """A node whose mysqld runs and answers; the dicts change single fields of the three readings.

    a_node("db3", state="Donor/Desynced"), a_node("db1", state="Initialized"),
    a_node("db2", status={"flow_control_requested": True, "recv_queue": 29})
    """
    of_state: dict[str, Any] = {}
    if state == "Inconsistent":
        of_state = {
            "grastate": Grastate(Position(ZERO_UUID, -1), safe_to_bootstrap=False, modified_at=at),
            "gra_logs": (f"{DATADIR}/GRA_1_4834_v2.log",),
            "gvwstate": None,
        }
    return NodeSurvey(
        host=host,
        started_at=at,
        taken_at=at,
        status=replace(a_status(state, host=host, seqno=seqno, size=size, **status or {}), taken_at=at),
        variables=replace(some_variables(host, size=size, **variables or {}), taken_at=at),
        evidence=replace(some_evidence(host, **of_state | (evidence or {})), taken_at=at),
        writers=writers,
    )


def a_stopped_node(
    host: str = "db1",
    *,
    seqno: int = -1,
    uuid: str = STATE,
    safe_to_bootstrap: bool | None = False,
    gvwstate: bool = False,
    recovered: int | None = None,
    at: datetime = NOON,
    sql_error: SystemsError | None = None,
    **changes: Any,
) -> NodeSurvey:
    """A node without mysqld on a host that answers; `changes` are fields of `HostEvidence`.

    seqno >= 0: it was stopped cleanly; -1: it crashed; uuid=ZERO_UUID: it has no usable state.
    """
    clean = seqno >= 0
    sub, result = ("dead", "success") if clean else ("failed", "signal")
    unit = a_unit(active="inactive" if clean else "failed", sub=sub, result=result)
    stopped: dict[str, Any] = {
        "taken_at": at,
        "units": {"mariadb": unit},
        "mysqld_pids": (),
        "grastate": Grastate(Position(uuid, seqno), safe_to_bootstrap, at - timedelta(minutes=5)),
        "gvwstate": a_gvwstate(host) if gvwstate else None,
        "recovered": None if recovered is None else Position(uuid, recovered),
        "listening": (),
    }
    error = sql_error or Unreachable(f"{host}: {REFUSED}")
    return NodeSurvey(
        host=host,
        started_at=at,
        taken_at=at,
        status=error,
        variables=error,
        evidence=some_evidence(host, **stopped | changes),
    )


def a_joining_node(host: str = "db3", *, at: datetime = NOON, **changes: Any) -> NodeSurvey:
    """A node that receives a full copy: unit activating, 3306 closed, SST processes and marker there."""
    joining: dict[str, Any] = {
        "units": {"mariadb": a_unit(active="activating", sub="start", main_pid=2600, since=at)},
        "mysqld_pids": (2600,),
        "sst_pids": (2710, 2731),
        "sst_in_progress": True,
        "grastate": None,
        "grastate_error": "grastate.dat is empty",
        "grastate_empty": True,
        "listening": (4444, 4567, 4568),
    }
    return a_stopped_node(host, at=at, **joining | changes)


def a_hung_node(host: str = "db2", *, at: datetime = NOON, **changes: Any) -> NodeSurvey:
    """A node whose process runs and whose SQL does not answer; `changes` are fields of `HostEvidence`."""
    hung = TimedOut(f"{host}: SHOW GLOBAL STATUS had no answer after 5 s")
    evidence = replace(some_evidence(host, **changes), taken_at=at)
    return NodeSurvey(host, started_at=at, taken_at=at, status=hung, variables=hung, evidence=evidence)


def a_lost_node(
    host: str = "db3", why: SystemsError | str = "No route to host", *, at: datetime = NOON
) -> NodeSurvey:
    """A node of which nothing is known: neither its database nor its host answers."""
    error = why if isinstance(why, SystemsError) else Unreachable(f"{host}: {why}")
    return NodeSurvey(host, started_at=at, taken_at=at, status=error, variables=error, evidence=error)


def without_sql(node: NodeSurvey, error: SystemsError | None = None) -> NodeSurvey:
    """The same node, its SQL unanswered."""
    missing = error or Unreachable(f"{node.host}: {REFUSED}")
    return replace(node, status=missing, variables=missing, writers=())


def without_ssh(node: NodeSurvey, error: SystemsError | None = None) -> NodeSurvey:
    """The same node, its host unanswered."""
    missing: Answer[HostEvidence] = error or Unreachable(f"{node.host}: Connection refused")
    return replace(node, evidence=missing)


def a_survey(
    *nodes: NodeSurvey, name: str = "orders", before: ClusterSurvey | None = None, at: datetime | None = None
) -> ClusterSurvey:
    """One look at these nodes; with none given, at three that are Synced.

    `before` becomes the look before this one. Two looks need two times: make the earlier one with
    `at=NOON - timedelta(seconds=2)` in its nodes.
    """
    surveyed = nodes or tuple(a_node(f"db{number}") for number in (1, 2, 3))
    taken_at = at or max(node.taken_at for node in surveyed)
    return ClusterSurvey(
        name=name,
        taken_at=taken_at,
        nodes=surveyed,
        before=replace(before, before=None) if before else None,
    )
