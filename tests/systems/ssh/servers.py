"""Real sshd processes on loopback, run by whoever runs the tests, each with its own key and configuration."""

from __future__ import annotations

import asyncio
import getpass
import inspect
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from systems.shell import Probe
from systems.ssh.hosts import SshHosts

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
_DEADLINE_S = 15.0


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], bool | Awaitable[bool]], deadline_s: float = _DEADLINE_S) -> None:
    """Wait for a state; fail when it does not come."""
    async with asyncio.timeout(deadline_s):
        while True:
            holds = condition()
            if holds is True or (inspect.isawaitable(holds) and await holds):
                return
            await asyncio.sleep(0.01)


def sh(line: str) -> str:
    """Run a line and return what it wrote."""
    return subprocess.run(["sh", "-c", line], stdout=subprocess.PIPE, text=True, check=True).stdout


async def hello(hosts: SshHosts, host: str = "db1", timeout_s: float = 10.0) -> None:
    """Reach a host, or raise."""
    output = await hosts.reader(host).read(Probe("echo hello"), timeout_s=timeout_s)
    assert output.stdout == "hello\n"


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)], check=True)
    return path


class Sshd:
    """One sshd. `user` is who runs the tests."""

    def __init__(
        self,
        folder: Path,
        authorized: str,
        *extra: str,
        env: Mapping[str, str] | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.folder = folder
        self.address = address
        self.port = free_port(address)
        self.user = getpass.getuser()
        folder.mkdir(parents=True)
        self.host_key = make_key(folder / "host_key")
        (folder / "authorized").write_text(authorized)
        (folder / "authorized").chmod(0o600)
        self.log = folder / "log"
        lines = [
            f"ListenAddress {address}",
            f"Port {self.port}",
            f"HostKey {self.host_key}",
            f"PidFile {folder}/pid",
            f"AuthorizedKeysFile {folder}/authorized",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UseDNS no",
            "PrintMotd no",
            "LogLevel VERBOSE",
            _set_env({"HOME": str(folder), **(env or {})}),
            *extra,
        ]
        (folder / "config").write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [SSHD, "-D", "-f", str(self.folder / "config"), "-E", str(self.log)], stdin=subprocess.DEVNULL
        )
        until_s = time.monotonic() + _DEADLINE_S
        while True:
            try:
                with socket.create_connection((self.address, self.port), timeout=1):
                    return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until_s:
                    raise RuntimeError(self.log.read_text()) from None
                time.sleep(0.02)

    @property
    def known_hosts_line(self) -> str:
        key = (self.folder / "host_key.pub").read_text().split()
        return f"[{self.address}]:{self.port} {key[0]} {key[1]}\n"

    def connections(self) -> list[int]:
        """The processes that serve a connection: children of the listening one."""
        return [] if self.process is None else children_of(self.process.pid)

    def cut(self) -> None:
        """Kill every connection's processes outright: what the host does at a crash of its network."""
        for child in self.connections():
            for pid in (*children_of(child), child):
                if "sshd" in _name(pid):
                    _kill(pid, signal.SIGKILL)

    def freeze(self) -> list[int]:
        """Stop the processes of the connections and of the listener: a host that went deaf."""
        assert self.process is not None
        frozen = [self.process.pid]
        for child in self.connections():
            frozen += [pid for pid in (child, *children_of(child)) if "sshd" in _name(pid)]
        for pid in frozen:
            _kill(pid, signal.SIGSTOP)
        return frozen

    def thaw(self, frozen: list[int]) -> None:
        for pid in frozen:
            _kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        if self.process is None:
            return
        self.cut()
        self.process.kill()
        self.process.wait()
        self.process = None


def _set_env(env: Mapping[str, str]) -> str:
    """As sshd_config has it; quoted, since the folder of the project may have a blank in its name."""
    return " ".join(["SetEnv", *(f'"{name}={value}"' for name, value in env.items())])


def children_of(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):  # it may end between the opening and the reading
        return []


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


class Estate:
    """A folder with the operator's side: a key, known_hosts and ssh_config, and the hosts that it names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = make_key(folder / "id")
        self.known_hosts = folder / "known_hosts"
        self.known_hosts.touch()
        self.config = folder / "ssh_config"
        self.config.touch()
        self.servers: dict[str, Sshd] = {}

    def sshd(
        self,
        name: str,
        *extra: str,
        lines: str = "",
        env: Mapping[str, str] | None = None,
        is_known: bool = True,
    ) -> Sshd:
        """Start a host and name it in ssh_config: `lines` into its block, `env` into its sessions."""
        server = Sshd(self.folder / name, self.key.with_suffix(".pub").read_text(), *extra, env=env)
        self.servers[name] = server
        if is_known:
            self.known_hosts.write_text(self.known_hosts.read_text() + server.known_hosts_line)
        self.name(name, server.address, server.port, lines)
        return server

    def name(self, name: str, address: str, port: int, lines: str = "") -> None:
        block = f"""
Host {name}
  HostName {address}
  Port {port}
  {lines}
  IdentityFile {self.key}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile {self.known_hosts}
  GlobalKnownHostsFile none
"""
        self.config.write_text(self.config.read_text() + block)

    def stop(self) -> None:
        for server in self.servers.values():
            server.stop()
