"""The host's own SQL client: what it prints in XML form is read back exactly, its errors are named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from systems.errors import LoginRefused, NotUnderstood, Refused, ToolMissing
from systems.shell import Output, Probe, Sink
from systems.sql import Query
from systems.sql_client import ClientReader

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TWO_ROWS = """<?xml version="1.0"?>

<resultset statement="SELECT 1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <row>
\t<field name="Variable_name">wsrep_on</field>
\t<field name="Value" xsi:nil="true" />
  </row>

  <row>
\t<field name="Variable_name">a&lt;b&gt;&amp;&quot;\tc
NULL</field>
\t<field name="Value"></field>
  </row>
</resultset>
"""


class Scripted:
    """Answers probes from a list."""

    host = "db1"

    def __init__(self, *answers: Output | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        raise NotImplementedError

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        self.asked += [probe.line for probe in probes]
        assert all(probe.as_root for probe in probes)
        return tuple(self.answers.pop(0) for _ in probes)

    async def stream(self, probe: Probe, sink: Sink, *, timeout_s: float | None = None) -> int:
        raise NotImplementedError


def said(stdout: str = "", stderr: str = "", status: int = 0) -> Output:
    return Output(stdout, stderr, status, NOON)


async def test_null_empty_and_special_characters_are_told_apart() -> None:
    reader = ClientReader(Scripted(said(TWO_ROWS)))
    (rows,) = await reader.ask([Query("SELECT 1")])
    assert rows.rows == (("wsrep_on", None), ('a<b>&"\tc\nNULL', ""))
    assert rows.at == NOON


async def test_the_older_client_is_used_where_the_newer_is_missing() -> None:
    shell = Scripted(ToolMissing("db1: no mariadb", status=127), said(TWO_ROWS), said(TWO_ROWS))
    reader = ClientReader(shell, socket="/s")
    await reader.ask([Query("SELECT 1")])
    await reader.ask([Query("SELECT 1")])
    assert [line.split()[0] for line in shell.asked] == ["mariadb", "mysql", "mysql"]
    assert "--socket=/s" in shell.asked[0]


async def test_errors_of_the_client_have_names() -> None:
    denied = said(stderr="ERROR 1045 (28000): Access denied for user 'root'@'localhost'", status=1)
    with pytest.raises(LoginRefused, match="db1: SQL as root was not let in"):
        await ClientReader(Scripted(denied)).ask([Query("SELECT 1")])
    not_ready = said(stderr="ERROR 1047 (08S01) at line 1: WSREP has not yet prepared node", status=1)
    with pytest.raises(Refused, match="no Primary component") as caught:
        await ClientReader(Scripted(not_ready)).ask([Query("SELECT 1")])
    assert caught.value.status == 1047


async def test_an_answer_in_another_form_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(NotUnderstood):
        await ClientReader(Scripted(said("Variable_name\tValue\n"))).ask([Query("SELECT 1")])


async def test_no_client_at_all_is_said() -> None:
    missing = ToolMissing("db1: no client", status=127)
    with pytest.raises(ToolMissing):
        await ClientReader(Scripted(missing, missing)).ask([Query("SELECT 1")])
