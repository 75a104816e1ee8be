"""From one host into the view on screen: speed, and memory at 10 million lines. Peer: ssh host cat."""

from __future__ import annotations

import os
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.launch import Launcher, launcher
from bench.programs.sink import LINE
from bench.pty import Session, now_ns
from bench.ssh import fan, openssh_mb_s
from bench.table import Row, Table

LINES_OF_FILE = 2_000_000
TIMES = 5
"""The file is read so often: 10 million lines."""


class Inflow(NamedTuple):
    """What the view needed."""

    mb_s: tuple[float, ...]
    """Of each time that the file was read."""
    cpu_ms_mb: float
    first_mib: float
    """Memory after the file was read once."""
    last_mib: float


def _written_ns(session: Session, text: str, timeout_s: float = 600.0) -> int:
    """When this was written; `Session.wait_for` looks at all that was, and here that is much."""
    seen, until_ns = b"", now_ns() + int(timeout_s * 1e9)
    while text.encode() not in seen:
        if session.ended or now_ns() > until_ns:
            raise TimeoutError(f"{text!r} did not appear; the screen:\n" + "\n".join(session.screen().lines))
        seen = seen[-100:] + session.read(0.05)
    return session.chunks[-1].at_ns


def into_the_view(launch: Launcher, config: Path, file: Path) -> Inflow:
    """Stream the file into the view so often, and measure each time from outside."""
    size_mb = file.stat().st_size / 1e6
    speeds, memory = list[float](), list[float]()
    with launch.session("bench.programs.stream_in", str(config), "host1", str(file), str(TIMES)) as session:
        at_ns, cpu_ms = _written_ns(session, "k000000 0 lines"), session.cpu_ms()
        for number in range(1, TIMES + 1):
            until_ns = _written_ns(session, f"k{number:06d}")
            speeds.append(size_mb / (until_ns - at_ns) * 1e9)
            memory.append(session.memory_mib())
            at_ns = until_ns
        cpu_ms = session.cpu_ms() - cpu_ms
    return Inflow(tuple(speeds), cpu_ms / size_mb / TIMES, memory[0], memory[-1])


def run() -> Table:
    table = Table(
        f"{LINES_OF_FILE * TIMES:,} lines from one host into the view (load {os.getloadavg()[0]:.1f})"
    )
    with fan(1) as config, launcher() as launch:
        file = config.parent / "big"
        with file.open("wb") as out:
            for _ in range(LINES_OF_FILE // 1000):
                out.write(LINE * 1000)
        theirs = [openssh_mb_s(config, file) for _ in range(2)]
        ours = into_the_view(launch, config, file)
        theirs += [openssh_mb_s(config, file) for _ in range(2)]
    table.add(
        Row(
            "stream into the view",
            median(ours.mb_s),
            "MB/s",
            peer="ssh host cat",
            theirs=median(theirs),
            goal_ratio=0.7,
            more_is_better=True,
        )
    )
    table.add(Row("client CPU of it", ours.cpu_ms_mb, "ms CPU/MB"))
    table.add(
        Row(
            f"memory grown from {LINES_OF_FILE // 10**6} to {LINES_OF_FILE * TIMES // 10**6} million lines",
            ours.last_mib - ours.first_mib,
            "MiB",
            goal=5,
        )
    )
    table.notes.append(f"memory at the end: {ours.last_mib:.0f} MiB, {ours.last_mib - ours.first_mib:+.1f}")
    return table
