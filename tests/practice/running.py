"""A practice estate as a process of its own, its control socket, and the real console against it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
QUARTERDECK = Path(sys.executable).with_name("quarterdeck")
DEADLINE_S = 60.0


class Running:
    """One practice estate. `console` runs the headless console on it, with a journal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder / "practice"
        self._state = folder / "state"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "practice", "--folder", str(self.folder), *arguments],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert self._process.stdout is not None
        self.said = self._process.stdout.readline()

    @property
    def pid(self) -> int:
        return self._process.pid

    def order(self, do: str, **more: object) -> dict[str, Any]:
        """Send one order to the control socket; fails when it is refused."""
        answer = self.raw(json.dumps({"do": do, **more}).encode())
        assert answer["ok"], answer
        return answer

    def raw(self, line: bytes) -> dict[str, Any]:
        """Send one line, and read one."""
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(DEADLINE_S)
            link.connect(str(self.folder / "control"))
            link.sendall(line + b"\n")
            with link.makefile() as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        return answer

    def state(self) -> dict[str, Any]:
        """What is so, told by the simulation."""
        found: dict[str, Any] = self.order("state")["state"]
        return found

    def cluster(self) -> dict[str, Any]:
        """The same of the one cluster."""
        found: dict[str, Any] = self.state()["clusters"]["orders"]
        return found

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for a state of the cluster."""
        until_s = time.monotonic() + DEADLINE_S
        while not holds(state := self.cluster()):
            assert time.monotonic() < until_s, state
            time.sleep(0.05)
        return state

    def console(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the headless console."""
        environment = {**os.environ, "XDG_STATE_HOME": str(self._state), "NO_COLOR": "1"}
        return subprocess.run(
            [QUARTERDECK, "--estate", str(self.folder / "estate.toml"), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        )

    def end(self) -> int:
        """End it as a terminal would; returns its exit status."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(timeout=DEADLINE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status
