"""Calls `quarterdeck` as a shell would: another process, its streams apart, its exit status kept."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call."""

    status: int
    out: str
    err: str


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a call: settings and journal are below `home`."""
    return {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "QUARTERDECK_JOURNAL": str(home / "journal.sqlite"),
    }


def call(*arguments: str, home: Path, timeout_s: float = 60.0) -> Called:
    """Run `quarterdeck ARGUMENTS` without a terminal; settings and journal are below `home`."""
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", *arguments],
        capture_output=True,
        check=False,
        env=surroundings(home),
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=timeout_s,
    )
    return Called(done.returncode, done.stdout, done.stderr)
