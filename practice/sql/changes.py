"""The statements that change something: SET, KILL, FLUSH, and what is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practice.galera.options import provider_options
from practice.sql.engine import Result, Session, SqlError, answers, processes, tables_of
from practice.sql.status import variable_rows

if TYPE_CHECKING:
    from practice.galera.server import Server


@answers(r"SET\s+(?:SESSION\s+)?TRANSACTION\s+READ\s+(ONLY|WRITE)")
def _transaction(session: Session, match: re.Match[str]) -> Result:
    session.read_only = match.group(1).upper() == "ONLY"
    return Result()


@answers(r"SET\s+GLOBAL\s+(\w+)\s*:?=\s*(.*)")
def _set_global(session: Session, match: re.Match[str]) -> Result:
    name, value = match.group(1).lower(), match.group(2).strip().strip("'\"")
    server = session.server
    if session.user not in {"root", "admin"}:
        raise SqlError(
            1227,
            "42000",
            "Access denied; you need (at least one of) the SUPER privilege(s) for this operation",
        )
    if name == "wsrep_provider_options":
        return _provider(server, value)
    if name not in variable_rows(server):
        raise SqlError(1193, "HY000", f"Unknown system variable '{name}'")
    if name == "wsrep_desync":
        server.set_desync(on=value.upper() in {"ON", "1", "TRUE"})
        return Result()
    server.globals[name] = value
    if name == "wsrep_cluster_address":
        server.cluster.changed()
    return Result()


def _provider(server: Server, value: str) -> Result:
    given = provider_options(value)
    if given.get("pc.bootstrap", "").lower() in {"1", "true", "yes", "on"}:
        server.cluster.force_primary(server)
        return Result()
    before = server.globals.get("wsrep_provider_options", "")
    server.globals["wsrep_provider_options"] = f"{before};{value}"
    if weight := given.get("pc.weight"):
        server.weight = int(weight) if weight.isdecimal() else server.weight
    return Result()


@answers(r"SET\s+(?:SESSION\s+|@@(?:SESSION\.)?)?(\w+)\s*:?=\s*(.*)|SET\s+NAMES\s+.*")
def _set_session(session: Session, match: re.Match[str]) -> Result:
    name = (match.group(1) or "names").lower()
    known = {
        "names",
        "autocommit",
        "lock_wait_timeout",
        "innodb_lock_wait_timeout",
        "max_statement_time",
        "sql_mode",
    }
    if name == "wsrep_dirty_reads":
        session.dirty_reads = (match.group(2) or "").strip().upper() in {"ON", "1"}
    elif name not in known and not name.startswith(("wsrep_", "character_set", "collation", "sql_")):
        raise SqlError(1193, "HY000", f"Unknown system variable '{name}'")
    return Result()


@answers(r"KILL\s+(?:(?:HARD|SOFT)\s+)?(?:CONNECTION\s+|QUERY\s+)?(\d{1,9})")
def _kill(session: Session, match: re.Match[str]) -> Result:
    number = int(match.group(1))
    if not any(row[0] == str(number) for row in processes(session.server)):
        raise SqlError(1094, "HY000", f"Unknown thread id: {number}")
    session.server.kill_session(number)
    return Result()


@answers(r"(?:FLUSH|UNLOCK|USE|COMMIT|ROLLBACK|BEGIN|START)\b.*")
def _nothing(session: Session, match: re.Match[str]) -> Result:
    text = match.group().upper()
    if text.startswith("FLUSH TABLES") and "READ LOCK" in text:
        session.holds_lock = session.server.is_locked = True
    elif text.startswith("UNLOCK") and session.holds_lock:
        session.holds_lock = False
        session.server.unlock()
    elif text.startswith("FLUSH STATUS") and session.server.component:
        session.server.component.paused_s = 0.0
    return Result()


@answers(r"(CREATE|DROP|ALTER|INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|GRANT|REVOKE)\b.*")
def _change(session: Session, match: re.Match[str]) -> Result:
    flaw = tables_of(session).change(match.group())
    if flaw:
        raise SqlError(1146, "42S02", flaw)
    return Result()
