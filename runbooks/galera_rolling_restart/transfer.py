"""By which way a node that is back got what it had missed, from its own log (GOTCHAS C.2, step 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runbooks.galera_rolling_restart.fuse import stopped_at
from runbooks.logs import hit
from runbooks.model import Look
from runbooks.words import short
from systems.errors import NotUnderstood
from systems.galera.grastate import parse_position
from systems.galera.readings import HostEvidence, Position

_POSITION = re.compile(r"[0-9a-f-]{36}:\d+", re.IGNORECASE | re.ASCII)


def how_it_came(look: Look, facts: Mapping[str, str], host: str) -> str:
    """One clause; a full copy is told as a warning, never left out (ROLL-02).

    "SST received" alone proves nothing: where a transfer script is bypassed for IST, the same line tells the
    position that the node has brought along (recorded on MariaDB 10.11 with rsync).
    """
    node = look.survey.node(host)
    evidence = node.evidence
    if not isinstance(evidence, HostEvidence) or evidence.details_error:
        return "by which way it came is not known: its log could not be read"
    came_with = stopped_at(facts, host)
    copy = hit(node, "sst-received")
    got = _position(copy.line) if copy else None
    if copy and (got is None or came_with is None):
        if hit(node, "ist-received"):
            return "whether it came by IST or by a full copy is not known: where it was stopped was not saved"
        return f"WARNING: it came by a full copy (SST): {copy.line}"
    if got is not None and came_with is not None and got != came_with:
        told = f"a full copy (SST) at {_told(got)}, not by IST from {_told(came_with)}"
        return f"WARNING: it came by {told} (ROLL-02)"
    since = f" from {_told(came_with)}" if came_with else ""
    return f"by IST{since}" if hit(node, "ist-received") else "it had missed nothing"


def _position(line: str) -> Position | None:
    found = _POSITION.search(line)
    try:
        return parse_position(found[0]) if found else None
    except NotUnderstood:
        return None


def _told(position: Position) -> str:
    return f"{short(position.uuid)}:{position.seqno}"
