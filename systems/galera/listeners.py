"""/proc/net/tcp and tcp6: on which of Galera's ports something listens. Needs no tool on the host."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable

GALERA_PORTS = (3306, 4444, 4567, 4568)
"""SQL, SST, group communication, IST."""

_LISTEN = "0A"


def listening_ports(
    lines: Iterable[str], own_address: str = "", ports: Collection[int] = GALERA_PORTS
) -> tuple[int, ...]:
    """The ports of `ports` with a listener, ascending.

    Where the node has an address of its own on the loopback, several nodes share the host: then only
    listeners on that address or on all of them count.
    """
    is_shared = own_address.startswith("127.")
    found = set()
    for line in lines:
        listener = _listener(line)
        if listener is None or listener[1] not in ports:
            continue
        address, port = listener
        if not is_shared or address.is_unspecified or str(address) == own_address:
            found.add(port)
    return tuple(sorted(found))


def _listener(line: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int] | None:
    """Read one row: `sl: local_address:port remote:port state ...`, addresses as host-order hex words."""
    words = line.split()
    if len(words) < 4 or words[3] != _LISTEN:
        return None
    address, _, port = words[1].partition(":")
    try:
        raw = bytes.fromhex(address)
        swapped = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
        return ipaddress.ip_address(swapped), int(port, 16)
    except ValueError:
        return None
