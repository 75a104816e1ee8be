"""Reads the answers of HAProxy's stats socket. Pure.

Sources: HAProxy's management guide, sections 9.1 (the CSV format) and 9.3 (`show servers state`); recorded
answers of 2.6. Columns are found by name: each version adds some.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime

from systems.errors import NotUnderstood
from systems.haproxy.readings import Admin, Backend, BalancerReading, Check, Server, ServerState

_STATS = "# pxname,"
_SERVERS = "# be_id "
_STATES = {
    "UP": ServerState.UP,
    "DOWN": ServerState.DOWN,
    "MAINT": ServerState.MAINT,
    "DRAIN": ServerState.DRAIN,
    "NOLB": ServerState.NOLB,
    "no": ServerState.UNCHECKED,
}
_NEEDED = ("pxname", "svname", "status", "type")
_BACKEND_ROW, _SERVER_ROW = "1", "2"


def parse_balancer(text: str, at: datetime) -> BalancerReading:
    """Read the answer to `show info;show stat;show servers state`.

    Raises `NotUnderstood` when it holds no statistics, a table of it is none, or a server's row is cut short.
    """
    lines = text.splitlines()
    rows = _table(lines, _STATS, ",")
    if rows is None:
        said = next((line.strip() for line in lines if line.strip()), "nothing")
        raise NotUnderstood(f"HAProxy's stats socket tells no statistics: it said {said[:80]!r}")
    info = dict(_pair(line) for line in lines if ": " in line)
    states = {
        (row.get("be_name", ""), row.get("srv_name", "")): row for row in _table(lines, _SERVERS, " ") or ()
    }
    return BalancerReading(
        taken_at=at,
        version=info.get("Version", ""),
        uptime_s=_number(info.get("Uptime_sec")),
        connections=_number(info.get("CurrConns")),
        backends=tuple(_backends(rows, states)),
    )


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value.strip()


def _table(lines: Sequence[str], heading: str, separator: str) -> list[dict[str, str]] | None:
    """The rows under a heading, up to the next empty line; None: there is no such heading."""
    start = next((at for at, line in enumerate(lines) if line.startswith(heading)), None)
    if start is None:
        return None
    names = lines[start].removeprefix("# ").strip().split(separator)
    body = []
    for line in lines[start + 1 :]:
        if not line.strip():
            break
        body.append(line.replace("\x00", ""))
    try:
        return [
            dict(zip(names, row, strict=False)) for row in csv.reader(body, delimiter=separator, strict=False)
        ]
    except csv.Error as error:
        raise NotUnderstood(f"HAProxy's stats socket tells a table that is none: {error}") from error


def _backends(
    rows: Sequence[Mapping[str, str]], states: Mapping[tuple[str, str], Mapping[str, str]]
) -> list[Backend]:
    servers: dict[str, list[Server]] = {}
    for row in rows:
        if any(not row.get(column, "").strip() for column in _NEEDED):
            cut = "/".join([row.get("pxname") or "", row.get("svname") or ""])
            raise NotUnderstood(f"HAProxy's row of {cut} is cut short")
        if row["type"] == _SERVER_ROW:
            name = row["pxname"], row["svname"]
            servers.setdefault(name[0], []).append(_server(row, states.get(name, {})))
    return [
        Backend(
            name=row["pxname"],
            status=row["status"],
            algorithm=row.get("algo", ""),
            sessions=_number(row.get("scur")) or 0,
            sessions_total=_number(row.get("stot")) or 0,
            servers=tuple(servers[row["pxname"]]),
        )
        for row in rows
        if row["type"] == _BACKEND_ROW and row["pxname"] in servers
    ]


def _server(row: Mapping[str, str], state: Mapping[str, str]) -> Server:
    address, port = _address(row.get("addr", ""))
    admin = _number(state.get("srv_admin_state"))
    weight = _number(state.get("srv_uweight"))
    checked = row.get("check_status", "")
    return Server(
        backend=row["pxname"],
        name=row["svname"],
        address=address or state.get("srv_addr", "").strip("-"),
        port=port if port is not None else _number(state.get("srv_port")),
        status=row["status"],
        state=_STATES.get(row["status"].split()[0], ServerState.UNKNOWN),
        admin=None if admin is None else Admin(admin),
        weight=weight if weight is not None else _number(row.get("weight")),
        initial_weight=_number(state.get("srv_iweight")),
        is_backup=row.get("bck") == "1",
        sessions=_number(row.get("scur")) or 0,
        sessions_total=_number(row.get("stot")) or 0,
        queued=_number(row.get("qcur")) or 0,
        changed_s=_number(row.get("lastchg")),
        downs=_number(row.get("chkdown")) or 0,
        check=Check(
            status=checked.removeprefix("* "),
            code=_number(row.get("check_code")) or None,
            took_ms=_number(row.get("check_duration")),
            said=row.get("last_chk", ""),
            is_under_way=checked.startswith("* "),
        ),
    )


def _address(text: str) -> tuple[str, int | None]:
    """ "10.77.0.11:3306" or "[2001:db8::1]:3306"; a socket's path has no port."""
    address, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()):
        return text, None
    return address.strip("[]"), _number(port)


def _number(text: str | None) -> int | None:
    """A whole number of at most 18 digits; None: empty, or no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
