"""1,000 instances of a cloud: what a list costs, and how long a key waits. Peer: openstacksdk's objects."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.launch import ROOT, launcher
from bench.table import Row, Table

COUNT = 1000


@contextmanager
def cloud() -> Iterator[str]:
    """Serve one in a process of its own; gives the path of its clouds.yaml."""
    argv = [sys.executable, "-m", "bench.programs.cloud", str(COUNT)]
    with (
        tempfile.TemporaryDirectory(prefix="bench-cloud-") as folder,
        subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        place = Path(folder, "clouds.yaml")
        place.write_text(process.stdout.readline())
        try:
            yield str(place)
        finally:
            process.stdin.close()


def run() -> Table:
    table = Table(f"The instances of a cloud: {COUNT:,} of them")
    with cloud() as place, launcher() as launch:
        ours = launch.numbers("bench.programs.listing", "ours", place)
        theirs = launch.numbers("bench.programs.listing", "sdk", place)
    assert {row["count"] for row in (*ours, *theirs)} == {COUNT}
    peer = "openstacksdk"
    table.add(
        Row(
            "asked, read, judged and made into rows",
            median(row["cpu_ms"] for row in ours),
            "ms CPU",
            peer=peer,
            theirs=median(row["cpu_ms"] for row in theirs),
            goal_ratio=0.1,
        )
    )
    table.add(
        Row(
            "the longest that a key waits meanwhile",
            median(row["held_ms"] for row in ours),
            "ms",
            peer=f"{peer} in the loop",
            theirs=median(row["held_ms"] for row in theirs),
            goal=50,
        )
    )
    table.notes.append(
        "a look is a list of instances, of hypervisors and of services; the peer lists instances alone"
    )
    return table
