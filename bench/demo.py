"""`quarterdeck demo`: the first full frame, and what its practice estate costs. Peer: the console alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.launch import Launcher, launcher
from bench.pty import Session, cpu_ms_of, descendants, memory_mib_of
from bench.start import ESTATE, NOWHERE, Start, started
from bench.table import Row, Table

TURNS = 5
"""Each is started in turn, this often; the median counts."""
IDLE_S = 20.0
"""How long it is watched at rest: the console on its first screen, nothing broken."""
GOAL_MS, GOAL_MIB, GOAL_SHARE = 3000.0, 300.0, 10.0


class Rest(NamedTuple):
    """The practice estate while the console looks at it and nothing happens."""

    cpu_percent: float
    memory_mib: float
    console_percent: float


def run() -> Table:
    table = Table("The demo, from exec to the first full frame, and at rest (120 x 40)")
    demos, consoles, rests = _measured()
    for row in _rows(demos, consoles, rests):
        table.add(row)
    table.notes.append(f"medians of {TURNS} starts of each, in turn; modules compiled; {IDLE_S:g} s at rest")
    return table


def _measured() -> tuple[list[Start], list[Start], list[Rest]]:
    demos, consoles, rests = [], [], []
    with launcher() as launch, tempfile.TemporaryDirectory(prefix="bench-estate-") as folder:
        estate = Path(folder) / "estate.toml"
        estate.write_text(ESTATE)
        (Path(folder) / "ssh_config").write_text(NOWHERE)
        for turn in range(TURNS + 1):
            demo = started(launch, "tui.cli", "demo", "--surprise", "0", until=" keys")
            console = started(launch, "tui.cli", "--estate", str(estate), until=" keys")
            if turn:
                demos.append(demo)
                consoles.append(console)
        rests += [_at_rest(launch) for _ in range(2)]
    return demos, consoles, rests


def _at_rest(launch: Launcher) -> Rest:
    with launch.session("tui.cli", "demo", "--surprise", "0") as session:
        session.wait_for("3 of 3", timeout_s=60.0)
        session.run_for(5.0)
        practice = _practice_of(session)
        before, console_before = cpu_ms_of(practice), cpu_ms_of(session.pid)
        session.run_for(IDLE_S)
        spent, console = cpu_ms_of(practice) - before, cpu_ms_of(session.pid) - console_before
        return Rest(spent / IDLE_S / 10, memory_mib_of(practice), console / IDLE_S / 10)


def _practice_of(session: Session) -> int:
    """The process of the practice estate, which the console has started."""
    for pid in descendants(session.pid):
        if b"practice" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            return pid
    raise LookupError("the demo has no practice estate")


def _rows(demos: list[Start], consoles: list[Start], rests: list[Rest]) -> Iterator[Row]:
    peer = "console without it"
    wall_ms, theirs = (median(start.wall_ms for start in starts) for starts in (demos, consoles))
    yield Row("time to the first full frame", wall_ms, "ms", peer=peer, theirs=theirs, goal=GOAL_MS)
    cpu_ms, theirs = (median(start.cpu_ms for start in starts) for starts in (demos, consoles))
    yield Row("CPU until then, both processes", cpu_ms, "ms CPU", peer=peer, theirs=theirs)
    memory = max(rest.memory_mib for rest in rests)
    yield Row("memory of the practice estate", memory, "MiB", goal=GOAL_MIB)
    share, theirs = (
        median(values)
        for values in ([rest.cpu_percent for rest in rests], [rest.console_percent for rest in rests])
    )
    yield Row(
        "the practice estate at rest", share, "% CPU", peer="console on it", theirs=theirs, goal=GOAL_SHARE
    )
