"""The console at 1 Hz: CPU and bytes with all its views on screen, and with none seen. Peer: DataTables."""

from __future__ import annotations

from statistics import median
from typing import NamedTuple

from bench.launch import Launcher, launcher
from bench.pty import Session
from bench.table import Row, Table

WARM_S, MEASURED_S = 9.0, 20.0
TURNS = 3
"""Each is measured in turn, this often; the median counts."""
TILED = (160, 50)


class Load(NamedTuple):
    """What a program needs once it has settled."""

    cpu_percent: float
    bytes_per_s: float


def load_of(session: Session) -> Load:
    """CPU in percent of one core and bytes to the terminal, over some time."""
    session.run_for(WARM_S)
    cpu_ms, size = session.cpu_ms(), session.bytes_read
    session.run_for(MEASURED_S)
    return Load(
        (session.cpu_ms() - cpu_ms) / MEASURED_S / 10,
        (session.bytes_read - size) / MEASURED_S,
    )


def console(launch: Launcher, *, unseen: bool = False) -> Load:
    """The tiled console shows the watch, what changed, a heading, the nodes and the findings.

    `unseen`: a screen stands before them that shows no readings.
    """
    columns, lines = TILED
    with launch.session("bench.programs.console", "1", columns=columns, lines=lines) as session:
        session.wait_for("3 of 3 Synced", 60)
        if unseen:
            session.send(b"?")
            session.wait_for("console.palette", 60)
        return load_of(session)


def tables(launch: Launcher, kind: str, hz: str) -> Load:
    """Five tables on one screen, all of which change with one tick."""
    columns, lines = TILED
    arguments = (kind, "5", hz)
    with launch.session("bench.programs.tables", *arguments, columns=columns, lines=lines) as session:
        session.wait_for("db1", 60)
        return load_of(session)


def run() -> Table:
    columns, lines = TILED
    table = Table(f"The console at one reading a node and second ({columns} x {lines})")
    seen, unseen, data, empty = list[Load](), list[Load](), list[Load](), list[Load]()
    with launcher() as launch:
        for _ in range(TURNS):
            seen.append(console(launch))
            data.append(tables(launch, "data", "1"))
            unseen.append(console(launch, unseen=True))
            empty.append(tables(launch, "none", "0"))
    peer, idle = "5 DataTables", "empty Textual app"
    table.add(
        Row(
            "five views at 1 Hz, triage included",
            median(load.cpu_percent for load in seen),
            "% CPU",
            peer=peer,
            theirs=median(load.cpu_percent for load in data),
            goal=0.6,
        )
    )
    table.add(
        Row(
            "bytes to the terminal meanwhile",
            median(load.bytes_per_s for load in seen),
            "bytes/s",
            peer=peer,
            theirs=median(load.bytes_per_s for load in data),
        )
    )
    table.add(
        Row(
            "the same with no reading seen",
            median(load.cpu_percent for load in unseen),
            "% CPU",
            peer=idle,
            theirs=median(load.cpu_percent for load in empty),
        )
    )
    table.notes.append(f"medians of {TURNS} turns of {MEASURED_S:g} s; nothing but the clock moves unseen")
    return table
