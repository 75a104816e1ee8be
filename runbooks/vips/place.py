"""Where what stands before a cluster reaches each of its nodes."""

from __future__ import annotations

from systems.galera.readings import NodeSurvey, WsrepVariables

SQL_PORT = 3306


def place_of(node: NodeSurvey) -> tuple[str, int] | None:
    """Where the balancers reach a node: its address and SQL port; None: it does not tell."""
    if not isinstance(node.variables, WsrepVariables):
        return None
    incoming = node.variables.incoming_address
    host, colon, port = incoming.rpartition(":")
    told = node.variables.node_address
    own = told.rpartition(":")[0] if told.count(":") == 1 else told
    address = own.strip("[]") or (host if colon else incoming).strip("[]")
    if not address or address.upper() == "AUTO":
        return None
    return address, int(port) if colon and port.isascii() and port.isdigit() and int(port) else SQL_PORT
