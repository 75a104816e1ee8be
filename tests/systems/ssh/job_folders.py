"""Where jobs leave their files on this machine, which plays the host in tests on its own sshd."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.systems.ssh.servers import Estate

_ROOTS = (Path("/var/lib/quarterdeck/jobs"), Path("/run/quarterdeck/jobs"))


def folder_of(estate: Estate, job: str) -> Path:
    """The folder of a job of this login on db1: in the test's own folder, unless root runs the tests."""
    if os.getuid() == 0:
        return _ROOTS[0] / job
    return estate.folder / "db1" / ".local/state/quarterdeck/jobs" / job


def forget_jobs(name: str) -> None:
    """Remove what root's jobs of this name, and names that begin with it, have left."""
    for base in _ROOTS:
        if os.access(base, os.R_OK | os.X_OK):  # another login's tests cannot look there, nor leave anything
            for folder in base.glob(f"{name}*"):
                shutil.rmtree(folder)
