"""systemd on one host: service units, their states and restarts (systemd.service(5), systemd.unit(5))."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from practice.host.processes import SIGNALS

if TYPE_CHECKING:
    from practice.clock import Timer
    from practice.host.machine import Machine

_NAMES_OF_SIGNALS = {number: name for name, number in SIGNALS.items()}


class Service(Protocol):
    """What a unit runs."""

    def begin(self, unit: Unit) -> None:
        """Start; it tells the unit by `starting`, `running` and `exited`."""

    def stop(self, unit: Unit) -> None:
        """End in order; it tells the unit by `exited`."""

    def kill(self, unit: Unit, signal: int) -> None:
        """A signal for its main process."""


@dataclass(eq=False, slots=True)
class Unit:
    """One service unit."""

    machine: Machine
    name: str
    """Without .service."""
    description: str
    fragment: str
    service: Service | None = None
    aliases: tuple[str, ...] = ()
    enabled: str = "enabled"
    unmasked: str = ""
    """What it is again once it is unmasked."""
    restart: str = "no"
    restart_s: float = 5.0
    timeout_start: str = "1min 30s"
    limit_nofile: str = "524288"
    environment: str = ""
    active: str = "inactive"
    sub: str = "dead"
    result: str = "success"
    main_pid: int = 0
    exec_code: int = 0
    exec_status: int = 0
    changed_us: int = 0
    invocation: str = ""
    restarts: int = 0
    is_stopping: bool = False
    waiting: list[Callable[[], None]] = field(default_factory=list)
    """Called once the job that is under way has ended."""
    again: Timer | None = None

    def log(self, text: str) -> None:
        """A line of systemd's own about this unit."""
        self.machine.journal.add("systemd[1]", text, self.name)

    def set(self, active: str, sub: str) -> None:
        """Go to another state."""
        self.active, self.sub = active, sub
        self.changed_us = int(self.machine.uptime_s() * 1_000_000)

    def start(self) -> None:
        """Begin a start, unless it is up or on the way."""
        if self.service is None or (self.active in {"active", "activating"} and self.sub != "auto-restart"):
            self._settle()
            return
        self._forget_again()
        self.result, self.exec_code, self.exec_status, self.main_pid = "success", 0, 0, 0
        self.is_stopping = False
        self.invocation = f"{self.machine.random.getrandbits(128):032x}"
        self.set("activating", "start-pre")
        self.log(f"Starting {self.name}.service - {self.description}...")
        self.service.begin(self)

    def starting(self, pid: int) -> None:
        """Its main process was started."""
        self.main_pid = pid
        self.set("activating", "start")

    def running(self) -> None:
        """Its main process is ready."""
        self.set("active", "running")
        self.log(f"Started {self.name}.service - {self.description}.")
        self._settle()

    def exited(self, *, status: int = 0, signal: int = 0) -> None:
        """Its main process has ended."""
        pid, self.main_pid = self.main_pid, 0
        if pid:
            self.exec_code, self.exec_status = (2, signal) if signal else (1, status)
        if signal:
            name = _NAMES_OF_SIGNALS.get(signal, str(signal))
            kind = "dumped" if signal in {6, 11} else "killed"
            self.log(f"{self.name}.service: Main process exited, code={kind}, status={signal}/{name}")
        elif status:
            self.log(f"{self.name}.service: Main process exited, code=exited, status={status}/FAILURE")
        is_clean = not signal and not status
        if is_clean or (self.is_stopping and signal == 15):
            self.result = "success"
            self.set("inactive", "dead")
            self.log(f"{self.name}.service: Deactivated successfully.")
            if self.is_stopping:
                self.log(f"Stopped {self.name}.service - {self.description}.")
            self._settle()
            return
        self.result = "signal" if signal else "exit-code"
        self.log(f"{self.name}.service: Failed with result '{self.result}'.")
        restarts = not self.is_stopping and (
            self.restart in {"always", "on-failure"} or (self.restart == "on-abnormal" and bool(signal))
        )
        if restarts:
            self.set("activating", "auto-restart")
            self.again = self.machine.clock.after(self.restart_s, self._start_again)
            return
        self.set("failed", "failed")
        self._settle()

    def _start_again(self) -> None:
        self.again = None
        self.restarts += 1
        self.log(f"{self.name}.service: Scheduled restart job, restart counter is at {self.restarts}.")
        self.start()

    def stop(self) -> None:
        """Begin a stop."""
        self._forget_again()
        if self.active == "activating" and self.sub == "auto-restart":
            self.set("inactive", "dead")
            self.log(f"Stopped {self.name}.service - {self.description}.")
            self._settle()
        elif self.active in {"active", "activating"} and self.service is not None:
            self.is_stopping = True
            self.set("deactivating", "stop-sigterm")
            self.log(f"Stopping {self.name}.service - {self.description}...")
            self.service.stop(self)
        elif self.active != "deactivating":
            self._settle()

    def kill(self, signal: int) -> None:
        """Send a signal to its main process."""
        if self.service is not None:
            self.service.kill(self, signal)

    def reset_failed(self) -> None:
        """Forget a failure."""
        if self.active == "failed":
            self.set("inactive", "dead")
        self.result, self.restarts = "success", 0

    @property
    def is_masked(self) -> bool:
        """Its name leads to /dev/null: it cannot be started."""
        return self.enabled == "masked"

    def mask(self) -> None:
        """Let its name lead nowhere; what runs goes on."""
        if not self.is_masked:
            self.unmasked, self.enabled = self.enabled, "masked"

    def unmask(self) -> None:
        """Undo `mask`."""
        if self.is_masked:
            self.enabled = self.unmasked

    def vanish(self) -> None:
        """The host goes down: nothing of it is left, no job ends."""
        self._forget_again()
        self.active, self.sub, self.result = "inactive", "dead", "success"
        self.main_pid = self.exec_code = self.exec_status = self.changed_us = self.restarts = 0
        self.invocation, self.is_stopping = "", False
        self._settle()

    def _forget_again(self) -> None:
        if self.again is not None:
            self.again.cancel()
            self.again = None

    def _settle(self) -> None:
        waiting, self.waiting = self.waiting, []
        for call in waiting:
            call()


class Systemd:
    """The service manager of one host."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        self.environment = {
            "LANG": "C.UTF-8",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }

    def add(self, unit: Unit) -> None:
        """Let a unit exist."""
        self.units[unit.name] = unit

    def find(self, name: str) -> Unit | None:
        """A unit by its name or an alias, with or without .service."""
        plain = name.removesuffix(".service")
        if plain in self.units:
            return self.units[plain]
        return next((unit for unit in self.units.values() if plain in unit.aliases), None)


class Idle:
    """A service that just runs, such as sshd or cron."""

    def __init__(
        self, machine: Machine, argv: tuple[str, ...], *, pid: int | None = None, port: int = 0
    ) -> None:
        self._machine, self._argv, self._pid, self._port = machine, argv, pid, port

    def begin(self, unit: Unit) -> None:
        process = self._machine.processes.make(self._argv, pid=self._pid)
        process.on_signal = lambda signal: self.kill(unit, signal)
        if self._port:
            self._machine.listeners[self._port] = 0
        unit.starting(process.pid)
        unit.running()

    def stop(self, unit: Unit) -> None:
        self.kill(unit, 15)

    def kill(self, unit: Unit, signal: int) -> None:
        process = self._machine.processes.table.get(unit.main_pid)
        if process is not None:
            self._machine.processes.end(process)
            self._machine.listeners.pop(self._port, None)
            unit.exited(signal=signal)


def random_of(seed: int, name: str) -> random.Random:
    """Numbers that depend on the seed and on what they are for, and on nothing else."""
    return random.Random(f"{seed}:{name}")  # noqa: S311 - a simulation repeats on purpose
