"""A real Octavia as tests use it: beside a cloud of `OpenStack`, on no-op amphorae (lab/octavia.sh)."""

from __future__ import annotations

from collections.abc import Mapping

from tests.lab.openstack import OpenStack
from tests.lab.scripts import Scripted


class Octavia(Scripted):
    """The load balancers of one cloud of the lab."""

    SCRIPT = "octavia"

    def __init__(self, cloud: OpenStack) -> None:
        self.cloud = cloud

    @property
    def where(self) -> str:
        return f"http://127.0.0.1:{self.cloud.port + 8}/v2.0"

    @property
    def settings(self) -> Mapping[str, str]:
        return self.cloud.settings

    def install(self) -> None:
        """Its packages, once a machine."""
        self.script("install", deadline_s=900)

    def up(self) -> None:
        self.script("up")

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
