"""A dead, a deaf and a slow host among others: what rows and keys wait for them. Peers: none ill, clush."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.ill_hosts import dead, deaf, slow
from bench.launch import Launcher, launcher
from bench.pty import Session, now_ns, percentile
from bench.ssh import fan
from bench.table import Row, Table

WELL = 6
ILL = ("dead", "deaf", "slow")
WATCHED_S = 10.0
KEYS = 50
TURNS = 3
"""Each is measured in turn, this often; the median counts."""
ESTATE = """\
hosts = "{nodes}"
[estate]
name = "bench"
ssh_config = "ssh_config"
"""
UP, DOWN = b"\x1b[A", b"\x1b[B"


class Estates(NamedTuple):
    """Two estate files, and the ssh_config that both use."""

    well: Path
    mixed: Path
    config: Path


@contextmanager
def estates() -> Iterator[Estates]:
    """Real sshds; beside them the ill ones, of which the slow one leads to the first of the others."""
    with ExitStack() as stack:
        config = stack.enter_context(fan(WELL))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-hosts-")))
        text = config.read_text()
        address, port = (text.split(word, 1)[1].split(None, 1)[0] for word in ("HostName", "Port"))
        ports = {
            "dead": stack.enter_context(dead()),
            "deaf": stack.enter_context(deaf()),
            "slow": stack.enter_context(slow(address, int(port))),
        }
        blocks = "".join(
            f"Host {name}\n  HostName 127.0.0.1\n  Port {at}\n  HostKeyAlias [{address}]:{port}\n"
            for name, at in ports.items()
        )
        (folder / "ssh_config").write_text(blocks + text)
        nodes = f"host[1-{WELL}]"
        for name, named in (("well", nodes), ("mixed", f"{','.join(ILL)},{nodes}")):
            (folder / f"{name}.toml").write_text(ESTATE.format(nodes=named))
        yield Estates(folder / "well.toml", folder / "mixed.toml", folder / "ssh_config")


class Rhythm(NamedTuple):
    """The worst of those that are well, milliseconds."""

    first_ms: float
    gap_ms: float


def rhythm(launch: Launcher, estate: Path) -> Rhythm:
    """How the nodes that are well answer; the last ones of the inventory."""
    rows = launch.numbers("bench.programs.rhythm", str(estate), str(WATCHED_S))[-WELL:]
    return Rhythm(
        max(row["first_s"] for row in rows) * 1000, max(row["longest_gap_s"] for row in rows) * 1000
    )


def clush_ms(config: Path) -> float:
    """Until clush, asked for all of them at once, has told what the last well one says."""
    clush = Path(sys.executable).parent / "clush"
    names = ",".join([*ILL, *(f"host{number}" for number in range(1, WELL + 1))])
    argv = [str(clush), "-w", names, "-o", f"-F {config}", "-u", "8", "uname -n"]
    began, last, seen = time.monotonic(), 0.0, 0
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if line.startswith(b"host") and seen < WELL:
                seen += 1
                last = time.monotonic() - began
    return last * 1000


def key_times(launch: Launcher, estate: Path, state: Path) -> list[float]:
    """From a key that moves the cursor in the table of hosts to its paint, milliseconds."""
    moments = random.Random(1)
    env = {"XDG_STATE_HOME": str(state), "XDG_CONFIG_HOME": str(state)}
    with launch.session("tui.cli", "--estate", str(estate), env=env) as session:
        session.wait_for(" keys", 60)
        session.send(b"6")
        session.wait_for("memory free", 60)
        session.run_for(2.0)
        times = []
        for number in range(KEYS):
            session.run_for(0.1 + moments.random() * 0.1)
            times.append(_moved_ms(session, UP if number % 2 else DOWN))
        return times


def _moved_ms(session: Session, key: bytes) -> float:
    """Until the cursor was painted somewhere else."""
    pressed, seen = session.send(key), b""
    while "▶".encode() not in seen and now_ns() - pressed < 5e9:
        seen += session.read(0.05)
    return (session.chunks[-1].at_ns - pressed) / 1e6


class Turns(NamedTuple):
    """What all turns gave; keys in milliseconds."""

    mixed: list[Rhythm]
    well: list[Rhythm]
    peer_ms: list[float]
    keys_mixed: list[float]
    keys_well: list[float]


def run() -> Table:
    table = Table(
        f"{WELL} hosts that are well beside a dead, a deaf and a slow one (load {os.getloadavg()[0]:.1f})"
    )
    turns = _measured()
    for row in _rows(turns):
        table.add(row)
    table.notes.append(
        f"medians of {TURNS} turns; {TURNS * KEYS} keys; the slow host keeps each chunk 250 ms"
    )
    return table


def _measured() -> Turns:
    turns = Turns([], [], [], [], [])
    with estates() as made, launcher() as launch, tempfile.TemporaryDirectory() as state:
        for _ in range(TURNS):
            turns.mixed.append(rhythm(launch, made.mixed))
            turns.well.append(rhythm(launch, made.well))
            turns.peer_ms.append(clush_ms(made.config))
            turns.keys_mixed.extend(key_times(launch, made.mixed, Path(state)))
            turns.keys_well.extend(key_times(launch, made.well, Path(state)))
    return turns


def _rows(turns: Turns) -> Iterator[Row]:
    alone = "none of them ill"
    first = median(one.first_ms for one in turns.mixed)
    yield Row(
        "first answer of the last well host",
        first,
        "ms",
        peer=alone,
        theirs=median(one.first_ms for one in turns.well),
        goal_ratio=1.5,
    )
    yield Row("the same", first, "ms", peer="clush", theirs=median(turns.peer_ms))
    yield Row(
        "longest wait between two answers, asked at 1 Hz",
        median(one.gap_ms for one in turns.mixed),
        "ms",
        peer=alone,
        theirs=median(one.gap_ms for one in turns.well),
        goal_ratio=1.5,
    )
    for share, goal in ((0.5, 4.0), (0.99, 10.0)):
        yield Row(
            f"key to paint, p{share * 100:.0f}",
            percentile(turns.keys_mixed, share),
            "ms",
            peer=alone,
            theirs=percentile(turns.keys_well, share),
            goal=goal,
        )
