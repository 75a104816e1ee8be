"""Names a process so that another one on the same machine can tell whether it still lives."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> str:
    """Boot, PID namespace, PID and start time: no later process has the same name."""
    return f"{_boot()}/{_namespace()}/{os.getpid()}/{_started(os.getpid())}"


def is_dead(process: str) -> bool:
    """Whether that process is known to be gone; False also where it cannot be known from here."""
    parts = process.split("/")
    if len(parts) != 4 or not parts[2].isdigit() or "" in parts:
        return False
    boot, namespace, pid, started = parts
    if boot != _boot() or namespace != _namespace():
        return False
    return _started(int(pid)) != started


def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return str((_PROC / "self/ns/pid").stat().st_ino)
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Clock ticks after boot (proc(5), field 22 of stat), or empty when there is no such process."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
