"""Tables of live readings: bytes for a changed cell, CPU of five panes at 1 Hz. Peer: Textual's DataTable."""

from __future__ import annotations

import sys
from statistics import median

from bench.launch import ROOT
from bench.pty import Session
from bench.table import Row, Table

CHANGES = 20
IDLE_S = 20.0


def program(name: str, *arguments: str) -> Session:
    """Start one of `bench.programs` on a terminal of 120 x 40."""
    argv = [sys.executable, "-m", f"bench.programs.{name}", *arguments]
    return Session(argv, env={"PYTHONPATH": str(ROOT)})


def bytes_for_a_cell(kind: str) -> float:
    """Bytes that the program writes when one cell of one table changes, the median of some changes."""
    with program("tables", kind, "1", "0") as session:
        session.wait_for("db5")
        session.settle()
        sizes = []
        for _ in range(CHANGES):
            before = session.bytes_read
            session.send(b"c")
            session.settle(0.15)
            sizes.append(session.bytes_read - before)
    return median(sizes)


def cpu_percent(kind: str, hz: float = 1.0) -> float:
    """CPU of five tables that all change `hz` times a second, in percent of one core."""
    with program("tables", kind, "5", str(hz)) as session:
        session.wait_for("db1")
        session.run_for(2.0)
        before = session.cpu_ms()
        session.run_for(IDLE_S)
        return (session.cpu_ms() - before) / IDLE_S / 10


def run() -> Table:
    table = Table("Tables of live readings (120 x 40)")
    table.add(
        Row(
            "one cell changes",
            bytes_for_a_cell("live"),
            "bytes",
            peer="DataTable",
            theirs=bytes_for_a_cell("data"),
            goal=150,
        )
    )
    empty = cpu_percent("none", 0)
    table.add(
        Row(
            "five tables at 1 Hz",
            cpu_percent("live"),
            "% CPU",
            peer="DataTable",
            theirs=cpu_percent("data"),
            goal=0.6,
        )
    )
    table.notes.append(f"an app with nothing in it that never changes: {empty:.2f} % CPU")
    return table
