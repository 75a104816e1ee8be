"""Which processes are this node's, and which rows of the processlist matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.galera.processes import parse_processes, server_pids, transfer_pids
from systems.galera.processlist import parse_processlist, shows_all, without_values
from systems.galera.sections import sectioned, split_sections
from systems.sql import Rows
from tests.systems.galera.recorded import AT, host_output

DATADIR = "/var/lib/mysql"


def transfers(name: str) -> tuple[str, ...]:
    return split_sections(host_output(name, "root").stdout)["transfers"]


def test_a_joiner_and_a_donor_show_their_transfer() -> None:
    assert transfer_pids(parse_processes(transfers("joiner")), DATADIR) == (350, 351, 506, 532, 533)
    assert transfer_pids(parse_processes(transfers("donor")), DATADIR) == (233, 234, 384)


def test_a_transfer_of_another_node_on_this_host_is_not_ours() -> None:
    assert transfer_pids(parse_processes(transfers("joiner")), "/srv/other") == ()


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("12 mariabackup --backup --target-dir=/backup", False),
        ("12 rsync -a /home backup:/home", False),
        ("12 socat -u TCP-LISTEN:4444,reuseaddr stdio", True),
        ("12 rsync --daemon --port 4444 --config /var/lib/mysql/rsync_sst.conf", True),
    ],
)
def test_without_a_script_only_what_speaks_of_a_transfer_counts(line: str, counts: bool) -> None:
    assert bool(transfer_pids(parse_processes([line]), DATADIR)) is counts


@pytest.mark.parametrize(
    ("line", "defaults_file", "counts"),
    [
        ("31 /usr/sbin/mariadbd --wsrep_start_position=x:1", "", True),
        ("31 /usr/sbin/mysqld --datadir=/var/lib/mysql/ --user=mysql", "", True),
        ("31 /usr/sbin/mysqld --datadir=/srv/other", "", False),
        ("31 mariadbd --version", "", False),
        ("31 mysqld --defaults-file=/srv/n1/my.cnf", "/srv/n1/my.cnf", True),
        ("31 mysqld --defaults-file=/srv/n2/my.cnf", "/srv/n1/my.cnf", False),
        ("31 mysqld", "/srv/n1/my.cnf", False),
        ("31 mysqld --defaults-file=/etc/mysql/my.cnf", "", True),
    ],
)
def test_a_server_counts_unless_it_is_surely_another_node(
    line: str, defaults_file: str, counts: bool
) -> None:
    assert bool(server_pids(parse_processes([line]), DATADIR, defaults_file)) is counts


@pytest.mark.parametrize("line", ["31 [mariadbd] <defunct>", "31 [mariadbd]", "31 "])
def test_a_process_without_a_command_line_counts_while_a_unit_calls_it_its_own(line: str) -> None:
    processes = parse_processes([line])
    assert server_pids(processes, DATADIR, "", {0, 30}) == ()
    assert server_pids(processes, DATADIR, "", {31}) == (31,)


def test_wsrep_threads_and_long_statements_are_kept() -> None:
    rows = Rows(
        (
            ("1", "system user", "", None, "Sleep", "155", "wsrep aborter idle", None, "0.000"),
            ("2", "system user", "", None, "Sleep", "9", "wsrep applier committed", None, "0.000"),
            ("5", "app", "10.0.0.9", "app", "Query", "120", "Waiting for certification", "COMMIT", "0.0"),
            ("6", "app", "10.0.0.9", "app", "Query", "0", "Sending data", "SELECT 1", "0.0"),
            ("7", "app", "10.0.0.9", "app", "Query", "60", "Sending data", "SELECT 2" + "x" * 500, "0.0"),
            ("8", "app", "10.0.0.9", "app", "Sleep", "9000", "", None, "0.0"),
            ("9", "repl", "10.0.0.9", None, "Binlog Dump", "9000", "", None, "0.0"),
            ("odd",),
        ),
        AT,
    )
    writers = parse_processlist(rows)
    assert [writer.id for writer in writers] == [5, 7, 2]
    assert len(writers[1].statement) == 200


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE USER a@b IDENTIFIED BY 'S3cret'",
        'ALTER USER a IDENTIFIED WITH mysql_native_password AS "S3cret"',
        "SET PASSWORD FOR a@b = PASSWORD('S3cret')",
        "CREATE USER a IDENTIFIED VIA unix_socket USING 'S3cret",
        "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD 'S3cret'",
        "SET PASSWORD = 'S3cret'",
    ],
)
def test_passwords_in_statements_are_left_out(statement: str) -> None:
    assert "S3cret" not in without_values(statement)


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ("UPDATE `c2` SET mail='a\\'b@x' WHERE id = 4711", "UPDATE `c2` SET mail=? WHERE id = ?"),
        ("INSERT INTO t VALUES (\"it's\", -1.5e3, 0xFF, x'4142')", "INSERT INTO t VALUES (?, -?, ?, x?)"),
        ("ALTER TABLE orders2024\n  ADD x INT -- for Jane", "ALTER TABLE orders2024 ADD x INT"),
        ("/* customer 12 */ SELECT name FROM t # Jane", "SELECT name FROM t"),
        ("SELECT * FROM t WHERE n = 'cut off in the midd", "SELECT * FROM t WHERE n = ?"),
        ("/*!40000 ALTER TABLE `t` DISABLE KEYS */", "ALTER TABLE `t` DISABLE KEYS"),
        ("/*M!100100 SET @a='Jane' */;", "SET @a=? ;"),
        ("SELECT a - 1, b--1", "SELECT a - ?, b--?"),
    ],
)
def test_of_a_statement_what_it_does_is_kept_and_no_value(statement: str, kept: str) -> None:
    assert without_values(statement) == kept


def test_an_account_that_sees_its_own_threads_only_is_told_from_an_idle_server() -> None:
    own = ("7", "monitor", "localhost", None, "Query", "0", "starting", "SHOW PROCESSLIST", "0.0")
    applier = ("2", "system user", "", None, "Sleep", "9", "wsrep applier committed", None, "0.0")
    assert not shows_all(Rows((own,), AT))
    assert shows_all(Rows((applier, own), AT))


@given(st.lists(st.text()), st.lists(st.lists(st.one_of(st.none(), st.text()), max_size=9)))
def test_no_answer_breaks_the_readers(lines: list[str], rows: list[list[str | None]]) -> None:
    processes = parse_processes(lines)
    server_pids(processes, DATADIR, "")
    transfer_pids(processes, DATADIR)
    parse_processlist(Rows(tuple(tuple(row) for row in rows), AT))
    split_sections("\n".join(lines))


def test_sections_come_back_by_name() -> None:
    line = sectioned((("a", "true"), ("b", "false")))
    mark = line.partition("echo ")[2].partition("a;")[0]
    assert line == f"echo {mark}a; true; echo {mark}b; false"
    assert split_sections("noise\n@@a\n1\n@@b\n@@b\n@@ c\n") == {"a": ("1",), "b": ("@@b", "@@ c")}


def test_a_schema_change_is_kept_however_young_it_is_and_however_much_runs_beside_it() -> None:
    """One that is not seen reads as "no schema change runs": a node would be stopped in the middle of it."""
    report = ("app", "10.0.0.9", "shop", "Query", "900", "Sending data", "SELECT * FROM orders", "0.0")
    rows = [(str(number), *report) for number in range(1, 65)]
    young = ("99", "app", "10.0.0.9", "shop", "Query", "0", "altering table", "ALTER TABLE t ADD x INT")
    writers = parse_processlist(Rows((*rows, young), AT))
    assert [writer.id for writer in writers if writer.statement.startswith("ALTER")] == [99]
    assert len(writers) == 50


def test_many_appliers_do_not_crowd_out_what_clients_run() -> None:
    """Nothing seen of a client reads as "nothing runs": a node would be stopped in the middle of a DDL."""
    applier = ("system user", "", None, "Sleep", "90000", "wsrep applier committed", None)
    rows = [(str(number), *applier) for number in range(1, 65)]
    client = (
        "99",
        "app",
        "10.0.0.9",
        "shop",
        "Query",
        "70",
        "altering table",
        "ALTER TABLE orders ADD x INT",
    )
    writers = parse_processlist(Rows((*rows, client), AT))
    assert [writer.id for writer in writers if writer.user == "app"] == [99]
