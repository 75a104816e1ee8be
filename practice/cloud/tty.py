"""One terminal of a simulated guest: login, password, a shell with line editing, an initramfs that asks."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from practice.shell.streams import Nothing, Stream

if TYPE_CHECKING:
    from practice.host.machine import Account, Machine

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|.)")
_LONGEST = 1024
_WRONG_S = 1.0


class Owner(Protocol):
    """The guest that a terminal belongs to."""

    name: str

    def inside(self) -> Machine:
        """The machine that its shell runs on."""
        ...

    def initramfs(self, line: str) -> str:
        """What a line at the prompt of the initramfs says."""
        ...


class Tty:
    """See the module. `mode`: off, boot, login, password, shell, runs (a command does), initramfs."""

    def __init__(self, owner: Owner, name: str, write: Callable[[str], None]) -> None:
        self.name = name
        self.mode = "off"
        self._owner, self._write = owner, write
        self._line = ""
        self._user = ""
        self._job: asyncio.Task[None] | None = None

    # ---- what the guest does

    def begin(self, mode: str, text: str = "") -> None:
        """Be in another mode, and say what stands there first."""
        self.mode, self._line = mode, ""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        if text:
            self.say(text)
        if mode == "login":
            self._ask_name()
        elif mode == "initramfs":
            self.say("(initramfs) ")

    def say(self, text: str) -> None:
        """Write, with line ends as a terminal wants them."""
        self._write(text.replace("\n", "\r\n"))

    # ---- what somebody types

    def feed(self, text: str) -> None:
        """Take keys. While the guest is off or boots, nobody reads them."""
        for char in _ESCAPES.sub("", text):
            if self.mode in ("off", "boot"):
                return
            self._key(char)

    def _key(self, char: str) -> None:
        if char == "\x03":
            self._interrupt()
        elif self.mode == "runs":
            return
        elif char in "\r\n":
            self._write("\r\n")
            line, self._line = self._line, ""
            self._take(line)
        elif char in "\b\x7f":
            if self._line:
                self._line = self._line[:-1]
                self._write("" if self.mode == "password" else "\b \b")
        elif char == "\x15":
            self._write("" if self.mode == "password" else "\b \b" * len(self._line))
            self._line = ""
        elif char == "\x04" and not self._line and self.mode == "shell":
            self._take("exit")
        elif char.isprintable() and len(self._line) < _LONGEST:
            self._line += char
            self._write("" if self.mode == "password" else char)

    def _take(self, line: str) -> None:
        match self.mode:
            case "login":
                self._user = line.strip()
                self.mode = "password" if self._user else "login"
                self.say("Password: " if self._user else f"{self._owner.name} login: ")
            case "password":
                self._log_in(line)
            case "shell":
                self._run(line.strip())
            case "initramfs":
                self.say(self._owner.initramfs(line.strip()))
                if self.mode == "initramfs":
                    self.say("(initramfs) ")

    def _ask_name(self) -> None:
        self.say(
            f"\nDebian GNU/Linux 12 {self._owner.name} {self.name}\n"
            "A practice guest: log in as ops, with the password practice.\n\n"
            f"{self._owner.name} login: "
        )

    def _log_in(self, password: str) -> None:
        account = self._owner.inside().accounts.get(self._user)
        if account is None or not account.password or password != account.password:
            self.say("\nLogin incorrect\n")
            self.mode = "login"
            self.say(f"{self._owner.name} login: ")
            return
        self.say(f"Linux {self._owner.name} 6.1.0-41-amd64 #1 SMP Debian 6.1.158-1 x86_64\n")
        self._prompt()

    def _prompt(self) -> None:
        self.mode = "shell"
        self.say(f"{self._user}@{self._owner.name}:~$ ")

    def _interrupt(self) -> None:
        self._write("^C\r\n")
        self._line = ""
        if self._job is not None:
            self._job.cancel()
            self._job = None
        match self.mode:
            case "runs" | "shell":
                self._prompt()
            case "initramfs":
                self.say("(initramfs) ")
            case _:
                self.mode = "login"
                self.say(f"{self._owner.name} login: ")

    # ---- the shell

    def _run(self, line: str) -> None:
        if line in ("exit", "logout"):
            self.mode = "login"
            self._ask_name()
        elif line == "clear":
            self._write("\x1b[H\x1b[2J")
            self._prompt()
        elif not line:
            self._prompt()
        else:
            self.mode = "runs"
            self._job = asyncio.get_running_loop().create_task(self._carry_out(line))

    async def _carry_out(self, line: str) -> None:
        from practice.shell.interpreter import Shell

        machine = self._owner.inside()
        account: Account = machine.accounts[self._user]
        process = machine.processes.make(("-sh",))
        process.who, process.cwd = account.who, account.home
        process.env = {"HOME": account.home, "USER": account.name, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        process.env |= {"LOGNAME": account.name, "TERM": "vt220", "LANG": "C.UTF-8"}
        process.set_fd(0, Nothing())
        for number in (1, 2):
            process.set_fd(number, _Said(self))
        task = machine.processes.start(process, Shell(machine, process, name="sh").whole(line))
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self.mode == "runs":
            self._prompt()


class _Said(Stream):
    """What a program writes to the terminal."""

    def __init__(self, tty: Tty) -> None:
        super().__init__()
        self._tty = tty

    async def write(self, data: bytes) -> None:
        self._tty.say(data.decode("utf-8", "replace"))
