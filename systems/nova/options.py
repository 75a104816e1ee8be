"""The options of nova.conf that a SPICE console needs: where each belongs, and since when (GOTCHAS E.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """What a host is to a console: whence the browser gets it, or where the guest runs."""

    CONTROL = "control"
    COMPUTE = "compute"


BOTH = frozenset(Side)
_CONTROL, _COMPUTE = frozenset({Side.CONTROL}), frozenset({Side.COMPUTE})


@dataclass(frozen=True, slots=True)
class Option:
    """One option. Releases are Nova's major numbers: 11 is Kilo, which calls itself 2015.1."""

    section: str
    name: str
    default: str
    sides: frozenset[Side]
    """Where it has an effect."""
    since: int = 0
    until: int = 10_000
    """The first release without it."""
    older: tuple[tuple[str, str], ...] = ()
    """Section and name that it had before, which is still read."""

    @property
    def shown(self) -> str:
        return f"[{self.section}] {self.name}"


KILO, LIBERTY, TRAIN = 11, 12, 20

SPICE_ENABLED = Option("spice", "enabled", "False", BOTH)
VNC_ENABLED = Option("vnc", "enabled", "True", BOTH, older=(("DEFAULT", "vnc_enabled"),))
AGENT_ENABLED = Option("spice", "agent_enabled", "True", _COMPUTE)
PROXY_HOST = Option("spice", "html5proxy_host", "0.0.0.0", _CONTROL)  # noqa: S104 - Nova's own default
PROXY_PORT = Option("spice", "html5proxy_port", "6082", _CONTROL)
BASE_URL = Option("spice", "html5proxy_base_url", "http://127.0.0.1:6082/spice_auto.html", _COMPUTE)
SERVER_LISTEN = Option("spice", "server_listen", "127.0.0.1", _COMPUTE)
CLIENT_ADDRESS = Option("spice", "server_proxyclient_address", "127.0.0.1", _COMPUTE)
WEB = Option("DEFAULT", "web", "/usr/share/spice-html5", _CONTROL)
CERT = Option("DEFAULT", "cert", "self.pem", _CONTROL)
KEY = Option("DEFAULT", "key", "", _CONTROL)
SSL_ONLY = Option("DEFAULT", "ssl_only", "False", _CONTROL)
KEYMAP = Option("spice", "keymap", "", _COMPUTE, until=22)
REQUIRE_SECURE = Option("spice", "require_secure", "False", _COMPUTE, since=31)
DIRECT_URL = Option("spice", "spice_direct_proxy_base_url", "http://127.0.0.1:13002/nova", _COMPUTE, since=31)
TOKEN_TTL = Option("consoleauth", "token_ttl", "600", _CONTROL, older=(("DEFAULT", "console_token_ttl"),))
ENFORCE_TIMEOUT = Option("consoleauth", "enforce_session_timeout", "False", _CONTROL, since=29)
ALLOWED_ORIGINS = Option(
    "console", "allowed_origins", "", _CONTROL, older=(("DEFAULT", "console_allowed_origins"),)
)
_STREAMING = tuple(
    Option("spice", name, "", _COMPUTE, since=27)
    for name in (
        "image_compression",
        "jpeg_compression",
        "zlib_compression",
        "playback_compression",
        "streaming_mode",
    )
)

OPTIONS: tuple[Option, ...] = (
    SPICE_ENABLED,
    VNC_ENABLED,
    AGENT_ENABLED,
    PROXY_HOST,
    PROXY_PORT,
    BASE_URL,
    SERVER_LISTEN,
    CLIENT_ADDRESS,
    WEB,
    CERT,
    KEY,
    SSL_ONLY,
    KEYMAP,
    REQUIRE_SECURE,
    DIRECT_URL,
    TOKEN_TTL,
    ENFORCE_TIMEOUT,
    ALLOWED_ORIGINS,
    *_STREAMING,
)

HOMES: Mapping[str, tuple[Option, ...]] = {
    name: tuple(option for option in OPTIONS if option.name == name) for name in {one.name for one in OPTIONS}
}
"""Name -> the options that are called so."""


def is_wanted(section: str, key: str) -> bool:
    """Whether an assignment is about consoles: no other is kept, since others hold passwords."""
    if key in HOMES:
        return not (key in _ANYWHERE and section.lower() not in ("spice", "vnc", "default"))
    return any((_same(section, place), key) == (True, name) for one in OPTIONS for place, name in one.older)


_ANYWHERE = frozenset({"enabled", "key", "cert", "web"})
"""Names so common that other sections have them for something else."""


def _same(one: str, other: str) -> bool:
    return one == other if "DEFAULT" in (one, other) else one.lower() == other.lower()


OLD_VNC = Option("DEFAULT", "vnc_enabled", "True", BOTH)
"""Kilo's name of it, which knows no [vnc] enabled."""


def vnc_option(release: int | None) -> Option:
    """The option that switches VNC off: Kilo knows the old name only, and Liberty and later read both."""
    return OLD_VNC if release is not None and release < LIBERTY else VNC_ENABLED
