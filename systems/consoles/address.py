"""The websocket behind the address that Nova gives for a console: what the page there would open."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from systems.errors import NotUnderstood
from systems.openstack.readings import ConsoleReading
from systems.text import visible

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_ORIGINS = {"ws": "http", "wss": "https"}
_PORTS = {"ws": 80, "wss": 443}
_SPICE_PATH = "/websockify"
"""spice-html5's page opens that on its own host; the token it has from the page's address."""


@dataclass(frozen=True, slots=True)
class ConsoleAddress:
    """Where to connect. Whoever has the URL has the keyboard, so it is no part of the repr."""

    kind: str
    """The type of console: serial, novnc, spice-html5."""
    url: str = field(repr=False)
    origin: str
    """What a browser would send; the proxy compares its host and scheme with its own (SPICE E.4, Origin)."""
    where: str
    """Host and port, for sentences."""

    @property
    def is_tls(self) -> bool:
        return self.url.startswith("wss:")


def address_of(console: ConsoleReading) -> ConsoleAddress:
    """Return the websocket of a console; raises `NotUnderstood` for what is no address of one."""
    try:
        parts = urlsplit(console.url)
        scheme, port = _SCHEMES[parts.scheme], parts.port
    except (KeyError, ValueError) as error:
        raise NotUnderstood(
            f"Nova's address of this {console.type} console is none of a websocket or a page: see base_url "
            "in the nova.conf of its compute host (SPICE E.1)."
        ) from error
    if not parts.hostname:
        raise NotUnderstood(
            f"Nova's address of this {console.type} console names no host: see base_url in the nova.conf of "
            "its compute host (SPICE E.1)."
        )
    path, query = _target(parts.path, parts.query, parts.scheme)
    host = visible(parts.hostname)
    shown = f"[{host}]" if ":" in host else host
    return ConsoleAddress(
        kind=console.type,
        url=urlunsplit((scheme, parts.netloc.rpartition("@")[2], path, query, "")),
        origin=f"{_ORIGINS[scheme]}://{parts.netloc.rpartition('@')[2]}",
        where=f"{shown}:{port or _PORTS[scheme]}",
    )


def _target(path: str, query: str, scheme: str) -> tuple[str, str]:
    """The path and query that the page opens: noVNC is told them as `path`, SPICE's page knows its own."""
    if scheme in ("ws", "wss"):
        return path or "/", query
    told = parse_qs(query)
    if "path" in told:
        inner, _, inner_query = told["path"][0].lstrip("/").partition("?")
        return f"/{inner}", inner_query
    token = urlencode({"token": told.get("token", [""])[0]})
    return _SPICE_PATH, token
