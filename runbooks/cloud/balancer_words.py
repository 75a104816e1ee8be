"""What Octavia's two statuses mean, in words, by kind of object (its API reference, "Status Codes"). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from runbooks.model import Severity
from runbooks.words import span
from systems.openstack.octavia_readings import Balancer, Listener, Member, Monitor, Pool, Standing

STUCK_S = 900.0
"""A lock older than this is worth a look: new amphorae take minutes, most changes take seconds."""
GOOD = -1
"""Nothing is wrong with it; the other severities are `Severity`."""


class Kind(Enum):
    """The objects of the tree."""

    BALANCER = "load balancer"
    LISTENER = "listener"
    POOL = "pool"
    MEMBER = "member"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Told:
    """One status in words."""

    words: str
    severity: int = GOOD


_DOING = {
    "PENDING_CREATE": "is building it",
    "PENDING_UPDATE": "is changing it",
    "PENDING_DELETE": "is deleting it",
}

_WORKS = {
    Kind.BALANCER: "it works",
    Kind.LISTENER: "it takes connections",
    Kind.POOL: "its members answer their checks",
    Kind.MEMBER: "it answers its checks",
    Kind.MONITOR: "it checks",
}
_FAILS = {
    Kind.BALANCER: "nothing behind it can serve: every pool is in ERROR",
    Kind.LISTENER: "it does not take connections",
    Kind.POOL: "every member fails its checks",
    Kind.MEMBER: "it fails its checks, and gets no connections",
    Kind.MONITOR: "it does not check",
}
_SILENT = {
    Kind.BALANCER: "no amphora of it has reported yet, or none does any more",
    Kind.LISTENER: "what carries it does not report it as open",
    Kind.POOL: "nothing reports it: it has no member that is checked, or what carries it is silent",
    Kind.MEMBER: "no check of it was reported yet",
    Kind.MONITOR: "what carries it does not report",
}
_OPERATING: Mapping[str, Mapping[Kind, str]] = {"ONLINE": _WORKS, "ERROR": _FAILS, "OFFLINE": _SILENT}


def provisioning_told(standing: Standing, now: datetime) -> Told:
    """What the provisioning status means: whether what was asked for has been built."""
    status = standing.provisioning
    if status == "ACTIVE":
        return Told("built as it was asked for")
    if status == "ERROR":
        return Told("what was asked for last could not be built (LB-18)", Severity.WARNING)
    if standing.is_pending:
        doing = _DOING.get(status, "is at work on it")
        locked = f"locked{_for(standing, now)}: Octavia {doing}, and nobody else may (LB-18)"
        return Told(locked, Severity.WARNING if is_stuck(standing, now) else Severity.INFO)
    if status == "DELETED":
        return Told("deleted; its row is still there", Severity.INFO)
    return Told(f"{status}: a status that this console does not know", Severity.WARNING)


def operating_told(kind: Kind, standing: Standing) -> Told:
    """What the operating status means: whether it does its work."""
    status = standing.operating
    if not standing.is_enabled:
        return Told("switched off: its admin_state_up is false", Severity.INFO)
    if status == "DEGRADED":
        return Told("it works, and part of what it leads to is in ERROR", Severity.WARNING)
    if status == "DRAINING":
        return Told("weight 0: it keeps its connections and gets no new ones", Severity.INFO)
    if status == "NO_MONITOR":
        return Told("nothing checks it, or no check was reported yet: it is not known (LB-02)", Severity.INFO)
    if status in _OPERATING:
        return Told(_OPERATING[status][kind], _operating_severity(kind, standing))
    return Told(f"{status}: a status that this console does not know", Severity.WARNING)


def _operating_severity(kind: Kind, standing: Standing) -> int:
    if standing.operating == "ONLINE":
        return GOOD
    if standing.operating == "ERROR":
        return Severity.WARNING if kind in (Kind.MEMBER, Kind.MONITOR) else Severity.CRITICAL
    is_new = standing.provisioning == "PENDING_CREATE"
    return Severity.WARNING if kind is Kind.BALANCER and not is_new else Severity.INFO


def standing_severity(kind: Kind, standing: Standing, now: datetime) -> int:
    """The worse of both."""
    return max(provisioning_told(standing, now).severity, operating_told(kind, standing).severity)


def lock_s(standing: Standing, now: datetime) -> float | None:
    """Seconds that a lock has lasted at least; None: it is no lock, or Octavia tells no time.

    A check that changes the operating status meanwhile is a write, too, and makes it look younger.
    """
    if not standing.is_pending or standing.since is None:
        return None
    return max((now - standing.since).total_seconds(), 0.0)


def is_stuck(standing: Standing, now: datetime) -> bool:
    """It has been locked for longer than Octavia's work takes."""
    age = lock_s(standing, now)
    return age is not None and age > STUCK_S


def _for(standing: Standing, now: datetime) -> str:
    age = lock_s(standing, now)
    return f" for {span(age)}" if age is not None else ""


AnyObject = Balancer | Listener | Pool | Member | Monitor


def kind_of(one: AnyObject) -> Kind:
    """What it is."""
    return _KINDS[type(one)]


_KINDS: Mapping[type, Kind] = {
    Balancer: Kind.BALANCER,
    Listener: Kind.LISTENER,
    Pool: Kind.POOL,
    Member: Kind.MEMBER,
    Monitor: Kind.MONITOR,
}


def called(one: AnyObject) -> str:
    """How it is called in a sentence: names may be empty, and then what it is has to do."""
    if one.name:
        return one.name
    if isinstance(one, Listener):
        return f"{one.protocol} {one.port}"
    if isinstance(one, Member):
        return f"{one.address}:{one.port}"
    if isinstance(one, Monitor):
        return one.kind
    return one.id[:8]
