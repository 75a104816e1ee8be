"""Whatever is sent to the practice estate is answered: statements, orders, files, scripts and patterns."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from practice.clock import Clock
from practice.control import Control
from practice.estate import build
from practice.facts import FactsWrong, read_facts
from practice.galera.options import server_options
from practice.galera.saved import parse_saved, parse_view
from practice.host.files import Files
from practice.serving import Serving
from practice.sql.engine import Session, SqlError, execute, statements_of
from tests.examples import examples
from tests.practice.test_shell import run

ESTATE = build(Clock(runs=False, started_at=1_800_000_000.0))
ENDLESS = "9" * 5000
"""More digits than Python reads as a number."""
SQL = """
SELECT SHOW GLOBAL STATUS LIKE 'wsrep%' VARIABLES SET SESSION @@wsrep_on = ON ; ' " ` /* */ -- ( ) , FROM
information_schema.PROCESSLIST INSERT INTO app.t VALUES (1) CREATE TABLE DATABASE USER x@localhost IDENTIFIED
BY GRANT ALL ON *.* TO DROP IF EXISTS KILL 7 FLUSH TABLES UNLOCK START TRANSACTION READ ONLY wsrep_desync
wsrep_provider_options 'pc.bootstrap=1' DELETE UPDATE WHERE COUNT(*) NULL
"""


def words_of(text: str, *more: str, most: int = 10) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from((*text.split(), *more)) | st.text(max_size=8), max_size=most)


@examples(200)
@given(words_of(SQL, ENDLESS, "\0").map(" ".join))
def test_any_statement_has_an_answer_or_is_refused(text: str) -> None:
    async def ask() -> None:
        session = Session(ESTATE.server("db1"), "root")
        for statement in statements_of(text):
            with suppress(SqlError):
                assert await asyncio.wait_for(execute(session, statement), 5) is not None

    asyncio.run(ask())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FACTS = "address runs component uuid seqno saved last_view boot_id weight invocation cache_bytes"
HOSTS = st.dictionaries(
    st.just("db1") | st.text(max_size=5), st.dictionaries(st.sampled_from(FACTS.split()), VALUES)
)
LOADS = st.fixed_dictionaries(
    {"cluster": st.just("orders") | VALUES, "hosts": HOSTS | VALUES},
    optional={"writes_per_s": VALUES, "blank": VALUES},
)


@examples(200)
@given(LOADS)
def test_any_facts_are_taken_over_or_refused_in_one_sentence(order: dict[str, object]) -> None:
    said = "taken over"
    try:
        read_facts(order)
    except FactsWrong as error:
        said = str(error)
    assert said
    assert "\n" not in said


ORDERS = st.dictionaries(
    st.sampled_from(("do", "fault", "host", "seconds", "factor")),
    VALUES | st.sampled_from(("list", "break", "state", "advance", "speed", "heal", "kill-one", "db2")),
)
SERVING = Serving(Path("/nowhere"), practice=build(Clock(runs=False)))


@examples(100)
@given(st.binary(max_size=60) | ORDERS.map(lambda order: json.dumps(order).encode()))
def test_any_order_has_an_answer(line: bytes) -> None:
    answer = asyncio.run(Control(SERVING).answer(line))
    assert answer["ok"] is True or answer["error"]


SAVED = """
uuid: seqno: -1 safe_to_bootstrap: 1 my_uuid: #vwbeg #vwend view_id: 3 member: 0 [mysqld] [galera] a=b
!include /etc/mysql/my.cnf !includedir /etc/mysql wsrep-on = ' #
"""


@examples(200)
@given(words_of(SAVED, ENDLESS, "\0", "\n", "\nview_id: 3 a", most=16).map(" ".join))
def test_any_file_that_an_operator_leaves_is_read(text: str) -> None:
    parse_saved(text)
    parse_view(text)
    files = Files(lambda: 0.0)
    files.make_dirs("/etc/mysql")
    files.write("/etc/mysql/my.cnf", text)
    assert all(name == name.lower() for name in server_options(files))


PIECES = r"s/ / a \( \) \1 \9 & * [ ] [[:alpha:]] p d ; 1 $ \ ( ) {2 {1,2} } + ? | ^ . Y"
PROGRAMS = ("sed", "sed -E", "sed -n", "grep", "grep -E", "grep -o", "grep -F", "pgrep -f", "find / -name")


@examples(100)
@given(words_of(PIECES, ENDLESS, most=8).map("".join), st.sampled_from(PROGRAMS))
def test_any_script_or_pattern_of_a_program_ends_in_a_status(script: str, program: str) -> None:
    quoted = script.replace("'", "")
    status, _, _ = asyncio.run(run(f"echo aab | {program} '{quoted}'", ESTATE.machines["db2"]))
    assert 0 <= status <= 255
