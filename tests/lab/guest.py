"""A real guest in QEMU as tests use it (lab/guest.sh): a serial line, VNC and SPICE on loopback."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.lab.lab import SCRIPTS, LabError


class Guest:
    """One guest; it boots in about 5 s."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    @property
    def serial_url(self) -> str:
        """Its second serial line, as a websocket of QEMU's own."""
        return f"ws://127.0.0.1:{self.port + 3}/"

    @property
    def screen_url(self) -> str:
        """Its screen by VNC, as a websocket of QEMU's own."""
        return f"ws://127.0.0.1:{self.port + 4}/"

    def script(self, *words: str, deadline_s: float = 120) -> str:
        """Run lab/guest.sh and return what it wrote to stdout."""
        environment = {**os.environ, "GUEST_DIR": str(self.folder), "GUEST_PORT": str(self.port)}
        done = subprocess.run(
            [str(SCRIPTS / "guest.sh"), *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=deadline_s,
            check=False,
        )
        if done.returncode:
            raise LabError(f"lab/guest.sh {' '.join(words)} ended {done.returncode}:\n{done.stderr}")
        return done.stdout.rstrip("\n")

    def fetch(self) -> None:
        """QEMU, a kernel and busybox, once a machine: a minute."""
        self.script("fetch", deadline_s=600)

    def up(self) -> None:
        self.script("up")

    def restart(self) -> None:
        """As after a hard reboot."""
        self.script("restart")

    def cut(self) -> None:
        """It ends without a word."""
        self.script("cut")

    def down(self) -> None:
        self.script("down")
