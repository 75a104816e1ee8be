"""Recorded answers of a real cloud, as the parsers and the decoder get them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from systems.openstack.asking import Reply

DATA = Path(__file__).parent / "data"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHERE = "http://nova.example.test:8774/v2.1"


def reply(name: str) -> Reply:
    """One recorded answer: reply("no-spice")."""
    _, status, request, _, body = (DATA / f"{name}.http").read_text().split("\n", 4)
    service = "Octavia" if name.startswith("octavia-") else "Nova"
    code, number = int(status.split()[1]), request.partition(": ")[2]
    return Reply("kilo", WHERE, code, body.encode(), AT, number, service)


def made(body: object, status: int = 200, *, service: str = "Nova") -> Reply:
    """An answer made by hand: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply("kilo", WHERE, status, data, AT, service=service)
