"""Starts programs to be measured, their modules compiled beforehand, as an installed console has them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.pty import Session

ROOT = Path(__file__).parent.parent


class Launcher:
    """Starts Python modules; what one run compiled the next finds compiled."""

    def __init__(self, cache: Path) -> None:
        self._env = {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(cache),
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def session(
        self,
        module: str,
        *arguments: str,
        columns: int = 120,
        lines: int = 40,
        env: Mapping[str, str] | None = None,
    ) -> Session:
        """Start a module on a terminal of its own."""
        argv = [sys.executable, "-m", module, *arguments]
        return Session(argv, columns=columns, lines=lines, env=self._env | dict(env or {}))

    def told(self, module: str, *arguments: str) -> str:
        """Run a module to its end and return what it wrote."""
        argv = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            argv, env=os.environ | self._env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def numbers(self, module: str, *arguments: str) -> list[dict[str, float]]:
        """Run a module that prints a JSON list of rounds."""
        return [dict(row) for row in json.loads(self.told(module, *arguments))]


@contextmanager
def launcher() -> Iterator[Launcher]:
    """Compiled modules are kept for the block, away from those of the project."""
    with tempfile.TemporaryDirectory(prefix="bench-pyc-") as cache:
        yield Launcher(Path(cache))
