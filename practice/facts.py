"""What the `load` order tells of a real cluster, read from plain JSON: checked here, and shared with nobody.

    {"do": "load", "cluster": "orders", "writes_per_s": 12.5, "blank": false, "hosts": {"db1": {
        "address": "10.77.0.11",          where the others reach it
        "silent": false,                  its host does not answer: here it is off the network
        "runs": true,                     a server process is there
        "failed": false,                  its unit is held for failed
        "component": 0,                   which servers are together: the same number; null: it is in none
        "primary": true,                  that component is Primary
        "view": 7,                        number of that component's view
        "uuid": "5f...", "seqno": 1311,   where its data stands; a zero UUID: nowhere
        "member_uuid": "8a...",           its name in group communication
        "saved": {"uuid": "5f...", "seqno": 1311, "safe": false},     grastate.dat; null: there is none
        "last_view": {"member_uuid": "8a...", "members": ["8a..."]},  gvwstate.dat; null: there is none
        "weight": 1, "desync": false,
        "write_share": 1.0,               the part of all writes that its clients send
        "cached_from": 900,               the oldest write-set in its cache
        "cache_bytes": 134217728, "data_bytes": 2000000000,
        "disk_bytes": 40000000000, "disk_free_bytes": 30000000000,
        "enabled": true, "bootstrap_enabled": false,                  what its next boot starts
        "boot_id": "c1...",                                           of the host's last boot
        "invocation": "0f...", "bootstrap_invocation": ""}}}          of its units' last starts; empty: none

Everything but the hosts may be left out; what is not told is as on a practice host. Of hosts that are blank,
as their packages leave them, only the address and the sizes of disks count.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from practice.galera.history import ZERO
from practice.galera.saved import SavedState, SavedView

MOST_HOSTS = 15
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_INVOCATION = re.compile(r"([0-9a-f]{32})?", re.ASCII)
_MOST = 1 << 62


class FactsWrong(Exception):
    """The facts cannot be taken over; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """One host and the server on it; the names are those of the order (see the module)."""

    address: str = ""
    silent: bool = False
    runs: bool = False
    failed: bool = False
    component: int | None = None
    primary: bool = False
    view: int = 1
    uuid: str = ZERO
    seqno: int = -1
    member_uuid: str = ""
    saved: SavedState | None = None
    last_view: SavedView | None = None
    weight: int = 1
    desync: bool = False
    write_share: float = 0.0
    cached_from: int = 1
    cache_bytes: int = 0
    data_bytes: int = 0
    disk_bytes: int = 0
    disk_free_bytes: int = 0
    enabled: bool = True
    bootstrap_enabled: bool = False
    boot_id: str = ""
    invocation: str = ""
    bootstrap_invocation: str = ""

    @property
    def is_member(self) -> bool:
        """Its server takes part in group communication."""
        return self.runs and not self.silent and self.component is not None


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """One cluster, its hosts in the order of the inventory."""

    cluster: str
    hosts: Mapping[str, HostFacts]
    writes_per_s: float | None = None
    blank: bool = False
    """Nothing is configured on the hosts."""


_WHOLE = {
    "view": (0, _MOST),
    "seqno": (-1, _MOST),
    "weight": (0, 255),
    "cached_from": (0, _MOST),
    "cache_bytes": (0, _MOST),
    "data_bytes": (0, _MOST),
    "disk_bytes": (0, _MOST),
    "disk_free_bytes": (0, _MOST),
}
_INVOCATIONS = ("invocation", "bootstrap_invocation")
_SWITCHES = ("silent", "runs", "failed", "primary", "desync", "enabled", "bootstrap_enabled")


def read_facts(order: Mapping[str, object]) -> ClusterFacts:
    """Read a `load` order; raises `FactsWrong`."""
    cluster, hosts = order.get("cluster"), order.get("hosts")
    if not isinstance(cluster, str) or not _NAME.fullmatch(cluster):
        raise FactsWrong(f"cluster {cluster!r}: a name is of letters, digits, dots, dashes and underscores")
    if not isinstance(hosts, dict) or not 1 <= len(hosts) <= MOST_HOSTS:
        raise FactsWrong(f"hosts: facts by the name of a host, for 1 to {MOST_HOSTS} hosts")
    found = {name: _host(name, told) for name, told in hosts.items()}
    rate = order.get("writes_per_s")
    writes_per_s = None if rate is None else _number("writes_per_s", rate, most=1e6)
    blank = order.get("blank", False)
    if not isinstance(blank, bool):
        raise FactsWrong(f"blank: true or false, and it is {blank!r}")
    return ClusterFacts(cluster, found, writes_per_s, blank)


def _host(name: object, told: object) -> HostFacts:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise FactsWrong(
            f"host {name!r}: a practice host's name is of letters, digits, dots, dashes and underscores"
        )
    if not isinstance(told, dict):
        raise FactsWrong(f"{name}: its facts are an object")
    known = {field.name for field in fields(HostFacts)}
    if strange := sorted(set(told) - known):
        raise FactsWrong(f"{name}: there is no fact {strange[0]!r}; there are: {', '.join(sorted(known))}")
    return HostFacts(**{fact: _fact(f"{name}: {fact}", fact, value) for fact, value in told.items()})


def _fact(where: str, fact: str, value: object) -> Any:
    if fact in _SWITCHES:
        if not isinstance(value, bool):
            raise FactsWrong(f"{where}: true or false, and it is {value!r}")
        return value
    if fact in _WHOLE:
        return _whole(where, value, *_WHOLE[fact])
    if value is None and fact in _MAY_BE_NULL:
        return None
    read = _READERS.get(fact, _invocation if fact in _INVOCATIONS else _uuid)
    return read(where, value)


def _component(where: str, value: object) -> int:
    return _whole(where, value, 0, MOST_HOSTS)


def _share(where: str, value: object) -> float:
    return _number(where, value, most=1.0)


def _invocation(where: str, value: object) -> str:
    if not isinstance(value, str) or not _INVOCATION.fullmatch(value):
        raise FactsWrong(f"{where}: 32 hexadecimal digits, or empty, and it is {value!r}")
    return value


def _address(where: str, value: object) -> str:
    try:
        return str(ipaddress.IPv4Address(value if isinstance(value, str) else ""))
    except ValueError:
        raise FactsWrong(f"{where}: an IPv4 address, and it is {value!r}") from None


def _boot_id(where: str, value: object) -> str:
    """Kernels write it with dashes, systemd writes it without."""
    try:
        return str(uuid.UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise FactsWrong(f"{where}: a UUID, and it is {value!r}") from None


def _saved(where: str, value: object) -> SavedState:
    told = _object(where, value)
    safe = told.get("safe", False)
    if not isinstance(safe, bool):
        raise FactsWrong(f"{where}: safe is true or false")
    return SavedState(
        _uuid(where, told.get("uuid")), _whole(where, told.get("seqno"), -1, _MOST), is_safe=safe
    )


def _last_view(where: str, value: object) -> SavedView:
    told = _object(where, value)
    members = told.get("members")
    if not isinstance(members, list) or not 1 <= len(members) <= MOST_HOSTS:
        raise FactsWrong(f"{where}: members is a list of 1 to {MOST_HOSTS} UUIDs")
    return SavedView(_uuid(where, told.get("member_uuid")), tuple(_uuid(where, member) for member in members))


def _object(where: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise FactsWrong(f"{where}: an object or null, and it is {value!r}")
    return value


def _uuid(where: str, value: object) -> str:
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise FactsWrong(f"{where}: a UUID, and it is {value!r}")
    return value.lower()


def _whole(where: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise FactsWrong(f"{where}: a whole number from {least} to {most}, and it is {value!r}")
    return value


def _number(where: str, value: object, *, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
        raise FactsWrong(f"{where}: a number from 0 to {most:g}, and it is {value!r}")
    return float(value)


_MAY_BE_NULL = frozenset({"component", "saved", "last_view"})
_READERS: Mapping[str, Callable[[str, object], Any]] = {
    "address": _address,
    "boot_id": _boot_id,
    "component": _component,
    "last_view": _last_view,
    "saved": _saved,
    "write_share": _share,
}
