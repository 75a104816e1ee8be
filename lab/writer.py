"""Write to every node of a cluster and remember, durably, each commit that was acknowledged.

    writer.py run --log FILE [--rate 20] [--seconds 600] NODE...     until SIGTERM; one connection a node
    writer.py verify --log FILE NODE...                              every acknowledged row is on every node
    writer.py wait --log FILE --more 20 [--deadline 30]              until that many more were acknowledged

A line of the log is "ok WRITER NUMBER NODE", written and fsynced after the server said that the commit is
done, or "maybe ..." when the answer was lost: such a row may be there or not.  `verify` exits 1 when an
acknowledged row is missing somewhere or the nodes differ.  The log survives a kill -9 of the writer.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pymysql

if TYPE_CHECKING:  # pymysql's own class takes no parameter at run time
    Connection = pymysql.connections.Connection[pymysql.cursors.Cursor]

USER, PASSWORD = "admin", "lab"  # the lab's own account; galera.sh makes it
TABLE = "app.ledger"
CREATE = (
    "CREATE DATABASE IF NOT EXISTS app",
    f"CREATE TABLE IF NOT EXISTS {TABLE} (writer CHAR(8), number BIGINT, node VARCHAR(32),"
    " at TIMESTAMP(6) DEFAULT NOW(6), PRIMARY KEY (writer, number)) ENGINE=InnoDB",
)


def connect(node: str, *, read_timeout_s: float) -> Connection:
    """Log in to HOST or HOST:PORT; raises `pymysql.Error`."""
    host, _, port = node.partition(":")
    return pymysql.connect(
        host=host,
        port=int(port or 3306),
        user=USER,
        password=PASSWORD,
        autocommit=True,
        connect_timeout=2,
        read_timeout=read_timeout_s,
        write_timeout=read_timeout_s,
    )


class Ledger:
    """The log of acknowledged commits; one line each, on the disk before `note` returns."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self.acknowledged = 0

    def note(self, outcome: str, writer: str, number: int, node: str) -> None:
        with self._lock:
            os.write(self._fd, f"{outcome} {writer} {number} {node}\n".encode())
            os.fdatasync(self._fd)
            self.acknowledged += outcome == "ok"


class Writer(threading.Thread):
    """Inserts into one node, at most `rate` rows a second; a lost node is tried again for ever."""

    def __init__(self, node: str, ledger: Ledger, *, rate: float, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.node, self.ledger, self.rate, self.stop = node, ledger, rate, stop
        self.id = secrets.token_hex(4)

    def run(self) -> None:
        link: Connection | None = None
        number = 0
        while not self.stop.wait(1 / self.rate):
            try:
                link = link or connect(self.node, read_timeout_s=30)
            except (pymysql.Error, OSError):
                continue
            number += 1
            if not self._insert(link, number):
                link.close() if link.open else None
                link = None

    def _insert(self, link: Connection, number: int) -> bool:
        """Insert one row; False when the connection is of no more use."""
        try:
            with link.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {TABLE} (writer, number, node) VALUES (%s, %s, @@wsrep_node_name)",  # noqa: S608
                    (self.id, number),
                )
        except (pymysql.Error, OSError):
            self.ledger.note("maybe", self.id, number, self.node)
            return False
        self.ledger.note("ok", self.id, number, self.node)
        return True


def run(nodes: list[str], log: Path, *, rate: float, seconds: float) -> int:
    """Write until SIGTERM or the end of `seconds`; returns the exit status."""
    ledger, stop = Ledger(log), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with closing(connect(nodes[0], read_timeout_s=30)) as link, link.cursor() as cursor:
        for statement in CREATE:
            cursor.execute(statement)
    writers = [Writer(node, ledger, rate=rate, stop=stop) for node in nodes]
    for writer in writers:
        writer.start()
    print("writing", flush=True)
    stop.wait(seconds)
    stop.set()
    for writer in writers:
        writer.join(timeout=2)  # one that hangs in a statement has acknowledged nothing
    print(f"acknowledged {ledger.acknowledged}")
    return 0


def read_log(log: Path) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """The rows that were acknowledged, and those whose answer was lost."""
    rows: dict[str, set[tuple[str, int]]] = {"ok": set(), "maybe": set()}
    for outcome, writer, number, *_ in _lines(log):
        rows[outcome].add((writer, int(number)))
    return rows["ok"], rows["maybe"]


def _lines(log: Path) -> Iterator[list[str]]:
    text = log.read_text() if log.exists() else ""
    yield from (line.split() for line in text.splitlines() if line.count(" ") == 3)


def verify(nodes: list[str], log: Path) -> int:
    """Compare the log with what every node holds; returns the exit status."""
    acknowledged, _ = read_log(log)
    held: dict[str, set[tuple[str, int]]] = {}
    for node in nodes:
        with closing(connect(node, read_timeout_s=30)) as link, link.cursor() as cursor:
            cursor.execute("SET SESSION wsrep_sync_wait = 1")
            cursor.execute(f"SELECT writer, number FROM {TABLE}")  # noqa: S608
            held[node] = {(str(writer), int(number)) for writer, number in cursor.fetchall()}
    bad = 0
    everything = set().union(*held.values())
    for node, rows in held.items():
        lost = sorted(acknowledged - rows)
        other = len(everything - rows)
        print(f"{node}: acknowledged {len(acknowledged)}, lost {len(lost)}, others have {other} more")
        for writer, number in lost[:5]:
            print(f"  lost: writer {writer} row {number}")
        bad += bool(lost) or bool(other)
    return 1 if bad else 0


def wait(log: Path, *, more: int, deadline_s: float) -> int:
    """Wait until `more` rows more than now were acknowledged; returns the exit status."""
    target, end = len(read_log(log)[0]) + more, time.monotonic() + deadline_s
    while (count := len(read_log(log)[0])) < target:
        if time.monotonic() > end:
            print(f"only {count} of {target} rows were acknowledged within {deadline_s:g} s", file=sys.stderr)
            return 1
        time.sleep(0.1)
    return 0


def main() -> int:
    """Read the arguments and do what they say; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("run", "verify", "wait"):
        verbs.add_parser(verb).add_argument("--log", type=Path, required=True)
    verbs.choices["run"].add_argument("--rate", type=float, default=20.0, help="rows a second and node")
    verbs.choices["run"].add_argument("--seconds", type=float, default=600.0)
    verbs.choices["wait"].add_argument("--more", type=int, default=20)
    verbs.choices["wait"].add_argument("--deadline", type=float, default=30.0, help="seconds")
    for verb in ("run", "verify"):
        verbs.choices[verb].add_argument("nodes", nargs="+", metavar="NODE", help="HOST or HOST:PORT")
    given = parser.parse_args()
    if given.verb == "wait":
        return wait(given.log, more=given.more, deadline_s=given.deadline)
    if given.verb == "verify":
        return verify(given.nodes, given.log)
    return run(given.nodes, given.log, rate=given.rate, seconds=given.seconds)


if __name__ == "__main__":
    sys.exit(main())
