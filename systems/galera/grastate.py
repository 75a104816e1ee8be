"""grastate.dat and gvwstate.dat: what a node wrote down of its position and of its last Primary view."""

from __future__ import annotations

import re
from datetime import datetime

from systems.errors import NotUnderstood
from systems.galera.readings import Grastate, Gvwstate, Position

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_SEQNO = re.compile(r"-1|[0-9]{1,19}", re.ASCII)


def parse_grastate(text: str, modified_at: datetime | None = None) -> Grastate:
    """Read grastate.dat (GOTCHAS P.1). Raises `NotUnderstood`, also for an empty file, as a joiner has it."""
    if not text.strip():
        raise NotUnderstood("grastate.dat is empty, as it is while a full copy (SST) is being received")
    lines = _lines(text)
    uuid, seqno = lines.get("uuid", ""), lines.get("seqno", "")
    if not _UUID.fullmatch(uuid) or not _SEQNO.fullmatch(seqno):
        raise NotUnderstood(
            f"grastate.dat has no readable uuid and seqno: uuid {uuid[:60]!r}, seqno {seqno[:30]!r}"
        )
    safe = {"1": True, "0": False}.get(lines.get("safe_to_bootstrap", ""))
    return Grastate(Position(uuid.lower(), int(seqno)), safe, modified_at)


def parse_gvwstate(text: str) -> Gvwstate:
    """Read gvwstate.dat (GOTCHAS P.1). Raises `NotUnderstood` when it holds no view."""
    my_uuid = _lines(text).get("my_uuid", "")
    _, begun, rest = text.partition("#vwbeg")
    block, ended, _ = rest.partition("#vwend")
    if not (_UUID.fullmatch(my_uuid) and begun and ended):
        raise NotUnderstood("gvwstate.dat holds no complete view")
    members = []
    view_id = ""
    for line in block.splitlines():
        name, _, value = (part.strip() for part in line.partition(":"))
        if name == "view_id":
            view_id = value
        elif name == "member" and value:
            members.append(value.split()[0].lower())
    if not view_id or not members or not all(_UUID.fullmatch(member) for member in members):
        raise NotUnderstood("gvwstate.dat names no readable view and members")
    return Gvwstate(my_uuid.lower(), view_id, tuple(members))


def parse_position(text: str) -> Position:
    """Read UUID:SEQNO, separated by the last colon (GOTCHAS P.1). Raises `NotUnderstood`."""
    uuid, _, seqno = text.strip().rpartition(":")
    if not _UUID.fullmatch(uuid) or not _SEQNO.fullmatch(seqno):
        raise NotUnderstood(f"{text.strip()[:80]!r} is no position: expected UUID:SEQNO")
    return Position(uuid.lower(), int(seqno))


def _lines(text: str) -> dict[str, str]:
    """The `name: value` lines, # begins a comment; the last one of a name counts, as for Galera itself."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.lstrip().startswith("#"):
            values[name.strip()] = value.strip()
    return values
