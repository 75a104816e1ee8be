"""What a server has on its host: its options, its data directory, and the state that Galera keeps there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from practice.galera.history import ZERO, Position, Storage
from practice.galera.logs import VERSION
from practice.galera.options import provider_options, server_options
from practice.galera.saved import SavedState, SavedView, parse_saved
from practice.host.errors import KernelError

if TYPE_CHECKING:
    from practice.host.machine import Machine


CACHE_BYTES = 134_219_048


class NodeData:
    """See the module."""

    def __init__(self, machine: Machine, data_bytes: int) -> None:
        self.machine = machine
        self.data_bytes = data_bytes
        self.schemas: tuple[str, ...] = ("mysql", "app", "sys", "performance_schema")
        """Those that have a directory in a database that is made here."""
        self.version = VERSION
        """Of the server's program."""
        self.gcomm_uuid = ZERO
        self.settings: dict[str, str] = {}
        self.globals: dict[str, str] = {}
        """Variables that were set while it runs."""

    @property
    def datadir(self) -> str:
        """Where its data is."""
        return self.settings.get("datadir", "/var/lib/mysql").rstrip("/") or "/"

    def read_settings(self) -> None:
        """Read the option files anew."""
        self.settings = server_options(self.machine.files)

    def provider(self) -> dict[str, str]:
        """Provider options from the option files and from what was set since."""
        text = self.settings.get("wsrep_provider_options", "")
        return provider_options(text) | provider_options(self.globals.get("wsrep_provider_options", ""))

    def suspect_s(self) -> float:
        """After how many seconds of silence it gives up a peer."""
        match = re.fullmatch(r"PT(\d+(?:\.\d+)?)S", self.provider().get("evs.suspect_timeout", "PT5S"))
        return float(match.group(1)) if match else 5.0

    def peers(self) -> tuple[str, ...]:
        """The addresses of wsrep_cluster_address."""
        address = self.globals.get("wsrep_cluster_address", self.settings.get("wsrep_cluster_address", ""))
        listed = address.removeprefix("gcomm://").partition("?")[0]
        return tuple(one.strip().partition(":")[0] for one in listed.split(",") if one.strip())

    def incoming(self) -> str:
        """Where clients find it."""
        return self.settings.get("wsrep_node_incoming_address", f"{self.machine.address}:3306")

    def storage(self) -> Storage | None:
        """What the data directory holds; None: no database is there."""
        try:
            entry = self.machine.files.find(f"{self.datadir}/ibdata1")
        except KernelError:
            return None
        return entry.payload if isinstance(entry.payload, Storage) else None

    def put_storage(self, position: Position) -> None:
        """Let the data directory hold a database at this position."""
        files = self.machine.files
        files.make_dirs(self.datadir, owner="mysql", mode=0o700)
        storage = self.storage()
        if storage is None:
            for name, size in (("ibdata1", self.data_bytes), ("ib_logfile0", 100_663_296)):
                entry = files.write(f"{self.datadir}/{name}", b"", owner="mysql", mode=0o660)
                entry.hole_bytes = size
            for name in self.schemas:
                files.make_dirs(f"{self.datadir}/{name}", owner="mysql", mode=0o700)
            for name in ("tc.log", "aria_log_control", "aria_log.00000001", "multi-master.info"):
                files.write(f"{self.datadir}/{name}", b"", owner="mysql", mode=0o660).hole_bytes = 16384
            storage = Storage()
            files.find(f"{self.datadir}/ibdata1").payload = storage
        storage.position = position

    def make_cache(self) -> None:
        """Let the write-set cache lie there, as from the first start in a cluster on."""
        path = f"{self.datadir}/galera.cache"
        if not self.machine.files.exists(path):
            self.machine.files.write(path, b"", owner="mysql", mode=0o640).hole_bytes = CACHE_BYTES

    def arrived(self, share: float) -> None:
        """Let the data file be as big as this share of a full copy."""
        if self.storage() is not None:
            self.machine.files.find(f"{self.datadir}/ibdata1").hole_bytes = int(self.data_bytes * share)

    def saved(self) -> SavedState:
        """grastate.dat; without one, or with an empty one, everything in it is undefined."""
        text = self.machine.files.text(f"{self.datadir}/grastate.dat")
        return parse_saved(text)

    def save(self, state: SavedState | None) -> None:
        """Write grastate.dat; None: empty it, as at the begin of a state transfer."""
        text = state.text if state else ""
        if self.machine.files.exists(self.datadir):
            self.machine.files.write(f"{self.datadir}/grastate.dat", text, owner="mysql", mode=0o660)

    def save_view(self, members: tuple[str, ...], number: int) -> None:
        """Write gvwstate.dat."""
        if self.machine.files.exists(self.datadir):
            view = SavedView(self.gcomm_uuid, members, number)
            self.machine.files.write(f"{self.datadir}/gvwstate.dat", view.text, owner="mysql", mode=0o660)

    def drop(self, name: str) -> None:
        """Remove a file of the data directory."""
        if self.machine.files.exists(f"{self.datadir}/{name}"):
            self.machine.files.remove(f"{self.datadir}/{name}")
