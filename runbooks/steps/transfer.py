"""By which way a node that is back got what it had missed, from its own log (GOTCHAS C.2, step 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from runbooks.logs import hit
from runbooks.model import Context, Holds, Look, Sighting, no, unknown, yes
from runbooks.words import short
from systems.errors import NotUnderstood
from systems.galera.grastate import parse_grastate, parse_position
from systems.galera.readings import HostEvidence, NodeSurvey, Position
from systems.shell import Output

_MORE_LOOKS = 2
_POSITION = re.compile(r"[0-9a-f-]{36}:\d+", re.IGNORECASE | re.ASCII)


def stopped_fact(host: str) -> str:
    """The name of the fact that holds where a node was stopped."""
    return f"stopped:{host}"


def stopped_at(facts: Mapping[str, str], host: str) -> Position | None:
    """Where this run has stopped the node; None: it has not, or nothing was saved."""
    try:
        position = parse_position(facts.get(stopped_fact(host), ""))
    except NotUnderstood:
        return None
    return position if position.is_known else None


def learn_stopped(host: str, outputs: Sequence[Output]) -> Mapping[str, str]:
    """Take the position from what `cat grastate.dat` wrote; raises `NotUnderstood` when it is none."""
    saved = next((output.stdout for output in outputs if "uuid:" in output.stdout), "")
    return {stopped_fact(host): str(parse_grastate(saved).position)} if saved else {}


def how_it_came(look: Look, facts: Mapping[str, str], host: str) -> str:
    """One clause; a full copy is told as a warning, never left out (ROLL-02)."""
    told = by_ist(look, facts, host)
    return f"WARNING: {told.evidence}" if told.holds is Holds.NO else told.evidence


async def look_for_its_way(context: Context, look: Look, host: str) -> Look:
    """This look or one of the next two, the first in which the log of a Synced node tells how it came.

    A node is seen Synced before its log was read to the end of the transfer; a log that stays silent, as one
    without notes does, is waited for no longer.
    """
    for _ in range(_MORE_LOOKS):
        if by_ist(look, context.facts, host).holds is not Holds.UNKNOWN:
            break
        look = await context.look()
    return look


def by_ist(look: Look, facts: Mapping[str, str], host: str) -> Sighting:
    """Whether a node that this run has stopped came back without a full copy.

    "SST received" alone proves nothing: where a transfer script is bypassed for IST, the same line tells the
    position that the node has brought along (recorded on MariaDB 10.11 with rsync). And that no line tells
    of a transfer proves nothing until one tells that the node is synchronized: the log is read at another
    moment than the state.
    """
    node = look.survey.node(host)
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence) or evidence.details_error:
        return unknown("by which way it came is not known: its log could not be read", host)
    came_with = stopped_at(facts, host)
    copy = hit(node, "sst-received")
    got = _position(copy.line) if copy else None
    if copy and (got is None or came_with is None):
        if hit(node, "ist-received"):
            why = "where it was stopped was not saved"
            return unknown(f"whether it came by IST or by a full copy is not known: {why}", host)
        return no(f"it came by a full copy (SST): {copy.line}", host)
    if got is not None and came_with is not None and got != came_with:
        told = f"a full copy (SST) at {_told(got)}, not by IST from {_told(came_with)}"
        return no(f"it came by {told} (ROLL-02)", host)
    return _without_a_copy(node, came_with)


def _without_a_copy(node: NodeSurvey, came_with: Position | None) -> Sighting:
    if hit(node, "ist-received"):
        return yes(f"by IST from {_told(came_with)}" if came_with else "by IST", node.host)
    if hit(node, "synchronized"):
        return yes("it had missed nothing", node.host)
    return unknown("by which way it came is not known: its log does not tell of it", node.host)


def _position(line: str) -> Position | None:
    found = _POSITION.search(line)
    try:
        return parse_position(found[0]) if found else None
    except NotUnderstood:
        return None


def _told(position: Position) -> str:
    return f"{short(position.uuid)}:{position.seqno}"
