"""Answers the statements that are asked of a server: a small part of SQL, and honest about it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from practice.sql.status import status_rows, variable_rows
from practice.sql.tables import Tables

if TYPE_CHECKING:
    from practice.galera.server import Server

Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Rows with the names of their columns; without columns, a statement that only does something."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


class SqlError(Exception):
    """What the server answers instead (MariaDB error codes)."""

    def __init__(self, number: int, state: str, text: str) -> None:
        super().__init__(text)
        self.number, self.state, self.text = number, state, text


@dataclass(slots=True)
class Session:
    """One connection."""

    server: Server
    user: str
    read_only: bool = False
    holds_lock: bool = False
    dirty_reads: bool = False
    number: int = 0


Handler = Callable[[Session, re.Match[str]], Result]
_HANDLERS: list[tuple[re.Pattern[str], Handler]] = []
_WRITES = re.compile(
    r"(CREATE|DROP|ALTER|INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|GRANT|REVOKE)\b", re.IGNORECASE
)
_ALWAYS = re.compile(r"(SHOW|SET|KILL|FLUSH|UNLOCK|USE)\b", re.IGNORECASE)


def answers(pattern: str) -> Callable[[Handler], Handler]:
    """Let a function answer the statements that fit."""

    def add(handler: Handler) -> Handler:
        _HANDLERS.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), handler))
        return handler

    return add


def statements_of(text: str) -> list[str]:
    """Cut a script at its semicolons, outside quotes."""
    parts = re.findall(r"(?:'(?:\\.|''|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`[^`]*`|[^;'\"`]|['\"`])+", text)
    return [part.strip() for part in parts if part.strip()]


async def execute(session: Session, statement: str) -> Result:
    """Answer one statement, or raise `SqlError`. A commit waits while nothing can be committed."""
    text = re.sub(r"/\*.*?\*/", " ", statement, flags=re.DOTALL).strip().rstrip(";").strip()
    server = session.server
    component = server.component
    is_ready = component is not None and component.is_primary and server.local_state in {2, 4}
    reads_dirty = session.dirty_reads and not _WRITES.match(text)
    if not (is_ready or reads_dirty or _ALWAYS.match(text)) and _needs_data(text):
        raise SqlError(1047, "08S01", "WSREP has not yet prepared node for application use")
    rejects = server.globals.get("wsrep_reject_queries", "NONE").upper() != "NONE"
    if rejects and not _ALWAYS.match(text) and _needs_data(text):
        raise SqlError(1047, "08S01", "WSREP has not yet prepared node for application use")
    if _WRITES.match(text):
        if session.read_only:
            raise SqlError(1792, "25006", "Cannot execute statement in a READ ONLY transaction")
        await _commit(session)
    import practice.sql.changes  # noqa: F401 - it adds its own answers

    for pattern, handler in _HANDLERS:
        if match := pattern.fullmatch(text):
            return handler(session, match)
    raise SqlError(1235, "42000", f"This version of the practice estate doesn't yet support '{text[:60]}'")


def _needs_data(text: str) -> bool:
    return not re.fullmatch(r"SELECT\s+(@@.*|\d+|VERSION\(\))", text, re.IGNORECASE | re.DOTALL)


async def _commit(session: Session) -> None:
    """Certify one write-set."""
    while True:
        component = session.server.component
        if component is None or not component.is_primary:
            raise SqlError(1047, "08S01", "WSREP has not yet prepared node for application use")
        component.settle()
        if not component.is_stalled and not component.is_paused() and component.branch is not None:
            break
        await asyncio.sleep(0.1)
    component.seqno += 1
    component.branch.acknowledge(component.seqno, component.seqno)
    for one in component.members:
        if one.is_synced and not one.is_locked:
            one.applied = component.seqno


def tables_of(session: Session) -> Tables:
    """The replicated data as this server sees it."""
    component = session.server.component
    branch = component.branch if component else session.server.start_position.branch
    if branch is None:
        return Tables()
    return session.server.cluster.tables_of(branch)


# ---- SHOW


def _filtered(rows: dict[str, str], rest: str) -> Result:
    likes = [_like(one) for one in re.findall(r"LIKE\s+'([^']*)'", rest, re.IGNORECASE)]
    without = re.sub(r"LIKE\s+'[^']*'", "", rest, flags=re.IGNORECASE)
    names = {one.lower() for one in re.findall(r"'([^']*)'", without)}
    everything = not likes and not names
    chosen = tuple(
        (name, value)
        for name, value in sorted(rows.items(), key=lambda pair: pair[0].lower())
        if everything or name.lower() in names or any(one.fullmatch(name) for one in likes)
    )
    return Result(("Variable_name", "Value"), chosen)


def _like(pattern: str) -> re.Pattern[str]:
    parts = [
        ".*" if char == "%" else "." if char == "_" else re.escape(char)
        for char in pattern.replace("\\_", "_")
    ]
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


@answers(r"SHOW\s+(?:GLOBAL\s+|SESSION\s+)?STATUS\b(.*)")
def _show_status(session: Session, match: re.Match[str]) -> Result:
    return _filtered(status_rows(session.server), match.group(1))


@answers(r"SHOW\s+(?:GLOBAL\s+|SESSION\s+)?VARIABLES\b(.*)")
def _show_variables(session: Session, match: re.Match[str]) -> Result:
    return _filtered(variable_rows(session.server), match.group(1))


def processes(server: Server) -> list[Row]:
    """The rows of SHOW PROCESSLIST."""
    component = server.component
    rows: list[Row] = [
        ("1", "system user", "", None, "Sleep", "12", "wsrep aborter idle", None, "0.000"),
        ("2", "system user", "", None, "Sleep", "0", _applier_state(server), None, "0.000"),
    ]
    if server.is_locked:
        rows.append(("41", "batch", "localhost", "app", "Sleep", "75", "", None, "0.000"))
    rows += server.sessions.values()
    held = component is not None and (component.is_stalled or component.is_paused())
    if server.cluster.writer() is server:
        state, command = ("Commit", "Query") if held else ("", "Sleep")
        statement = "INSERT INTO orders (item) VALUES (?)" if held else None
        rows.append(
            ("37", "app", "10.20.0.5:52114", "app", command, "3" if held else "0", state, statement, "0.000")
        )
    return [row for row in rows if int(row[0] or 0) not in server.killed_sessions]


def _applier_state(server: Server) -> str:
    return "Waiting for table metadata lock" if server.is_locked else "wsrep applier idle"


@answers(r"SHOW\s+(?:FULL\s+)?PROCESSLIST")
def _show_processlist(session: Session, match: re.Match[str]) -> Result:
    columns = ("Id", "User", "Host", "db", "Command", "Time", "State", "Info", "Progress")
    own: Row = (
        str(session.number),
        session.user,
        "localhost",
        None,
        "Query",
        "0",
        "starting",
        match.group(),
        "0.000",
    )
    return Result(columns, (*processes(session.server), own))


@answers(r"SHOW\s+(?:DATABASES|SCHEMAS)")
def _show_databases(session: Session, match: re.Match[str]) -> Result:
    return Result(("Database",), tuple((name,) for name in sorted(tables_of(session).schemas)))


@answers(r"SHOW\s+GRANTS.*")
def _show_grants(session: Session, match: re.Match[str]) -> Result:
    rights = "ALL PRIVILEGES" if session.user == "root" else "PROCESS, BINLOG MONITOR"
    return Result(
        (f"Grants for {session.user}@localhost",),
        ((f"GRANT {rights} ON *.* TO `{session.user}`@`localhost`",),),
    )


@answers(r"SHOW\s+(?:WARNINGS|ERRORS)")
def _show_warnings(session: Session, match: re.Match[str]) -> Result:
    return Result(("Level", "Code", "Message"))


# ---- SELECT


@answers(
    r"SELECT\s+user,\s*command,\s*time\s+FROM\s+information_schema\.processlist\s+WHERE\s+id\s*=\s*(\d+)"
)
def _one_process(session: Session, match: re.Match[str]) -> Result:
    rows = [row for row in processes(session.server) if row[0] == match.group(1)]
    return Result(("user", "command", "time"), tuple((row[1], row[4], row[5]) for row in rows))


@answers(r"SELECT\s+(?:@@(?:GLOBAL\.|SESSION\.)?(\w+)|(\d{1,18})|(VERSION\(\)))")
def _value(session: Session, match: re.Match[str]) -> Result:
    name, number, _ = match.groups()
    title = match.group().split(None, 1)[1]
    if number:
        return Result((title,), ((number,),))
    if name and name.lower() not in variable_rows(session.server):
        raise SqlError(1193, "HY000", f"Unknown system variable '{name}'")
    return Result((title,), ((variable_rows(session.server)[(name or "version").lower()],),))


@answers(r"SELECT\s+(.*?)\s+FROM\s+(.*)")
def _select(session: Session, match: re.Match[str]) -> Result:
    tables = tables_of(session)
    tables.committed = max(session.server.position().seqno, 0)
    found = tables.select(match.group(1), match.group(2))
    if found is None:
        raise SqlError(1146, "42S02", f"Table '{match.group(2).split()[0]}' doesn't exist")
    return Result(*found)


# ---- what changes
