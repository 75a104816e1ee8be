"""A laptop's way to a console that only the bastion reaches: a line of ssh, and the address behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*", re.ASCII)
"""What may stand in a line that an operator pastes into a shell: the name comes from the cloud."""
_LEAST_FREE_PORT = 1024
"""Only root may listen on a port below."""


@dataclass(frozen=True, slots=True)
class Forward:
    """What to type on the laptop, and what to open there."""

    line: str
    """Holds no token: it may stand in a shell's history."""
    url: str = field(repr=False)
    """The console's address at the laptop's end of it; its token with it."""
    warning: str = ""
    """What the browser will say, where it will say something."""


def forward_of(url: str, bastion: str) -> Forward | None:
    """Return the way for a console's URL by `bastion` ("ana@bastion1"); None: it is no address to forward.

    The proxy compares the page's origin with the name that it was asked by, which is the laptop's end for
    both, so a plain forward is enough (nova/console/websocketproxy.py). TLS is another matter: the
    certificate names the proxy.
    """
    try:
        parts = urlsplit(url)
        far = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not _HOST.fullmatch(parts.hostname or "") or far is None:
        return None
    near = far if far >= _LEAST_FREE_PORT else far + 8000
    name = str(parts.hostname)
    host = f"[{name}]" if ":" in name else name
    warning = (
        f"The certificate is that of {name}: the browser will warn of the name 127.0.0.1."
        if parts.scheme in ("https", "wss")
        else ""
    )
    return Forward(
        line=f"ssh -N -L 127.0.0.1:{near}:{host}:{far} {bastion}",
        url=urlunsplit(parts._replace(netloc=f"127.0.0.1:{near}")),
        warning=warning,
    )
