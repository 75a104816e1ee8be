"""A real Octavia as tests use it: beside a cloud of `OpenStack`, on no-op amphorae (lab/octavia.sh)."""

from __future__ import annotations

import os
import subprocess

from tests.lab.lab import SCRIPTS, LabError
from tests.lab.openstack import OpenStack


class Octavia:
    """The load balancers of one cloud of the lab."""

    def __init__(self, cloud: OpenStack) -> None:
        self.cloud = cloud

    @property
    def where(self) -> str:
        return f"http://127.0.0.1:{self.cloud.port + 8}/v2.0"

    def script(self, *words: str, deadline_s: float = 120) -> str:
        """Run lab/octavia.sh and return what it wrote to stdout."""
        environment = {
            **os.environ,
            "OPENSTACK_DIR": str(self.cloud.folder),
            "OPENSTACK_PORT": str(self.cloud.port),
        }
        done = subprocess.run(
            [str(SCRIPTS / "octavia.sh"), *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=deadline_s,
            check=False,
        )
        if done.returncode:
            raise LabError(f"lab/octavia.sh {' '.join(words)} ended {done.returncode}:\n{done.stderr}")
        return done.stdout.rstrip("\n")

    def install(self) -> None:
        """Its packages, once a machine."""
        self.script("install", deadline_s=900)

    def up(self) -> None:
        self.script("up")

    def down(self) -> None:
        self.script("down")

    def stop(self) -> None:
        self.script("stop")

    def start(self) -> None:
        self.script("start")

    def worker(self, state: str) -> None:
        """ "off": nobody does what is asked for, and it stays PENDING; "on": as usual."""
        self.script("worker", state)

    def stands(
        self, table: str, name: str, provisioning: str = "-", operating: str = "-", *, minutes: float = 0
    ) -> None:
        """Write both statuses of an object into its database, as if Octavia had written them then."""
        self.script("stands", table, name, provisioning, operating, str(minutes))
