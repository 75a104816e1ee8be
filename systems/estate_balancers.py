"""The part of the estate file that names load balancers, checked and told one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from systems.estate_schema import Haproxy
from systems.secrets import flaw_of_reference

_PATH = re.compile(r"/[A-Za-z0-9_./-]+")
_NAME = re.compile(r"[A-Za-z0-9_.:-]+")


@dataclass(frozen=True, slots=True)
class Balancers:
    """One virtual address of the estate, its load balancers told one by one."""

    name: str
    hosts: tuple[str, ...]
    settings: Haproxy


def balancers_of(
    tables: tuple[Haproxy, ...],
    clusters: Collection[str],
    nodes: Callable[[str, str], tuple[str, ...]],
    error: Callable[[str, str], Exception],
) -> tuple[Balancers, ...]:
    """Check each table. `nodes` reads a node set, `error` makes what a key's problem is raised as."""
    found: dict[str, Balancers] = {}
    for at, table in enumerate(tables):
        key = f"haproxy[{at}]"
        if not _NAME.fullmatch(table.name):
            raise error(f"{key}.name", f"is {table.name!r}; expected one word, such as orders-vip")
        if table.name in found:
            raise error(f"{key}.name", f"is {table.name!r} again; give it another")
        if not _PATH.fullmatch(table.socket):
            problem = (
                f"is {table.socket!r}; expected a path from /, of letters, digits and ._-, without blanks"
            )
            raise error(f"{key}.socket", problem)
        if table.serves and table.serves not in clusters:
            known = ", ".join(sorted(clusters)) or "there is none"
            raise error(f"{key}.serves", f"is {table.serves!r}, which is no [[galera]] here; known: {known}")
        if table.backend and not _NAME.fullmatch(table.backend):
            raise error(f"{key}.backend", f"is {table.backend!r}; expected the name of a backend")
        _check_probe(key, table, error)
        if not 0.2 <= table.every_s <= 3600.0:
            raise error(f"{key}.every_s", f"is {table.every_s:g}; expected 0.2 to 3600 seconds")
        found[table.name] = Balancers(table.name, nodes(f"{key}.hosts", table.hosts), table)
    return tuple(found.values())


def _check_probe(key: str, table: Haproxy, error: Callable[[str, str], Exception]) -> None:
    host, _, port = table.address.rpartition(":")
    is_port = port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535
    if table.address and not (_NAME.fullmatch(host) and is_port):
        raise error(f"{key}.address", f"is {table.address!r}; expected host:port, such as 10.77.0.100:3306")
    probe = table.probe
    if probe.user.lower() == "root":
        problem = "is root, never let in over the network (LB-19); expected an account without rights"
        raise error(f"{key}.probe.user", problem)
    if probe.password and (flaw := flaw_of_reference(probe.password)):
        raise error(f"{key}.probe.password", flaw)
