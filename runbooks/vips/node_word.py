"""What one Galera node says of itself, as far as it matters to those who connect to it. Pure."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from systems.errors import SystemsError
from systems.galera.readings import HostEvidence, NodeSurvey, WsrepVariables


class Condition(Enum):
    """The one thing about a node that decides whether it should be behind a virtual address."""

    FIT = "fit"
    """Synced, in the Primary component, takes queries."""
    DONOR = "donor"
    DESYNCED = "desynced"
    REJECTING = "rejecting"
    MAINTENANCE = "maintenance"
    CUT_OFF = "cut off"
    JOINING = "joining"
    NOT_READY = "not ready"
    SILENT = "silent"
    """Its database does not answer."""
    UNREAD = "unread"
    """It could not be asked, which says nothing of its clients."""


class NodeWord(NamedTuple):
    """What it is, and that in words which complete "because it ..."."""

    condition: Condition
    words: str


def node_word(survey: NodeSurvey) -> NodeWord:
    """Judge one node's answers; the worst that holds is told."""
    status = survey.status
    if isinstance(status, SystemsError):
        return _silent(survey, status)
    told = survey.variables if isinstance(survey.variables, WsrepVariables) else None
    if not status.is_primary:
        return NodeWord(Condition.CUT_OFF, f"is cut off from the cluster ({status.cluster_status})")
    if (refusal := _refuses(told)) is not None:
        return refusal
    if status.local_state == 2:
        return _behind(survey, told)
    if not status.is_synced:
        return NodeWord(Condition.JOINING, f"is {status.state_comment or 'not Synced'}")
    ready = NodeWord(Condition.FIT, "is Synced")
    return ready if status.ready else NodeWord(Condition.NOT_READY, "is not ready (wsrep_ready = OFF)")


def _refuses(told: WsrepVariables | None) -> NodeWord | None:
    """By order of its operator; None: it does not, or does not tell."""
    if told is None:
        return None
    if told.reject_queries.upper() not in ("", "NONE"):
        words = f"rejects queries (wsrep_reject_queries = {told.reject_queries})"
        return NodeWord(Condition.REJECTING, words)
    if (told.pxc_maint_mode or "DISABLED").upper() != "DISABLED":
        words = f"is in maintenance (pxc_maint_mode = {told.pxc_maint_mode})"
        return NodeWord(Condition.MAINTENANCE, words)
    return None


def _behind(survey: NodeSurvey, variables: WsrepVariables | None) -> NodeWord:
    """Donor and desynced are one state to Galera; what tells them apart is the order, and the transfer."""
    evidence = survey.evidence
    if isinstance(evidence, HostEvidence) and evidence.sst_pids:
        return NodeWord(Condition.DONOR, "is donor (a state transfer runs)")
    if variables is not None and variables.desync:
        return NodeWord(Condition.DESYNCED, "is desynced (wsrep_desync = ON)")
    return NodeWord(Condition.DONOR, "is donor, or desynced by a backup or a lock")


def _silent(survey: NodeSurvey, error: SystemsError) -> NodeWord:
    evidence = survey.evidence
    if not isinstance(evidence, HostEvidence):
        return NodeWord(Condition.UNREAD, "answers neither over SSH nor with its database")
    for unit in evidence.units.values():
        if unit.active != "active" and unit.load == "loaded":
            result = "" if unit.result in ("", "success") else f", {unit.result}"
            return NodeWord(Condition.SILENT, f"has no database running ({unit.name}: {unit.active}{result})")
    return NodeWord(Condition.SILENT, f"has a database that does not answer ({error})")
