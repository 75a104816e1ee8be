"""Readings that were recorded from the practice estate: what the scenes are made of.

`python -m tests.recording` records them anew; `tests/test_recorded.py` fails when they are stale.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from systems import errors
from systems.errors import SystemsError
from systems.galera.readings import (
    ClusterSurvey,
    HostEvidence,
    NodeSurvey,
    Writer,
    WsrepStatus,
    WsrepVariables,
)
from systems.host import HostReading

T = TypeVar("T")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""When all of them were taken, but those of before."""
BEFORE = NOON - timedelta(seconds=12)
PLACE = Path(__file__).parent / "data" / "practice.json"


def survey_of(name: str) -> ClusterSurvey:
    """The cluster in the state of that name (`tests.recording.STATES`)."""
    data = _all()[name]
    nodes = tuple(_node(node) for node in data["nodes"])
    return ClusterSurvey(data["cluster"], max(node.taken_at for node in nodes), nodes)


def hosts_of(name: str) -> dict[str, HostReading | SystemsError]:
    """What its hosts said of themselves."""
    return {host: _answer(data, HostReading) for host, data in _all()[name]["hosts"].items()}


def positions_of(name: str) -> dict[str, int]:
    """How far the data of each of its nodes came."""
    return dict(_all()[name]["positions"])


def logs_of(name: str) -> dict[str, str]:
    """The journals of the databases."""
    return dict(_all()[name]["logs"])


def survey_data(survey: ClusterSurvey, at: datetime) -> dict[str, Any]:
    """A survey as it is recorded: as if all of it had been taken at one moment."""
    return {"cluster": survey.name, "nodes": [_node_data(node, at) for node in survey.nodes]}


def answer_data(answer: object, at: datetime) -> dict[str, Any]:
    """An answer as it is recorded."""
    if isinstance(answer, SystemsError):
        text = re.sub(r" \(tried .*\)$", "", re.sub(r"127\.0\.0\.1 port \d+", "port 22", str(answer)))
        return {"error": type(answer).__name__, "text": text}
    data: dict[str, Any] = msgspec.to_builtins(answer, str_keys=True)
    data["taken_at"] = at.isoformat()
    if isinstance(answer, HostEvidence):
        data |= {"details_at": data["taken_at"], "clock_offset_s": 0.0}
    return data


def _node_data(node: NodeSurvey, at: datetime) -> dict[str, Any]:
    return {
        "host": node.host,
        "at": at.isoformat(),
        "status": answer_data(node.status, at),
        "variables": answer_data(node.variables, at),
        "evidence": answer_data(node.evidence, at),
        "writers": msgspec.to_builtins(node.writers),
        "writers_hidden": node.writers_hidden,
    }


def _node(data: dict[str, Any]) -> NodeSurvey:
    at = datetime.fromisoformat(data["at"])
    return NodeSurvey(
        host=data["host"],
        started_at=at,
        taken_at=at,
        status=_answer(data["status"], WsrepStatus),
        variables=_answer(data["variables"], WsrepVariables),
        evidence=_answer(data["evidence"], HostEvidence),
        writers=msgspec.convert(data["writers"], tuple[Writer, ...]),
        writers_hidden=data["writers_hidden"],
    )


def _answer(data: dict[str, Any], reading: type[T]) -> T | SystemsError:
    if "error" in data:
        error: SystemsError = getattr(errors, data["error"])(data["text"])
        return error
    return msgspec.convert(data, reading)


@cache
def _all() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
    return data
