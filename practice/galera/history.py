"""What was committed: histories that may fork, positions in them, acknowledged commits."""

from __future__ import annotations

from dataclasses import dataclass, field

ZERO = "00000000-0000-0000-0000-000000000000"


@dataclass(eq=False, slots=True)
class Branch:
    """One line of history. A Primary component that is made by force begins another one."""

    uuid: str
    parent: Branch | None = None
    fork: int = 0
    """The seqno after which it goes its own way."""
    acknowledged: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of seqnos whose commits a client was told of; in order."""

    def acknowledge(self, first: int, last: int) -> None:
        """Note that clients were told of these commits."""
        if last < first:
            return
        if self.acknowledged and self.acknowledged[-1][1] == first - 1:
            self.acknowledged[-1] = (self.acknowledged[-1][0], last)
        else:
            self.acknowledged.append((first, last))

    def reach(self, other: Branch) -> int:
        """Up to which seqno of `other` this line of history holds; -1: nothing of it."""
        at: Branch | None = self
        limit = 2**63
        while at is not None:
            if at is other:
                return limit
            limit = min(limit, at.fork)
            at = at.parent
        return -1


@dataclass(frozen=True, slots=True)
class Position:
    """How far a database has come. Without a branch: nowhere."""

    branch: Branch | None = None
    seqno: int = -1

    @property
    def uuid(self) -> str:
        return self.branch.uuid if self.branch else ZERO

    def __str__(self) -> str:
        return f"{self.uuid}:{self.seqno}"


@dataclass(eq=False, slots=True)
class Storage:
    """What the storage engine of one data directory holds; it lives in the file ibdata1."""

    position: Position = field(default_factory=Position)


def acknowledged_count(branches: list[Branch]) -> int:
    """How many commits clients were told of."""
    return sum(last - first + 1 for branch in branches for first, last in branch.acknowledged)


def lost_count(branches: list[Branch], position: Position) -> int:
    """How many acknowledged commits a database at `position` does not hold."""
    lost = 0
    for branch in branches:
        reach = -1
        if position.branch is not None:
            reach = min(position.branch.reach(branch), position.seqno)
        lost += sum(last - max(first, reach + 1) + 1 for first, last in branch.acknowledged if last > reach)
    return lost
