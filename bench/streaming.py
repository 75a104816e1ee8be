"""From a key to its paint while lines stream in, and its CPU. Peers: Textual's Log, and nothing streaming."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.pty import Session, now_ns, percentile, without_sequences
from bench.table import Row, Table
from bench.widgets import program

KEYS = 200
RATE = 50_000
GAP_S = 0.12
UP, DOWN = b"\x1b[A", b"\x1b[B"


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from a key to the paint that shows it, and what the program needed meanwhile."""

    p50_ms: float
    p99_ms: float
    missed: int
    cpu_percent: float
    memory_mib: float


def key_to_paint(kind: str, rate: int, keys: int = KEYS) -> Latency:
    """Press Up and Down in turn, at moments that keep no step with the program's own timers."""
    moments = random.Random(1)
    with program("stream", kind, str(rate)) as session:
        session.wait_for("k000000")
        session.run_for(1.5)
        cpu_ms, began = session.cpu_ms(), now_ns()
        times_ms = []
        missed = 0
        for number in range(1, keys + 1):
            session.run_for(GAP_S + moments.random() * 0.05)
            taken_ms = _press(session, DOWN if number % 2 == 0 else UP, f"k{number:06d}".encode())
            if taken_ms is None:
                missed += 1
                if missed > 3:
                    break
            else:
                times_ms.append(taken_ms)
        percent = (session.cpu_ms() - cpu_ms) / ((now_ns() - began) / 1e6) * 100
        memory_mib = session.memory_mib()
    if not times_ms:
        times_ms = [float("nan")]
    return Latency(percentile(times_ms, 0.5), percentile(times_ms, 0.99), missed, percent, memory_mib)


def _press(session: Session, key: bytes, expected: bytes) -> float | None:
    """Milliseconds until the program wrote `expected`; None after two seconds without it."""
    pressed = session.send(key)
    seen = b""
    while now_ns() - pressed < 2e9:
        seen = seen[-4096:] + session.read(0.05)
        if expected in seen or expected in without_sequences(seen):
            return (session.chunks[-1].at_ns - pressed) / 1e6
    return None


def run() -> Table:
    table = Table(f"From a key to its paint while {RATE:,} lines/s stream in (120 x 40, {KEYS} keys)")
    ours = key_to_paint("spool", RATE)
    log = key_to_paint("log", RATE)
    idle = key_to_paint("idle", 0)
    table.add(Row("key to paint, p50", ours.p50_ms, "ms", peer="Log", theirs=log.p50_ms, goal=4))
    table.add(Row("key to paint, p99", ours.p99_ms, "ms", peer="Log", theirs=log.p99_ms, goal=10))
    table.add(Row("CPU meanwhile", ours.cpu_percent, "%", peer="Log", theirs=log.cpu_percent))
    table.add(Row("memory at the end", ours.memory_mib, "MiB", peer="Log", theirs=log.memory_mib))
    table.add(Row("p50 against nothing streaming", ours.p50_ms, "ms", peer="idle app", theirs=idle.p50_ms))
    table.notes.append(f"keys without an answer in 2 s: ours {ours.missed}, Log {log.missed}")
    return table
