"""What an estate file may hold: one type a table, every key with its meaning and what it is when left out."""

from __future__ import annotations

from typing import Literal

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

    via: Literal["ssh", "tcp"] = "ssh"
    """ssh: over the node's socket; tcp: straight to its port."""
    user: str = ""
    """Empty: root by the socket, as the login or by sudo."""
    password: str = ""
    """A reference: env:NAME, file:PATH, cmd:COMMAND, prompt:. Never a value."""
    port: int = 3306
    socket: str = ""
    """Empty: what the node's own configuration says. %h stands for the node's name."""
    ca: str = ""
    """With via = "tcp": certificate of the authority that signs the servers; relative to the estate file."""
    tls: Literal["verified", "unverified"] = "verified"
    """With via = "tcp": unverified encrypts to whoever answers, and takes no ca."""


class Galera(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[[galera]]: one cluster."""

    name: str
    nodes: str
    """A ClusterShell NodeSet: db[1-3]. Order matters: it is the inventory's."""
    service: Literal["", "mysql", "mariadb"] = ""
    """mysql or mariadb; detected when left out."""
    sql: Sql = Sql()
    datadir: str = ""
    """Empty: what the node's own configuration says. %h stands for the node's name."""
    defaults_file: str = ""
    """The node's option file, where several servers share a host; %h stands for the node's name."""
    arbitrators: int = 0
    """Number of garbd members, which count in wsrep_cluster_size (ROLL-12)."""
    every_s: float = 2.0
    """Seconds between two looks while somebody looks."""

    def on(self, host: str) -> Galera:
        """The same with %h filled in for one node."""
        return msgspec.structs.replace(
            self,
            datadir=self.datadir.replace("%h", host),
            defaults_file=self.defaults_file.replace("%h", host),
            sql=msgspec.structs.replace(self.sql, socket=self.sql.socket.replace("%h", host)),
        )


class Cloud(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[[cloud]]: one OpenStack cloud, with the credentials that clouds.yaml has for it."""

    name: str
    """As in clouds.yaml; "envvars" stands for the OS_ variables of the environment."""
    clouds_file: str = ""
    """A clouds.yaml, relative to the estate file; empty: looked for as the `openstack` command does."""
    region: str = ""
    """Empty: the one that clouds.yaml names."""
    all_projects: bool = True
    """Instances of all projects, as far as the account may see them."""
    token_ttl_s: float = 600.0
    """How long a console's token is good: [consoleauth] token_ttl of the cloud, which it does not tell."""
    every_s: float = 10.0
    """Seconds between two looks while somebody looks."""


class VipProbe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a virtual address is tried: fresh connections that ask each server for its name."""

    user: str = ""
    """An account that may log in and needs no other right; never root. Empty: it cannot be tried."""
    password: str = ""
    """A reference: env:NAME, file:PATH, cmd:COMMAND, prompt:. Never a value."""
    via: Literal["ssh", "tcp"] = "ssh"
    """ssh: from a host of the estate, through its sshd; tcp: straight from here."""
    host: str = ""
    """With via = "ssh": the host that connects, best one that is a client; empty: the first load balancer."""


class Haproxy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """[[haproxy]]: one virtual address, and the HAProxy processes that answer it."""

    name: str
    hosts: str
    """A ClusterShell NodeSet: lb[1-2]."""
    socket: str = "/run/haproxy/admin.sock"
    """The stats socket on each of them; it needs `level admin` where servers shall be drained from here."""
    backend: str = ""
    """The backend, or `listen` section, behind the address; empty: all of them."""
    serves: str = ""
    """The Galera cluster behind it."""
    address: str = ""
    """Where clients connect, as 10.77.0.100:3306; empty: it cannot be tried."""
    probe: VipProbe = VipProbe()
    every_s: float = 2.0
    """Seconds between two looks while somebody looks."""


class Estate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    estate: Settings
    galera: tuple[Galera, ...] = ()
    haproxy: tuple[Haproxy, ...] = ()
    cloud: tuple[Cloud, ...] = ()
    hosts: str = ""
    """More hosts to list, as a NodeSet."""
