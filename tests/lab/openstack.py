"""A real Keystone and Nova as tests use them: processes on loopback, without root (lab/openstack.sh)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.lab.guest import Guest
from tests.lab.scripts import Scripted

PASSWORD = "labsecret"


class OpenStack(Scripted):
    """One cloud. `clouds_yaml` has it as "lab" (admin) and as "lab-user" (a member of the project demo)."""

    SCRIPT = "openstack"

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    @property
    def clouds_yaml(self) -> Path:
        return self.folder / "clouds.yaml"

    @property
    def keystone(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3"

    @property
    def settings(self) -> Mapping[str, str]:
        return {"OPENSTACK_DIR": str(self.folder), "OPENSTACK_PORT": str(self.port)}

    def install(self) -> None:
        """Its packages, once a machine: a minute."""
        self.script("install", deadline_s=900)

    def up(self) -> None:
        """Everything, seeded."""
        self.script("up", deadline_s=600)

    def consoles(self, **enabled: str) -> None:
        """Start Nova anew with these consoles enabled or not: consoles(SPICE="false")."""
        self.script("nova", *[f"{name}={value}" for name, value in enabled.items()])

    def stop(self, service: str) -> None:
        self.script("stop", service)

    def start(self, service: str) -> None:
        self.script("start", service)

    @contextmanager
    def held(self, service: str) -> Iterator[None]:
        """Its process does nothing meanwhile: connections are accepted, and nobody answers."""
        pid = int((self.folder / "pid" / service).read_text().split()[0])
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    @property
    def guest(self) -> Guest:
        """The guest behind every console, once `proxies` has booted it."""
        return Guest(self.folder / "guest", self.port + 2000)

    def proxies(self) -> None:
        """Nova's own serial, VNC and SPICE proxies, and the guest behind them."""
        self.guest.fetch()
        self.script("proxies")

    def expire(self) -> None:
        """Every token of a console that was given is too old from now on."""
        self.script("expire")

    @contextmanager
    def copies(self, name: str, count: int) -> Iterator[None]:
        """So many copies of an instance in Nova's databases meanwhile: each list of theirs takes seconds."""
        self.script("multiply", name, str(count))
        try:
            yield
        finally:
            self.script("multiply", name, "0")
