"""SHOW PROCESSLIST, of which the rows are kept that matter for triage."""

from __future__ import annotations

import re

from systems.galera.readings import Writer
from systems.sql import Query, Rows

PROCESSLIST_QUERY = Query("SHOW PROCESSLIST")
"""SHOW, since it is answered in a non-Primary too; not FULL, since statements may be megabytes long."""

_SYSTEM_USER = "system user"
_LONG_S = 5.0
_MOST_ROWS = 50
_LONGEST_STATEMENT = 200
_IDLE = frozenset({"Sleep", "Daemon", "Binlog Dump", "Binlog Dump GTID"})
_WSREP = re.compile(r"wsrep|certif|replicating|toi|total order|commit|read lock|metadata lock", re.IGNORECASE)
SCHEMA_CHANGE = re.compile(r"(ALTER|CREATE|DROP|RENAME|TRUNCATE|OPTIMIZE|REPAIR)\b", re.IGNORECASE)
"""A statement that runs in total order (PXC-30), as `Writer` has it."""
_EXECUTED = re.compile(r"/\*M?!\d*(.*?)(?:\*/|$)", re.DOTALL)
"""A comment that the server carries out: dumps are full of them."""
_VALUES = re.compile(
    r"""(['"])(?:\\.|(?!\1).)*(?:\1|$)|/\*.*?(?:\*/|$)|(?:--(?=\s)|\#)[^\n]*"""
    r"""|\b(?:0[xb][0-9a-f]+|[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)\b""",
    re.DOTALL | re.IGNORECASE,
)
HIDDEN = (
    "its list of processes shows not one thread of the server itself, as to an account without the PROCESS "
    "right: what other clients run is not seen"
)


def parse_processlist(rows: Rows) -> tuple[Writer, ...]:
    """Keep wsrep's own threads, statements that run long and schema changes, the longest first.

    Of own threads and of clients 50 at most: many appliers must not crowd out what clients run, and of
    clients no long statements a schema change.
    Columns by place (Id User Host db Command Time State Info): all flavours begin with these.
    """
    writers = [writer for row in rows.rows if (writer := _writer(row)) and _matters(writer)]
    own = [writer for writer in writers if writer.user == _SYSTEM_USER]
    clients = [writer for writer in writers if writer.user != _SYSTEM_USER]
    clients = sorted(_longest(clients), key=lambda writer: not SCHEMA_CHANGE.match(writer.statement))
    return tuple(_longest([*_longest(own)[:_MOST_ROWS], *clients[:_MOST_ROWS]]))


def _longest(writers: list[Writer]) -> list[Writer]:
    return sorted(writers, key=lambda writer: -writer.time_s)


def shows_all(rows: Rows) -> bool:
    """Whether threads of others are listed: a node always has appliers, which only PROCESS shows."""
    return any(len(row) > 1 and row[1] == _SYSTEM_USER for row in rows.rows)


def without_values(statement: str) -> str:
    """The statement with ? for each value, and without comments: what it does, and nothing of whose data."""
    return " ".join(_VALUES.sub(_placeholder, _EXECUTED.sub(r"\1", statement)).split())


def _placeholder(match: re.Match[str]) -> str:
    return " " if match[0].startswith(("/*", "--", "#")) else "?"


def _writer(row: tuple[str | None, ...]) -> Writer | None:
    if len(row) < 8 or not (row[0] or "").isdecimal() or len(row[0] or "") > 20:
        return None
    return Writer(
        id=int(row[0] or 0),
        user=row[1] or "",
        command=row[4] or "",
        time_s=_seconds(row[5] or ""),
        state=row[6] or "",
        statement=without_values(row[7] or "")[:_LONGEST_STATEMENT],
    )


def _matters(writer: Writer) -> bool:
    if writer.user == _SYSTEM_USER:
        return bool(writer.state) and "idle" not in writer.state.lower()
    if _WSREP.search(writer.state) or SCHEMA_CHANGE.match(writer.statement):
        return True
    return writer.command not in _IDLE and writer.time_s >= _LONG_S


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value < 1e12 else 0.0
