"""One answer of a detector, check or verify: yes, no or unknown, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Holds(Enum):
    """What a detector found. UNKNOWN is not a yes and not a no: where it matters, it blocks (DESIGN 5.1)."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One answer of a detector, check or verify, with what it saw: one sentence, numbers included."""

    holds: Holds
    evidence: str
    hosts: tuple[str, ...] = ()
    moves: bool = False
    """Of a verify that does not say yes yet: what it waits for has come nearer since the look before, so
    that its deadline counts from now."""
    is_final: bool = False
    """Of a verify that does not say yes: what it waits for has failed, and no waiting changes that."""


def yes(evidence: str, *hosts: str) -> Sighting:
    """The condition is true."""
    return Sighting(Holds.YES, evidence, hosts)


def no(evidence: str, *hosts: str) -> Sighting:
    """The condition is false."""
    return Sighting(Holds.NO, evidence, hosts)


def unknown(evidence: str, *hosts: str) -> Sighting:
    """It could not be read; `evidence` says why."""
    return Sighting(Holds.UNKNOWN, evidence, hosts)
