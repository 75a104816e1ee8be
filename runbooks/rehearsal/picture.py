"""What a step changes, seen from outside: how many members, and what each node is. Made of one look; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.membership import moving_unit, primary_groups, runs
from runbooks.model import Look
from runbooks.steps.node import node_of
from runbooks.words import count, listed, short
from systems.galera.predict import position_of
from systems.galera.readings import NodeSurvey, WsrepStatus

DOWN, MOVING, MUTE, SILENT, APART = "down", "on its way", "mute", "silent", "non-Primary"
"""States beside those that a member of a Primary component tells of itself."""


@dataclass(frozen=True, slots=True)
class NodePicture:
    """One node at one moment."""

    state: str
    """As a member of a Primary component tells it ("Synced"), or one of the words above."""
    unit: str
    """State of the unit that owns its process, or would: active, failed, ...; empty: nobody could look."""
    position: str
    """Where its data stands, as far as that is known; it moves with every write and is not compared."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All nodes at one moment."""

    sizes: tuple[int, ...]
    """Members of each Primary component: one where all is well, none without quorum, two in a split."""
    nodes: Mapping[str, NodePicture]


def picture_of(look: Look) -> Picture:
    """What this look shows."""
    survey = look.survey
    sizes = sorted((group.size for group in primary_groups(survey)), reverse=True)
    return Picture(tuple(sizes), {node.host: _node(node) for node in survey.nodes})


def _node(node: NodeSurvey) -> NodePicture:
    known = node_of(node)
    unit = known.evidence.units.get(known.owner) if known is not None else None
    return NodePicture(
        state=_state(node),
        unit=unit.active if unit is not None else "",
        position=str(position_of(node)),
    )


def _state(node: NodeSurvey) -> str:
    if isinstance(node.status, WsrepStatus):
        return (node.status.state_comment or "no state told") if node.status.is_primary else APART
    running = runs(node)
    if running is None:
        return SILENT
    if moving_unit(node) is not None:
        return MOVING
    return MUTE if running else DOWN


def unlike(expected: Picture, seen: Picture) -> str:
    """Where `seen` is otherwise, in one clause; empty: nowhere. Positions are not compared."""
    told = [_unlike_node(host, node, seen.nodes.get(host)) for host, node in expected.nodes.items()]
    told += [f"{host} was not there" for host in seen.nodes if host not in expected.nodes]
    if expected.sizes != seen.sizes:
        told.append(f"{size_words(seen.sizes)}, and {size_words(expected.sizes)} was expected")
    return "; ".join(part for part in told if part)


def _unlike_node(host: str, expected: NodePicture, seen: NodePicture | None) -> str:
    if seen is None:
        return f"{host} is not there any more"
    if expected.state != seen.state:
        return f"{host} is {seen.state}, and {expected.state} was expected"
    if expected.unit != seen.unit:
        return f"the unit of {host} is {seen.unit or 'unread'}, and {expected.unit or 'unread'} was expected"
    return ""


def size_words(sizes: tuple[int, ...]) -> str:
    """Say how many members there are."""
    if not sizes:
        return "no Primary component"
    if len(sizes) == 1:
        return f"cluster size {sizes[0]}"
    return f"{count(len(sizes), 'Primary component')} of {listed(map(str, sizes))} members"


def changes(before: Picture, after: Picture) -> tuple[str, ...]:
    """What became otherwise between the two, a clause each: "cluster size 3 -> 2", "db2 Synced -> down"."""
    told = []
    if before.sizes != after.sizes:
        told.append(_size_change(before.sizes, after.sizes))
    for host, node in after.nodes.items():
        was = before.nodes.get(host)
        if was is None or (was.state, was.unit) == (node.state, node.unit):
            continue
        unit = f", unit {was.unit or '?'} -> {node.unit or '?'}" if was.unit != node.unit else ""
        state = f"{was.state} -> {node.state}" if was.state != node.state else node.state
        told.append(f"{host} {state}{unit}, at {_short(node.position)}")
    return tuple(told)


def _size_change(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    if len(before) == len(after) == 1:
        return f"cluster size {before[0]} -> {after[0]}"
    return f"{size_words(before)} -> {size_words(after)}"


def _short(position: str) -> str:
    uuid, colon, seqno = position.rpartition(":")
    return f"{short(uuid)}:{seqno}" if colon else position
