"""What a rung of the ladder is, and what a whole ladder says. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from runbooks.vips.look import Member, VipLook, members
from systems.errors import SystemsError
from systems.galera.readings import ClusterSurvey, NodeSurvey
from systems.host import HostReading

NAMES = ("address", "check", "wsrep", "unit", "disk", "route", "certificate")
"""The rungs from the top: what clients see first, what nobody looks at last."""
TITLES = {
    "address": "virtual address",
    "check": "member's check",
    "wsrep": "wsrep state",
    "unit": "unit",
    "disk": "disk and memory",
    "route": "route",
    "certificate": "certificate",
}


class State(Enum):
    """What came of asking one rung."""

    WELL = "well"
    RED = "red"
    """Not as it should be, and what is below may be why: the next rung is asked."""
    BROKEN = "broken"
    """This is why; nothing below is asked."""
    UNREAD = "unread"
    """It could not be asked, which says nothing."""
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung with what it said."""

    name: str
    state: State
    sentence: str = ""
    evidence: tuple[str, ...] = ()
    """Readings that prove it, one a line: host, what, value."""

    @property
    def title(self) -> str:
        return TITLES[self.name]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a member, a node, or a plain host, with what was read of it last."""

    name: str
    """As the operator calls it."""
    host: str
    """Empty: a member that is no node of the estate."""
    look: VipLook | None = None
    """None: no virtual address leads to it."""
    members: tuple[Member, ...] = ()
    """What each balancer believes of it."""
    survey: ClusterSurvey | None = None
    """None: it is no node of a cluster."""
    machine: HostReading | SystemsError | None = None
    """What its host said last; None: it was never asked."""

    @property
    def node(self) -> NodeSurvey | None:
        """What it said itself; None: it is no node, or was never asked."""
        found = self.survey.nodes if self.survey is not None else ()
        return next((node for node in found if node.host == self.host), None)


def subject_in(host: str, look: VipLook | None, survey: ClusterSurvey | None) -> Subject:
    """The subject that a host is, from one look at the address that leads to it and one at its cluster."""
    own = tuple(one for one in members(look) if one.host == host) if look is not None else ()
    is_node = survey is not None and any(node.host == host for node in survey.nodes)
    return Subject(host, host, look, own, survey if is_node else None)


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs from the top, those that were not asked too."""

    subject: str
    rungs: tuple[Rung, ...]
    is_whole: bool = False
    """It was climbed to its end; else more answers are still to come."""

    @property
    def cause(self) -> Rung | None:
        """The first broken rung; else the deepest red one, below which all was well. None: nothing is red."""
        for rung in self.rungs:
            if rung.state is State.BROKEN:
                return rung
        red = [rung for rung in self.rungs if rung.state is State.RED]
        return red[-1] if red and self.is_whole else None

    @property
    def sentence(self) -> str:
        """Why it is red, in one sentence."""
        cause = self.cause
        if cause is not None:
            return f"{self.subject} is red because {cause.sentence}"
        if not self.is_whole:
            return f"{self.subject}: asking"
        if not any(rung.state in (State.WELL, State.UNREAD) for rung in self.rungs):
            return f"{self.subject}: it is behind no virtual address and in no cluster, so nothing was asked"
        unread = [rung.title for rung in self.rungs if rung.state is State.UNREAD]
        if unread:
            return f"{self.subject}: nothing is found broken, and {', '.join(unread)} could not be asked"
        return f"{self.subject}: every rung that was asked is well"


def unasked(name: str, why: str = "") -> Rung:
    """A rung that was not asked; `why` where there is a reason of its own."""
    return Rung(name, State.NOT_ASKED, why)
