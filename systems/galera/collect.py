"""One look at one node: its SQL and its host asked side by side, each with a deadline of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

from systems.errors import SystemsError, TimedOut
from systems.galera.host_look import HostLook, SurveyOptions
from systems.galera.processlist import HIDDEN, PROCESSLIST_QUERY, parse_processlist, shows_all
from systems.galera.readings import Answer, NodeSurvey, Writer, WsrepStatus, WsrepVariables
from systems.galera.status import STATUS_QUERY, parse_status
from systems.galera.variables import VARIABLES_QUERY, parse_variables
from systems.shell import Reader
from systems.sql import Rows, SqlReader

T = TypeVar("T")


async def survey_node(
    host: str,
    reader: Reader,
    sql: SqlReader,
    options: SurveyOptions | None = None,
    *,
    look: HostLook | None = None,
    full: bool = False,
) -> NodeSurvey:
    """Look once; `look` remembers the host from one look to the next, `full` asks what is slow as well.

    Never raises a `SystemsError`: what did not answer has its error in its place. Returns after the longer
    of the two deadlines at the latest.
    """
    chosen = options or SurveyOptions()
    started_at = datetime.now(UTC)
    evidence, (status, variables, writers, hidden) = await asyncio.gather(
        _answer(
            lambda: (look or HostLook(host, reader, chosen)).look(full=full),
            f"{host}: the host's state (SSH) had no answer after {chosen.ssh_timeout_s:g} s",
            chosen.ssh_timeout_s,
        ),
        _ask_sql(host, sql, chosen.sql_timeout_s),
    )
    return NodeSurvey(
        host=host,
        started_at=started_at,
        taken_at=datetime.now(UTC),
        status=status,
        variables=variables,
        evidence=evidence,
        writers=writers,
        writers_hidden=hidden,
    )


async def _answer(ask: Callable[[], Awaitable[T]], overdue: str, timeout_s: float) -> Answer[T]:
    """Its result or its error; the deadline holds even where what is asked keeps none."""
    try:
        async with asyncio.timeout(timeout_s):
            return await ask()
    except SystemsError as error:
        return error
    except TimeoutError:
        return TimedOut(overdue)


async def _ask_sql(
    host: str, sql: SqlReader, timeout_s: float
) -> tuple[Answer[WsrepStatus], Answer[WsrepVariables], tuple[Writer, ...], str]:
    queries = (STATUS_QUERY, VARIABLES_QUERY, PROCESSLIST_QUERY)
    rows = await _answer(
        lambda: sql.ask(queries, timeout_s=timeout_s),
        f"{host}: SHOW GLOBAL STATUS had no answer after {timeout_s:g} s",
        timeout_s + 0.5,
    )
    if isinstance(rows, SystemsError):
        return rows, rows, (), str(rows)
    status, variables, processes = rows
    return (
        _parsed(host, parse_status, status),
        _parsed(host, parse_variables, variables),
        parse_processlist(processes),
        "" if shows_all(processes) else f"{host}: {HIDDEN}",
    )


def _parsed(host: str, parse: Callable[[Rows], T], rows: Rows) -> Answer[T]:
    try:
        return parse(rows)
    except SystemsError as error:
        return type(error)(f"{host}: {error}")
