"""One row of a runbook's table: what is broken, what is asked for, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tests.practice.campaign.gates import Moment

CLUSTER = "orders"
HOSTS = ("db1", "db2", "db3")


class Comes(Enum):
    """What comes of a run, by the exit status that documents it."""

    DONE = 0
    REFUSED = 4
    STOPPED = 5


@dataclass(frozen=True, slots=True)
class Do:
    """One thing that is done to the estate by somebody else: break or heal a fault, or let time pass."""

    fault: str = ""
    host: str = ""
    heals: bool = False
    settles_s: float = 0.0
    """Simulated seconds that pass at once after it."""


@dataclass(frozen=True, slots=True)
class Then:
    """When it is done: at a moment of the first command of a step, or once the console has told something."""

    do: tuple[Do, ...]
    step: str = ""
    """How the step's part of its jobs' names begins, as `stop-db2`."""
    moment: Moment = Moment.AFTER
    told: str = ""
    """Words of an event as the console writes it, as `"step": "wait:db3"`."""


@dataclass(frozen=True, slots=True)
class Case:
    """See the module. Left out: all is well before and after it, and nothing is lost or forced."""

    name: str
    book: str
    breaks: tuple[Do, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    agreed: tuple[str, ...] = HOSTS
    """Names that are typed beforehand (--yes-to)."""
    meanwhile: tuple[Then, ...] = ()
    comes: Comes = Comes.DONE
    says: tuple[str, ...] = ()
    """Words of the last sentence, or of the way on: all of them."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """State of a server at the end where it is not Synced; empty: it does not run."""
    forced: int = 0
    """How many Primary components the run makes by force."""
    loses: bool = False
    """Commits that only a node that was given up had are lost: the operator has agreed to that by name."""
    changes: bool = True
    """Whether a run that stopped may have changed something."""
    blank: bool = False
    """It begins with hosts where nothing is configured."""
    secrets: tuple[str, ...] = ()
    """Secret inputs; each is the password of the estate's own account for watching."""
    seed: int = 1

    def __str__(self) -> str:
        return self.name


def broken(fault: str, host: str = "", *, settles_s: float = 60.0) -> Do:
    """Somebody breaks something, and time passes until it is there."""
    return Do(fault, host, settles_s=settles_s)


def healed(fault: str, host: str = "", *, settles_s: float = 0.0) -> Do:
    """Somebody takes a cause away."""
    return Do(fault, host, heals=True, settles_s=settles_s)
