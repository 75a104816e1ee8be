"""Which node a new Primary component may start from: candidates in order, and the choice with its reason."""

from __future__ import annotations

from collections.abc import Sequence

from runbooks.positions import Saved
from runbooks.triage.scenario import Candidate
from runbooks.words import listed


def candidates_of(saved: Sequence[Saved]) -> tuple[Candidate, ...]:
    """The stopped nodes that may hold the newest data: unknown positions, then the highest first."""
    found = [
        Candidate(one.host, one.position, one.source, one.safe_to_bootstrap)
        for one in saved
        if one.is_candidate
    ]
    return in_order(found)


def in_order(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Most advanced first; safe_to_bootstrap only breaks ties (REC-02), then the inventory's order does."""
    return tuple(
        sorted(
            candidates,
            key=lambda one: (
                one.position is not None,
                -one.position.seqno if one.position else 0,
                one.safe_to_bootstrap is not True,
            ),
        )
    )


def choice(candidates: Sequence[Candidate]) -> tuple[str | None, str]:
    """The node to start from and why; None while a position is missing or there is nobody to choose."""
    if not candidates or any(one.position is None for one in candidates):
        return None, ""
    first, *rest = candidates
    assert first.position is not None  # noqa: S101 - all positions are known here
    equal = [one for one in rest if one.position and one.position.seqno == first.position.seqno]
    seqno = first.position.seqno
    if not rest:
        return first.host, f"{first.host} is the only node with a usable state ({seqno})"
    if not equal:
        others = ", ".join(f"{one.host} {one.position.seqno}" for one in rest if one.position)
        return first.host, f"{first.host} has the highest position ({seqno}; {others})"
    tie = f"{first.host} and {listed(one.host for one in equal)} have the same position ({seqno})"
    if first.safe_to_bootstrap and not any(one.safe_to_bootstrap for one in equal):
        return first.host, f"{tie}; {first.host} left last (safe_to_bootstrap is 1)"
    return first.host, f"{tie}; {first.host} stands first in the inventory"


def ahead_of(candidates: Sequence[Candidate], saved: Sequence[Saved]) -> str:
    """Why a survivor may not become Primary: a node that is down has more than all of them."""
    best = max((one.position.seqno for one in candidates if one.position), default=-1)
    more = [one for one in saved if one.position is not None and one.position.seqno > best]
    if not candidates or best < 0 or not more:
        return ""
    first = max(more, key=lambda one: one.position.seqno if one.position else -1)
    return (
        f"{first.host} is down and holds more ({first.position}) than any node that runs "
        f"({best}): stop the nodes that run, then the most advanced of all is bootstrapped (R-6)"
    )
