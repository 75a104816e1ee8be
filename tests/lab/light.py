"""The light Galera cluster as tests use it: three mariadbd as plain processes on loopback, without root."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.lab.lab import wait_for
from tests.lab.scripts import Scripted

USER, PASSWORD = "admin", "lab"


class Light(Scripted):
    """One light cluster. Nodes are numbered from 1; node i is at `address(i)`, port 3306."""

    SCRIPT = "light"

    def __init__(self, folder: Path, network: str) -> None:
        self.folder, self.network = folder, network
        self.is_dirty = False

    def address(self, node: int) -> str:
        return f"{self.network}.{node}"

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(self.address(node) for node in (1, 2, 3))

    @property
    def settings(self) -> Mapping[str, str]:
        return {"LIGHT_DIR": str(self.folder), "LIGHT_NET": self.network}

    def up(self) -> None:
        """Three Synced nodes; the first time on a machine also fetches the packages."""
        self.script("up", deadline_s=300)
        self.is_dirty = False

    def reset(self) -> None:
        """Three Synced nodes with nothing in them but the accounts and app.t: about 5 s."""
        self.script("reset", deadline_s=300)
        self.is_dirty = False

    def sql(self, node: int, statement: str, *, check: bool = True) -> str:
        """Run SQL as admin; columns are separated by tabs, rows by newlines."""
        self.is_dirty = True
        return self.script("sql", str(node), statement, check=check)

    def status(self, node: int, name: str) -> str:
        """A status variable, such as wsrep_cluster_size; empty when the node does not answer."""
        said = self.script("sql", str(node), f"SHOW GLOBAL STATUS LIKE '{name}'", check=False)
        return said.partition("\t")[2]

    def kill(self, node: int, signal: str = "KILL") -> None:
        self.is_dirty = True
        self.script("kill", str(node), signal)

    def stop(self, node: int) -> None:
        self.is_dirty = True
        self.script("stop", str(node))

    def start(self, node: int, *options: str) -> None:
        """Start a node and wait until it is Synced."""
        self.script("start", str(node), *options)

    def isolate(self, node: int) -> None:
        """Cut a node off from the others; it goes on answering SQL."""
        self.is_dirty = True
        self.script("isolate", str(node))

    def heal(self, node: int) -> None:
        self.script("heal", str(node))

    def wait_status(self, node: int, name: str, value: str, deadline_s: float = 30) -> None:
        """Wait until a status variable of a node has a value."""
        wait_for(f"node {node}: {name} = {value}", lambda: self.status(node, name) == value, deadline_s)
