"""The option file of each node, and the lint that its server reads what was meant (GOTCHAS A.3, A.4)."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.galera_bootstrap.inputs import APPLIERS, SST_PASSWORD, SST_USER
from runbooks.galera_bootstrap.setup import Member, Setup
from runbooks.inputs import told
from runbooks.model import Sighting, no, yes
from runbooks.secret import Form, marker
from systems.galera.preparation import PreparationReading
from systems.galera.readings import Flavour

CERTIFICATE_FILES = ("ca.pem", "server-cert.pem", "server-key.pem")
_PLACES = {
    "/etc/my.cnf": ("/var/lib/mysql/mysql.sock", "/var/log/mysqld.log"),
    "/etc/mysql/mysql.conf.d/mysqld.cnf": ("/var/run/mysqld/mysqld.sock", "/var/log/mysql/error.log"),
}
"""Socket and error log by option file, where that file is all its package has (P80:configure-nodes)."""


def peers(setup: Setup) -> str:
    """The full list, the same on every node: an empty one is a bootstrap (PXC-01, PXC-02, PXC-07, E9)."""
    return "gcomm://" + ",".join(_bracketed(member.address) for member in setup.members)


def wanted(setup: Setup, member: Member) -> Mapping[str, str]:
    """What the server must read, by option, secrets left out."""
    any_address = "::" if ":" in member.address else "0.0.0.0"  # noqa: S104 - peers and clients come from outside
    options = {
        "bind_address": any_address,
        "server_id": str(member.number),
        "binlog_format": "ROW",
        "default_storage_engine": "InnoDB",
        "innodb_autoinc_lock_mode": "2",
        "wsrep_provider": setup.provider,
        "wsrep_provider_options": ";".join(_provider_options(setup)),
        "wsrep_cluster_name": setup.cluster_name,
        "wsrep_cluster_address": peers(setup),
        "wsrep_node_name": member.host,
        "wsrep_node_address": _bracketed(member.address),
        "wsrep_node_incoming_address": f"{_bracketed(member.address)}:3306",
        "wsrep_sst_method": setup.method,
        setup.applier_option: told(setup.values, APPLIERS),
    }
    if setup.flavour is Flavour.MARIADB:
        return {**options, "wsrep_on": "ON"}
    options["pxc_strict_mode"] = "ENFORCING"
    if setup.certificates:
        options["pxc_encrypt_cluster_traffic"] = "ON"
        for name, file in zip(("ssl_ca", "ssl_cert", "ssl_key"), CERTIFICATE_FILES, strict=True):
            options[name] = f"{setup.certificates}/{file}"
    else:
        options["pxc_encrypt_cluster_traffic"] = "OFF"
    return options


def _provider_options(setup: Setup) -> list[str]:
    found = [f"gcache.size={setup.gcache}"]
    if setup.certificates and setup.flavour is Flavour.MARIADB:
        names = ("socket.ssl_ca", "socket.ssl_cert", "socket.ssl_key")
        found += [
            f"{name}={setup.certificates}/{file}" for name, file in zip(names, CERTIFICATE_FILES, strict=True)
        ]
    return found


def option_file(setup: Setup, member: Member) -> str:
    """The whole text; the password of the account for copies stands in it as a marker."""
    places = _PLACES.get(setup.option_file)
    lines = []
    if places:
        socket, log = places
        lines = [
            "# What stood here before is beside this file, as .bak and the time.",
            "[client]",
            f"socket = {socket}",
            "",
        ]
    lines.append("[mysqld]")
    if places:
        lines += ["datadir = /var/lib/mysql", f"socket = {socket}", f"log-error = {log}"]
        lines.append("pid-file = /var/run/mysqld/mysqld.pid")
    lines += [f"{name} = {_quoted(value)}" for name, value in wanted(setup, member).items()]
    if setup.needs_account:
        user = told(setup.values, SST_USER)
        lines.append(f'wsrep_sst_auth = "{user}:{marker(SST_PASSWORD.name, Form.OPTION)}"')
    head = f"# Galera cluster {setup.cluster_name}, written by galera-bootstrap. Only server_id, names and\n"
    head += "# addresses of the node itself differ between nodes.\n"
    return head + "\n".join(lines) + "\n"


def lint(setup: Setup, member: Member, prepared: PreparationReading) -> Sighting:
    """Whether the server reads what was meant, from all its files together."""
    read, host = prepared.configured, member.host
    if read is None:
        return no(f"{host}: its option files could not be read", host)
    for name, value in wanted(setup, member).items():
        if read.get(name, "") != value:
            what = f"{name} is {read[name]}, not {value}" if name in read else f"{name} is not set"
            return no(
                f"{host}: {what}: does the server read {setup.option_file}, and nothing after it?", host
            )
    twice = [name for name in prepared.configured_twice if name in ("wsrep_cluster_address", "wsrep_on")]
    if twice:
        return no(f"{host}: {twice[0]} stands in another option file too, with another value", host)
    if ("wsrep_sst_auth" in read) is not setup.needs_account:
        there = "is not set" if setup.needs_account else "is set, and its method takes none (PXC-14)"
        return no(f"{host}: wsrep_sst_auth {there}", host)
    return yes(f"{host} looks for {read['wsrep_cluster_address']} as {read['wsrep_node_address']}", host)


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _quoted(value: str) -> str:
    return f'"{value}"' if any(char in value for char in ";=#,") else value
