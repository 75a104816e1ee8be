"""The lines that a MariaDB server with Galera writes, as recorded (MariaDB 10.11, Galera 26.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.galera.component import Component
    from practice.galera.history import Position
    from practice.galera.server import Server

VERSION = "10.11.19-MariaDB-0+deb12u1"
REVISION = "5843d8475120241667a7ce0f8a1abb6c9b43a273"
CAPABILITIES = (
    "MULTI-MASTER, CERTIFICATION, PARALLEL_APPLYING, REPLAY, ISOLATION, PAUSE, CAUSAL_READ, INCREMENTAL_WS, "
    "UNORDERED, PREORDERED, STREAMING, NBO"
)


def starting(server_uid: str, pid: int) -> str:
    """Its first line."""
    return f"Starting MariaDB {VERSION} source revision {REVISION} server_uid {server_uid} as process {pid}"


READY = (
    "/usr/sbin/mariadbd: ready for connections.",
    f"Version: '{VERSION}'  socket: '/run/mysqld/mysqld.sock'  port: 3306  Debian 12",
)

UNSAFE = (
    "WSREP: It may not be safe to bootstrap the cluster from this node. It was not the last one to leave the "
    "cluster and may not contain all the updates. To force cluster bootstrap with this node, edit the "
    "grastate.dat file manually and set safe_to_bootstrap to 1 .",
    "WSREP: wsrep::connect(gcomm://) failed: 7",
    "Aborting",
)


def view(component: Component, server: Server) -> str:
    """A view as the server takes it in."""
    rows = "\n".join(
        f"        {at}: {one.gcomm_uuid}, {one.name}" for at, one in enumerate(component.members)
    )
    uuid = component.branch.uuid if component.branch else "00000000-0000-0000-0000-000000000000"
    status = "primary" if component.is_primary else "non-primary"
    number = component.seqno if component.is_primary else -1
    return (
        "WSREP: ================================================\nView:\n"
        f"  id: {uuid}:{number}\n  status: {status}\n  protocol_version: 4\n  capabilities: {CAPABILITIES}\n"
        f"  final: no\n  own_index: {component.members.index(server)}\n"
        f"  members({len(component.members)}):\n{rows}\n"
        "================================================="
    )


def component_line(component: Component, server: Server) -> str:
    """What group communication says of a new view."""
    primary = "yes" if component.is_primary else "no"
    return (
        f"WSREP: New COMPONENT: primary = {primary}, bootstrap = no, "
        f"my_idx = {component.members.index(server)}, memb_num = {len(component.members)}"
    )


def transfer_required(group: Position, local: Position) -> str:
    """Its state is behind the group's."""
    return f"WSREP: State transfer required:\n        Group state: {group}\n        Local state: {local}"


def transfer_requested(joiner: Server, donor: Server, at: int, donor_at: int) -> str:
    """Who gives what it lacks."""
    return (
        f"WSREP: Member {at}.0 ({joiner.name}) requested state transfer from '*any*'. "
        f"Selected {donor_at}.0 ({donor.name})(SYNCED) as donor."
    )
