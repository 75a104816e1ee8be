"""A real guest in QEMU as tests use it (lab/guest.sh): a serial line, VNC and SPICE on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.lab.scripts import Scripted


class Guest(Scripted):
    """One guest; it boots in about 5 s."""

    SCRIPT = "guest"

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

    @property
    def spice_url(self) -> str:
        """Its screen by SPICE: the server's port takes a websocket, too."""
        return f"ws://127.0.0.1:{self.port + 2}/"

    @property
    def settings(self) -> Mapping[str, str]:
        return {"GUEST_DIR": str(self.folder), "GUEST_PORT": str(self.port)}

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
