"""The scripts of lab/ as tests call them. Each call blocks and has a deadline; one that fails says why."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

SCRIPTS = Path(__file__).parents[2] / "lab"
_LAST_LINES = 15


class LabError(AssertionError):
    """A command of the lab failed, or a state did not come in time."""


def run_script(
    script: str, *words: str, settings: Mapping[str, str], deadline_s: float = 120, check: bool = True
) -> str:
    """Run lab/SCRIPT.sh with more environment, and return what it wrote to stdout."""
    try:
        done = subprocess.run(
            [str(SCRIPTS / f"{script}.sh"), *words],
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=deadline_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LabError(f"lab/{script}.sh {' '.join(words)} ran past {deadline_s:g} s") from error
    if check and done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
        raise LabError(f"lab/{script}.sh {' '.join(words)} ended {done.returncode}:\n{said}")
    return done.stdout


class Scripted:
    """What one script of the lab brings up and takes down."""

    SCRIPT: ClassVar[str]

    @property
    def settings(self) -> Mapping[str, str]:
        """The variables that tell several on one machine apart."""
        raise NotImplementedError

    def script(self, *words: str, deadline_s: float = 120, check: bool = True) -> str:
        """Run it and return what it wrote to stdout."""
        said = run_script(self.SCRIPT, *words, settings=self.settings, deadline_s=deadline_s, check=check)
        return said.rstrip("\n")

    def down(self) -> None:
        self.script("down")
