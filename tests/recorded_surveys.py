"""Surveys of the real lab under its faults, kept as JSON: readings as they were parsed on that day."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import systems.errors
from systems.errors import SystemsError
from systems.galera.readings import (
    Answer,
    ClusterSurvey,
    HostEvidence,
    NodeSurvey,
    Writer,
    WsrepStatus,
    WsrepVariables,
)

R = TypeVar("R")

DATA = Path(__file__).parent / "runbooks" / "triage" / "data"
_SPLIT = ("status", "variables", "evidence")
_OPTIONS = ("gcache.", "gcs.fc_", "gcs.vote", "gmcast.segment", "pc.", "socket.ssl")
"""Of the provider's options, what anybody reads."""
_COUNTED = ("wsrep_replicated", "wsrep_received")
"""Of all that a status holds, what is read by name; the rest stands in fields of its own."""


def recorded(name: str) -> ClusterSurvey:
    """The last look of a fault, with the look before it: recorded("kill-one")."""
    kept = msgspec.json.decode((DATA / f"{name}.json").read_bytes())
    before = _survey(kept["before"], None) if kept["before"] else None
    return _survey(kept["now"], before)


def names() -> list[str]:
    """Every fault that was recorded."""
    return sorted(path.stem for path in DATA.glob("*.json"))


def to_json(survey: ClusterSurvey) -> bytes:
    """What `recorded` reads back; logs are cut to their newest lines."""
    kept = {"now": _plain(survey), "before": _plain(survey.before) if survey.before else None}
    return msgspec.json.encode(kept) + b"\n"


def _plain(survey: ClusterSurvey) -> dict[str, Any]:
    return {
        "name": survey.name,
        "taken_at": survey.taken_at,
        "arbitrators": survey.arbitrators,
        "nodes": [_plain_node(node) for node in survey.nodes],
    }


def _plain_node(node: NodeSurvey) -> dict[str, Any]:
    kept = {field.name: getattr(node, field.name) for field in dataclasses.fields(node)}
    for part in _SPLIT:
        answer = kept[part]
        if isinstance(answer, SystemsError):
            kept[part] = {"error": type(answer).__name__, "text": str(answer)}
        else:
            kept[part] = msgspec.to_builtins(answer)
    if isinstance(node.status, WsrepStatus):
        kept["status"]["all"] = {name: node.status.all[name] for name in _COUNTED if name in node.status.all}
    if isinstance(node.variables, WsrepVariables) and isinstance(node.evidence, HostEvidence):
        named = node.evidence.configured
        kept["variables"]["all"] = {
            name: value for name, value in node.variables.all.items() if name in named
        }
    if isinstance(node.variables, WsrepVariables):
        options = node.variables.provider_options
        chosen = {name: value for name, value in options.items() if name.startswith(_OPTIONS)}
        kept["variables"]["provider_options"] = chosen
    if isinstance(node.evidence, HostEvidence):
        kept["evidence"]["log_tail"] = kept["evidence"]["log_tail"][-5:]
        kept["evidence"]["log_hits"] = kept["evidence"]["log_hits"][-12:]
    return kept


@dataclasses.dataclass
class _Frame:
    """What of a node is no answer."""

    host: str
    started_at: datetime
    taken_at: datetime
    writers: tuple[Writer, ...]


def _survey(kept: dict[str, Any], before: ClusterSurvey | None) -> ClusterSurvey:
    return ClusterSurvey(
        name=kept["name"],
        taken_at=msgspec.convert(kept["taken_at"], datetime),
        nodes=tuple(_node(node) for node in kept["nodes"]),
        before=before,
        arbitrators=kept["arbitrators"],
    )


def _node(kept: dict[str, Any]) -> NodeSurvey:
    frame = msgspec.convert({key: kept[key] for key in ("host", "started_at", "taken_at", "writers")}, _Frame)
    return NodeSurvey(
        host=frame.host,
        started_at=frame.started_at,
        taken_at=frame.taken_at,
        status=_answer(kept["status"], WsrepStatus),
        variables=_answer(kept["variables"], WsrepVariables),
        evidence=_answer(kept["evidence"], HostEvidence),
        writers=frame.writers,
    )


def _answer(kept: dict[str, Any], kind: type[R]) -> Answer[R]:
    if "error" in kept:
        error: SystemsError = getattr(systems.errors, kept["error"])(kept["text"])
        return error
    return msgspec.convert(kept, kind)
