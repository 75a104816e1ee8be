"""One simulated host: it boots, runs processes and units, keeps files and a log, and may lose its power."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from practice.clock import Clock
from practice.host.files import ROOT, Files, Mount, Who
from practice.host.journal import Journal
from practice.host.kernel import mount_kernel_files
from practice.host.processes import Processes
from practice.host.units import Idle, Systemd, Unit, random_of

GIB = 1 << 30


class ByteReader(Protocol):
    """The near end of a connection, to read from."""

    async def read(self, n: int = -1) -> bytes: ...


class ByteWriter(Protocol):
    """The near end of a connection, to write to."""

    def write(self, data: bytes) -> None: ...

    async def drain(self) -> None: ...

    def close(self) -> None: ...


Network = Callable[[str, int], "bool | None"]
"""Whether something listens at an address and port; None: nobody answers there."""
Listener = Callable[[ByteReader, ByteWriter, str], Awaitable[None]]
"""What answers a connection; the last argument is the login that connects, empty from elsewhere."""


@dataclass(slots=True)
class Account:
    """A user of the host. `sudo`: nopasswd, password, none."""

    name: str
    uid: int
    home: str
    shell: str = "/bin/sh"
    sudo: str = "none"
    password: str = ""
    groups: tuple[str, ...] = ()

    @property
    def who(self) -> Who:
        return ROOT if self.uid == 0 else Who(self.name, self.groups or (self.name,))


class Machine:
    """See the module. It is on from the start."""

    def __init__(
        self, name: str, address: str, clock: Clock, *, seed: int = 1, up_s: float = 1_000_000.0
    ) -> None:
        self.name = name
        self.address = address
        self.clock = clock
        self.random = random_of(seed, f"host {name}")
        self.machine_id = f"{self.random.getrandbits(128):032x}"
        self.boot_id = self._new_boot_id()
        self.skew_s = 0.0
        """By how much the host's clock is ahead of a right one."""
        self.is_on = True
        self.is_unplugged = False
        """Its network cable is out."""
        self.latency_s = 0.0
        """What each answer of the host takes longer on its way."""
        self._booted_wall_s = clock.wall_s() - up_s
        self.files = Files(self.now_s, [])
        self.processes = Processes(self.uptime_s)
        self.journal = Journal(name, self.now_s)
        self.systemd = Systemd()
        self.listeners: dict[int, int] = {}
        """Ports that something listens on, and the uid that does."""
        self.sockets: dict[str, Listener] = {}
        self.network: Network = lambda _address, _port: None
        """What this host finds at other addresses."""
        self.accounts: dict[str, Account] = {}
        self.packages: dict[str, str] = {}
        self.on_power: list[Callable[[], None]] = []
        """Called when the host has lost its power, or goes down."""
        self.on_network: list[Callable[[], None]] = []
        """Called when what the host can reach has changed."""
        self.memory_kib = 8_142_000
        self.cpus = 4
        self.files.mounts = [
            Mount("/", "/dev/vda1", "ext4", 40 * GIB, 3 * GIB),
            Mount("/run", "tmpfs", "tmpfs", 800 << 20),
            Mount("/tmp", "tmpfs", "tmpfs", 4 * GIB),
        ]
        mount_kernel_files(self)

    # ---- time

    def now_s(self) -> float:
        """The host's own clock: seconds since the epoch."""
        return self.clock.wall_s() + self.skew_s

    def uptime_s(self) -> float:
        """Seconds since it was booted."""
        return max(0.0, self.clock.wall_s() - self._booted_wall_s)

    def _new_boot_id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    # ---- power and network

    def tries(self, address: str, port: int) -> bool | None:
        """Whether something listens there; None: no answer comes."""
        return None if self.is_unplugged else self.network(address, port)

    @property
    def answers(self) -> bool:
        """Whether it can be reached over the network."""
        return self.is_on and not self.is_unplugged

    def cut_power(self) -> None:
        """Lose power: nothing is written back, nobody is told."""
        if not self.is_on:
            return
        self.is_on = False
        for unit in self.systemd.units.values():
            unit.vanish()
        tasks = [process.task for process in self.processes.table.values() if process.task is not None]
        for process in list(self.processes.table.values()):
            process.signal = 9
            process.close()
        for task in tasks:
            task.cancel()
        self.processes.table.clear()
        self.listeners.clear()
        self.sockets.clear()
        self.files.make_dirs("/run").children.clear()
        self.files.make_dirs("/tmp").children.clear()
        self._tell(self.on_power)
        self._tell(self.on_network)

    def boot(self, *, without: tuple[str, ...] = ()) -> None:
        """Switch it on; units that are enabled start, apart from those of `without`."""
        if self.is_on:
            return
        self.is_on = True
        self.boot_id = self._new_boot_id()
        self._booted_wall_s = self.clock.wall_s()
        self.make_run()
        self.start_init()
        self.journal.add("kernel", "Linux version 6.1.0-41-amd64 (Debian 6.1.158-1)")
        self._tell(self.on_network)
        for unit in list(self.systemd.units.values()):
            if unit.enabled in {"enabled", "enabled-runtime"} and unit.name not in without:
                unit.start()

    def shut_down(self, *, boots: bool) -> None:
        """Stop all units in order, then go down, and come back if `boots`."""
        for unit in self.systemd.units.values():
            unit.stop()
        self.clock.after(4.0, lambda: self._down(boots=boots))

    def _down(self, *, boots: bool) -> None:
        self.cut_power()
        if boots:
            self.clock.after(8.0, self.boot)

    def unplug(self, *, out: bool) -> None:
        """Pull the network cable, or put it back."""
        self.is_unplugged = out
        self._tell(self.on_network)

    def make_run(self) -> None:
        """What is in /run and /tmp from the start."""
        self.files.make_dirs("/run/systemd/system")
        self.files.make_dirs("/run/mysqld", owner="mysql")
        self.files.make_dirs("/run/lock")
        self.files.make_dirs("/tmp", mode=0o1777)

    def start_init(self) -> None:
        """PID 1."""
        init = self.processes.make(("/sbin/init",), pid=1)
        init.ppid = init.started_ticks = 0

    def add_daemon(self, name: str, description: str, argv: tuple[str, ...], *, port: int = 0) -> None:
        """A unit that just runs, and runs already."""
        unit = Unit(self, name, description, f"/lib/systemd/system/{name}.service")
        unit.service = Idle(self, argv, port=port)
        self.systemd.add(unit)
        unit.start()

    @staticmethod
    def _tell(calls: list[Callable[[], None]]) -> None:
        for call in list(calls):
            call()
