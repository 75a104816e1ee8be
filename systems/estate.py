"""The estate file: all that one console watches, read with a schema."""

from __future__ import annotations

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[estate]: what holds for all of it."""

    name: str
    color: str = ""
    """The frame's colour: production looks like production."""
    ssh_config: str = ""
    """An ssh_config file to use instead of the operator's own; relative to the estate file."""


class Sql(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the database of a node is asked."""

    via: str = "ssh"
    """ssh: over the node's socket; tcp: straight to its port."""
    user: str = ""
    """Empty: root by the socket, as the login or by sudo."""
    password: str = ""
    """A reference: env:NAME, file:PATH, cmd:COMMAND, prompt:. Never a value."""
    port: int = 3306
    socket: str = ""
    """Empty: what the node's own configuration says."""


class Galera(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[[galera]]: one cluster."""

    name: str
    nodes: str
    """A ClusterShell NodeSet: db[1-3]. Order matters: it is the inventory's."""
    service: str = ""
    """mysql or mariadb; detected when left out."""
    sql: Sql = Sql()
    datadir: str = ""
    """Empty: what the node's own configuration says."""
    arbitrators: int = 0
    """Number of garbd members, which count in wsrep_cluster_size (ROLL-12)."""
    every_s: float = 2.0
    """Seconds between two looks while somebody looks."""


class Estate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    estate: Settings
    galera: tuple[Galera, ...] = ()
    hosts: str = ""
    """More hosts to list, as a NodeSet."""
