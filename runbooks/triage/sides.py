"""The nodes of a cluster without a Primary component, sorted by what can be known of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from runbooks.logs import waits_for_last_view
from runbooks.membership import is_down, moving_unit, runs
from runbooks.triage.outside import is_voted_out
from systems.galera.readings import (
    ZERO_UUID,
    ClusterSurvey,
    NodeSurvey,
    WsrepStatus,
    WsrepVariables,
)


@dataclass(frozen=True, slots=True)
class Sides:
    """The nodes of a cluster without a Primary, by what can be known of them."""

    talking: tuple[NodeSurvey, ...]
    """Say themselves that they are connected and not Primary."""
    waiting: tuple[NodeSurvey, ...]
    """Restored their last view and wait for its members, with or without an open SQL port (REC-21)."""
    moving: tuple[NodeSurvey, ...]
    """On their way up or down."""
    silent: tuple[NodeSurvey, ...]
    """Run and do not answer: each may be Primary."""
    left: tuple[NodeSurvey, ...]
    """Run and have left the cluster, or hold no state of it: no source of anything."""
    down: tuple[NodeSurvey, ...]
    unreached: tuple[NodeSurvey, ...]
    """Nobody could look, and nobody vouches for them."""
    vouched: tuple[str, ...]
    """Out of reach and signed off by the operator, by name."""


def sides_of(survey: ClusterSurvey, signed_off: Collection[str]) -> Sides:
    """Sort all nodes; each stands in one place, `waiting` ones that talk stand in both."""
    sorted_in: dict[str, list[NodeSurvey]] = {}
    for node in survey.nodes:
        sorted_in.setdefault(_place(node, signed_off), []).append(node)
    talking = sorted_in.get("talking", [])
    waiting = [*sorted_in.get("waiting", []), *(node for node in talking if waits_for_last_view(node))]
    return Sides(
        talking=tuple(talking),
        waiting=tuple(waiting),
        moving=tuple(sorted_in.get("moving", [])),
        silent=tuple(sorted_in.get("silent", [])),
        left=tuple(sorted_in.get("left", [])),
        down=tuple(sorted_in.get("down", [])),
        unreached=tuple(sorted_in.get("unreached", [])),
        vouched=tuple(node.host for node in sorted_in.get("vouched", [])),
    )


def _place(node: NodeSurvey, signed_off: Collection[str]) -> str:
    if isinstance(node.status, WsrepStatus):
        plain = isinstance(node.variables, WsrepVariables) and not node.variables.wsrep_on
        gone = plain or is_voted_out(node.status) or not has_state(node.status)
        return "left" if gone else "talking"
    if runs(node) is None:
        return "vouched" if node.host in signed_off else "unreached"
    if is_down(node):
        return "down"
    return _underway(node)


def has_state(status: WsrepStatus) -> bool:
    """Whether a running node holds a history of its own; without one it is a source of nothing (REC-12)."""
    none = ("", ZERO_UUID)
    return status.state_uuid not in none and status.local_state_uuid != ZERO_UUID


def _underway(node: NodeSurvey) -> str:
    if moving_unit(node) is None:
        return "silent"
    return "waiting" if runs(node) and waits_for_last_view(node) else "moving"
