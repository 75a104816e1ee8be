"""The page of results, bench/RESULTS.md: one section a benchmark; a run renews its own sections only."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.table import HEADS, Table, cells

PLACE = Path(__file__).parent / "RESULTS.md"
HEAD = """\
# What was measured

Written by `python -m bench --markdown`: do not edit. Each row holds our number, the number of a peer measured
in the same run on the same machine, and their ratio. Times from a machine that is busy (see the load) are not
to be trusted; CPU, bytes and ratios suffer less.
"""
_SECTION = re.compile(r"^## (\S+)\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def machine() -> str:
    """Where and with what it is measured, and how busy it is at this moment."""
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
    libraries = ", ".join(f"{name} {version(name)}" for name in ("textual", "asyncssh"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, "
        f"Linux {platform.release()}, Python {platform.python_version()}, {libraries}; "
        f"load {os.getloadavg()[0]:.1f} before it"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def section(name: str, table: Table, where: str) -> str:
    """One benchmark as Markdown."""
    lines = [f"## {name}", "", f"{table.title}. {where}.", "", _row(HEADS), _row(["---"] * len(HEADS))]
    lines += [_row(cells(row)) for row in table.rows]
    if table.notes:
        lines += ["", *[f"- {note}" for note in table.notes]]
    return "\n".join(lines) + "\n"


def _row(texts: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(texts)} |"


def renewed(page: str, sections: Mapping[str, str]) -> str:
    """The page with these sections instead of those of the same name, all of them in order of their names."""
    kept = {match[1]: match[0] for match in _SECTION.finditer(page)}
    merged = {**kept, **sections}
    return "\n\n".join([HEAD.rstrip(), *[merged[name].rstrip() for name in sorted(merged)]]) + "\n"
