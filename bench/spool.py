"""Lines a second into the spool, memory at 10 million lines. Peers: Textual's Log; write(2) and a count."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.launch import ROOT
from bench.table import Row, Table

LINES = 10_000_000
LOG_LINES = 300_000
INTERLEAVED_LINES = 1_000_000


def sink(kind: str, lines: int) -> dict[str, float]:
    """Run `bench.programs.sink` in a process of its own, whose memory is nobody else's."""
    argv = [sys.executable, "-m", "bench.programs.sink", kind, str(lines)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def run() -> Table:
    table = Table(f"The spool: {LINES:,} lines of 100 bytes")
    spool, log, naive = sink("spool", LINES), sink("log", LOG_LINES), sink("naive", LINES)
    turns = sink("interleaved", INTERLEAVED_LINES)
    log_mib = log["grown_mib"] * LINES / LOG_LINES
    add = table.add
    add(
        Row(
            "lines from one host",
            spool["lines_per_s"] / 1e6,
            "M/s",
            peer="Log",
            theirs=log["lines_per_s"] / 1e6,
            goal_ratio=10,
            more_is_better=True,
        )
    )
    add(
        Row(
            "the same in bytes",
            spool["mb_per_s"],
            "MB/s",
            peer="write and count",
            theirs=naive["mb_per_s"],
            goal_ratio=0.5,
            more_is_better=True,
        )
    )
    add(Row("memory grown by all lines", spool["grown_mib"], "MiB", peer="Log", theirs=log_mib, goal=5))
    add(Row("lines from 9 hosts in turn, one a chunk", turns["lines_per_s"] / 1e6, "M/s"))
    add(Row("memory grown by a million of these", turns["grown_mib"], "MiB", goal=5))
    add(Row("40 lines read back, anywhere", spool["screen_us"] / 1e3, "ms", goal=1))
    table.notes.append(f"Log was given {LOG_LINES:,} lines; its memory is scaled to {LINES:,}")
    return table
