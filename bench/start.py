"""CPU from exec to the first full frame. Peers: bare Textual apps, with and without a DataTable."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.launch import Launcher, launcher
from bench.pty import now_ns, without_sequences
from bench.table import Row, Table

TURNS = 9
"""Each is started in turn, this often; the median counts."""
ESTATE = """\
[estate]
name = "north"
color = "red"
ssh_config = "ssh_config"
[[galera]]
name = "orders"
nodes = "db[1-3]"
"""
NOWHERE = "Host *\n  HostName 127.0.0.1\n  Port 1\n"
"""Hosts are asked after the first frame; nobody shall be disturbed by that."""


class Start(NamedTuple):
    """What it took until the frame was on the terminal."""

    cpu_ms: float
    wall_ms: float
    bytes_written: int


def started(launch: Launcher, module: str, *arguments: str, until: str) -> Start:
    """Start it, and look what it took until the first frame with `until` in it was written to its end.

    CPU is read after every chunk, before that is looked at: what the program does afterwards is not counted.
    """
    frame = re.compile(re.escape(until.encode()) + rb".*\x1b\[\?2026l", re.DOTALL)
    seen = b""
    with launch.session(module, *arguments) as session:
        while not frame.search(seen):
            seen += session.read(5.0)
            cpu_ms, wall_ms = session.cpu_ms(), (now_ns() - session.started_ns) / 1e6
            if session.ended or wall_ms > 60_000:
                raise TimeoutError(f"{module} never wrote {until!r}: {without_sequences(seen)[-500:]!r}")
        return Start(cpu_ms, wall_ms, len(seen))


class Starts(NamedTuple):
    """All that were measured, ours and the peers'."""

    ours: list[Start]
    data: list[Start]
    static: list[Start]


def run() -> Table:
    table = Table("From exec to the first full frame (120 x 40)")
    for row in _rows(_measured()):
        table.add(row)
    table.notes.append(f"medians of {TURNS} starts of each, in turn; modules compiled")
    return table


def _measured() -> Starts:
    starts = Starts([], [], [])
    with launcher() as launch, tempfile.TemporaryDirectory(prefix="bench-estate-") as folder:
        estate = Path(folder) / "estate.toml"
        estate.write_text(ESTATE)
        (Path(folder) / "ssh_config").write_text(NOWHERE)
        for turn in range(TURNS + 1):
            one = started(launch, "tui.cli", "--estate", str(estate), until=" keys")
            two = started(launch, "bench.programs.bare", until="the last row")
            three = started(launch, "bench.programs.bare", "static", until="the last row")
            if turn:
                starts.ours.append(one)
                starts.data.append(two)
                starts.static.append(three)
    return starts


def _rows(starts: Starts) -> Iterator[Row]:
    data, static = "app with DataTable", "app with Static"
    cpu_ms = median(start.cpu_ms for start in starts.ours)
    theirs = median(start.cpu_ms for start in starts.data)
    yield Row("CPU to the first full frame", cpu_ms, "ms CPU", peer=data, theirs=theirs, goal_ratio=1.0)
    theirs = median(start.cpu_ms for start in starts.static)
    yield Row("the same", cpu_ms, "ms CPU", peer=static, theirs=theirs)
    wall_ms = median(start.wall_ms for start in starts.ours)
    theirs = median(start.wall_ms for start in starts.data)
    yield Row("time to the first full frame", wall_ms, "ms", peer=data, theirs=theirs)
    written = median(start.bytes_written for start in starts.ours)
    yield Row(
        "bytes of it",
        written,
        "bytes",
        peer=data,
        theirs=median(start.bytes_written for start in starts.data),
    )
