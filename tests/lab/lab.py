"""The lab's hosts as tests use them: break, heal, ask, put back.  Every call blocks and has a deadline.

In an async test, where other tasks must go on meanwhile: `await asyncio.to_thread(lab.breaks, "kill-one")`.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.lab.scripts import SCRIPTS, LabError, run_script

_CLONE_NEWNET = 0x40000000


def wait_for(what: str, condition: Callable[[], bool], deadline_s: float = 60) -> None:
    """Poll until the condition holds; raises `LabError` when it does not in time."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            raise LabError(f"waited {deadline_s:g} s in vain for: {what}")
        time.sleep(0.2)


class Lab:
    """One instance of the lab. What its scripts print is in the error when one fails."""

    def __init__(self, name: str, folder: Path, **form: str) -> None:
        self.name, self.form = name, form
        self.run_folder = folder / "run" / name
        self.estate_path = self.run_folder / "estate.toml"
        self.ssh_config = self.run_folder / "ssh_config"
        self.known_hosts = self.run_folder / "known_hosts"
        self.key = folder / "keys" / "id_ed25519"
        self.is_dirty = False
        """Whether a test may have changed something since the last reset."""

    @property
    def settings(self) -> dict[str, str]:
        """The variables that tell this instance from others."""
        return {"LAB_NAME": self.name, **self.form}

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings}

    def script(self, script: str, *words: str, deadline_s: float = 120, check: bool = True) -> str:
        """Run lab/SCRIPT.sh and return what it wrote to stdout."""
        return run_script(script, *words, settings=self.settings, deadline_s=deadline_s, check=check)

    def up(self) -> None:
        """Bring it up, or back to its snapshot when it is not whole; builds the base tree when missing."""
        self.script("up", deadline_s=600)
        self.is_dirty = False

    def down(self) -> None:
        self.script("down")

    def reset(self) -> None:
        """Put all hosts back to the snapshot: 3 Synced nodes, or blank hosts in a blank lab. About 5 s."""
        self.script("snapshot", "restore")
        self.is_dirty = False

    @contextmanager
    def at_the_desk(self) -> Iterator[None]:
        """Put this process into the lab's network, where its hosts can be reached; nothing else can.

        Only the calling thread and what it starts from now on move, so call it from the main thread.
        The lab's scripts, started from there, act on this instance.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        desk = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            if libc.setns(desk, _CLONE_NEWNET):
                raise LabError(f"cannot enter the lab's network: {os.strerror(ctypes.get_errno())}")
            before = os.environ.get("LAB_NAME")
            os.environ["LAB_NAME"] = self.name
            try:
                yield
            finally:
                libc.setns(home, _CLONE_NEWNET)
                os.environ.pop("LAB_NAME")
                if before is not None:
                    os.environ["LAB_NAME"] = before
        finally:
            os.close(home)
            os.close(desk)

    @property
    def hosts(self) -> list[str]:
        return sorted(folder.parent.name for folder in self.run_folder.glob("*/upper"))

    def address(self, host: str) -> str:
        """The address of a database host: db1 is 10.77.0.11."""
        return f"10.77.0.{10 + int(host.removeprefix('db'))}"

    def breaks(self, fault: str, *hosts: str) -> None:
        """Break the lab in one of the ways that `lab/break.sh list` names."""
        self.is_dirty = True
        self.script("break", fault, *hosts)

    def heal(self, fault: str, *hosts: str) -> None:
        """Take the cause of a fault away and wait until the first cluster is whole."""
        self.script("break", "heal", fault, *hosts)

    def sh(self, host: str, line: str, *, check: bool = True, deadline_s: float = 60) -> str:
        """Run a shell line as root on a host, not over its network; returns stdout without the last newline.

        What it does is not known here, so the next test gets a reset, as after `sql`.
        """
        self.is_dirty = True
        return self.script("host", "sh", host, line, deadline_s=deadline_s, check=check).rstrip("\n")

    def sql(self, host: str, statement: str, *, check: bool = True) -> str:
        """Run SQL as root through the node's socket; columns are separated by tabs, rows by newlines."""
        self.is_dirty = True
        return self.script("host", "sql", host, statement, check=check).rstrip("\n")

    def status(self, host: str) -> dict[str, str]:
        """The wsrep status variables of a node, without the prefix; empty when it does not answer."""
        said = self.script("host", "sql", host, "SHOW GLOBAL STATUS LIKE 'wsrep%'", check=False)
        rows = (line.split("\t", 1) for line in said.splitlines() if "\t" in line)
        return {name.removeprefix("wsrep_"): value for name, value in rows}

    def unit(self, host: str, unit: str = "mariadb") -> str:
        """A unit's state as systemd has it, such as "active/running"."""
        said = self.script(
            "host", "sh", host, f"systemctl show -P ActiveState -P SubState {unit}", check=False
        )
        return "/".join(said.split())

    def is_synced(self, host: str, size: int) -> bool:
        seen = self.status(host)
        state = (seen.get("local_state_comment"), seen.get("cluster_status"), seen.get("cluster_size"))
        return state == ("Synced", "Primary", str(size))

    def wait_synced(self, size: int = 3, deadline_s: float = 60, hosts: tuple[str, ...] = ()) -> None:
        """Wait until the hosts (default: the first `size` ones) are Synced in one Primary group of `size`."""
        for host in hosts or tuple(self.hosts[:size]):
            wait_for(f"{host} Synced in a group of {size}", partial(self.is_synced, host, size), deadline_s)

    def wait_status(self, host: str, name: str, value: str, deadline_s: float = 30) -> None:
        """Wait until a wsrep status variable of a node has a value."""
        wait_for(f"{host}: {name} = {value}", lambda: self.status(host).get(name) == value, deadline_s)

    @contextmanager
    def writer(self, log: Path, hosts: tuple[str, ...] = ("db1", "db2", "db3")) -> Iterator[Writer]:
        """Write to these nodes for as long as the block lasts; see `Writer`."""
        self.is_dirty = True
        made = Writer(log, tuple(self.address(host) for host in hosts), self)
        made.start()
        try:
            yield made
        finally:
            made.stop()


class Writer:
    """lab/writer.py: inserts at every node, and a log of each commit that a node acknowledged."""

    def __init__(self, log: Path, nodes: tuple[str, ...], lab: Lab | None = None) -> None:
        self.log, self.nodes, self._lab = log, nodes, lab
        self._process: subprocess.Popen[str] | None = None

    def _command(self, *words: str) -> list[str]:
        wrapper = [str(SCRIPTS / "in-lab.sh")] if self._lab else []
        return [*wrapper, sys.executable, str(SCRIPTS / "writer.py"), *words]

    def _environment(self) -> dict[str, str] | None:
        return self._lab.environment if self._lab else None

    def start(self) -> None:
        """Start writing; returns when every table is there and the first rows are on their way."""
        command = self._command("run", "--log", str(self.log), *self.nodes)
        self._process = subprocess.Popen(
            command, env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self._process.stdout is not None
        if (said := self._process.stdout.readline()) != "writing\n":
            raise LabError(f"the writer did not start: {said}{self._process.stdout.read()}")

    def acknowledged(self) -> int:
        """Commits that a node said are done, so far."""
        return self.log.read_text().count("ok ") if self.log.exists() else 0

    def wait_more(self, rows: int = 20, deadline_s: float = 30) -> None:
        """Wait until that many more commits were acknowledged."""
        target = self.acknowledged() + rows
        wait_for(f"{target} acknowledged commits", lambda: self.acknowledged() >= target, deadline_s)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(timeout=30)
        self._process = None

    def kill(self) -> None:
        """kill -9, which the log survives."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def verify(self) -> None:
        """Raise `LabError` when an acknowledged commit is missing on a node, or the nodes differ."""
        done = subprocess.run(
            self._command("verify", "--log", str(self.log), *self.nodes),
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode or not self.acknowledged():
            raise LabError(f"the writer's commits: {done.stdout}{done.stderr}")
