"""What runs in an instance: it boots, logs in, shuts down, and may ask for a file system check.

It has a serial line and a screen, each with a terminal of its own, as Debian has with
`console=tty0 console=ttyS0`. Where the instance is a host of the practice estate, that host is what runs in
it; else a host of its own is made for whoever logs in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from practice.cloud.screen import TextScreen
from practice.cloud.tty import Tty
from practice.host.machine import Machine
from practice.host.outfit import fit_out

if TYPE_CHECKING:
    from practice.clock import Clock

_MOST_LOG = 32_768
_DOWN_S = 4.0
_BEFORE_DISK = (
    (0.0, "[    0.000000] Linux version 6.1.0-41-amd64 (Debian 6.1.158-1) #1 SMP\n"),
    (0.1, "[    0.000000] Command line: root=/dev/vda1 ro console=tty0 console=ttyS0\n"),
    (0.4, "[    0.381204] Memory: 7941012K/8388084K available\n"),
    (0.9, "[    0.902618] virtio_blk virtio1: [vda] 83886080 512-byte logical blocks\n"),
    (1.2, "[    1.118243] Begin: Running /scripts/local-premount ... done.\n"),
    (1.3, "[    1.204417] Begin: Will now check root file system ...\n"),
)
_AFTER_DISK = (
    (0.3, "[    1.502993] EXT4-fs (vda1): mounted filesystem with ordered data mode.\n"),
    (0.6, "[    1.790301] systemd[1]: Set hostname to <{name}>.\n"),
    (1.2, "[  OK  ] Reached target network.target - Network.\n"),
    (1.6, "[  OK  ] Started ssh.service - OpenBSD Secure Shell server.\n"),
    (2.0, "[  OK  ] Reached target multi-user.target - Multi-User System.\n"),
)
_SOUND = "/dev/vda1: clean, 48211/2621440 files, 812334/10485760 blocks\n"
_UNSOUND = """/dev/vda1 contains a file system with errors, check forced.
/dev/vda1: Inodes that were part of a corrupted orphan linked list found.

/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.
        (i.e., without -a or -p options)
fsck exited with status code 4.
The root filesystem on /dev/vda1 requires a manual fsck

BusyBox v1.35.0 (Debian 1:1.35.0-4+b7) built-in shell (ash)
Enter 'help' for a list of built-in commands.

"""
_REPAIRED = """e2fsck 1.47.0 (5-Feb-2023)
/dev/vda1: recovering journal
Pass 1: Checking inodes, blocks, and sizes
Clearing orphaned inode 131077 (uid=100, gid=107, mode=0100660, size=0)
Pass 5: Checking group summary information

/dev/vda1: ***** FILE SYSTEM WAS MODIFIED *****
/dev/vda1: 48210/2621440 files (0.4% non-contiguous), 812334/10485760 blocks
"""


class Guest:
    """See the module. It is off at first, unless the machine that it stands for is on."""

    def __init__(self, name: str, clock: Clock, machine: Machine | None = None) -> None:
        self.name, self.clock = name, clock
        self.asks_fsck = False
        """Its file system has errors that only somebody may decide on."""
        self.screen = TextScreen()
        self.on_line: list[Callable[[str], None]] = []
        """Told what goes out of the serial line."""
        self.viewers: list[Callable[[], None]] = []
        """Each ends a channel of whoever looks at it by SPICE."""
        self.on_off: list[Callable[[], None]] = []
        """Called when its power is gone."""
        self.serial = Tty(self, "ttyS0", self._say_line)
        self.console = Tty(self, "tty1", self._say_screen)
        self._machine = machine
        self._on = machine is not None and machine.is_on
        self._log = ""
        self._run = 0
        if machine is not None:
            machine.on_network.append(self._follow)

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self._on

    @property
    def is_up(self) -> bool:
        """Whether it has booted to the end."""
        return self._on and self.serial.mode not in ("off", "boot", "initramfs")

    def log(self, lines: int | None) -> str:
        """The end of what went out of its serial line; None: all that is kept."""
        text = self._log.replace("\r\n", "\n")
        return text if lines is None else "\n".join(text.split("\n")[-lines:] if lines > 0 else [])

    # ---- power

    def switch_on(self) -> None:
        """Give it power; where it has some nothing happens."""
        if self._on:
            return
        if self._machine is not None and not self._machine.is_on:
            self._machine.boot()
        if not self._on:
            self._begin()

    def cut(self) -> None:
        """Take its power."""
        if self._machine is not None:
            self._machine.cut_power()
        if self._on:
            self._end()

    def shut_down(self) -> None:
        """Ask it to go down, as ACPI does; it takes some seconds."""
        if not self._on:
            return
        self._both("\n[  OK  ] Stopped target multi-user.target - Multi-User System.\n")
        if self._machine is not None:
            self._machine.shut_down(boots=False)
        else:
            self.clock.after(_DOWN_S, self._of_run(self.cut))

    def settle(self) -> None:
        """Have it be up, as if it had been started long ago."""
        self._on = True
        self._run += 1
        for _, text in (*_BEFORE_DISK, (0.0, _SOUND), *_AFTER_DISK):
            self._both(text.format(name=self.name))
        self._log_in_prompts()

    def _follow(self) -> None:
        """The machine that it stands for may have gained or lost its power."""
        is_on = self._machine is not None and self._machine.is_on
        if is_on and not self._on:
            self._begin()
        elif not is_on and self._on:
            self._end()

    def _begin(self) -> None:
        self._on = True
        self._run += 1
        self.screen.clear()
        for tty in (self.serial, self.console):
            tty.begin("boot")
        for delay_s, text in _BEFORE_DISK:
            self.clock.after(delay_s, self._of_run(partial(self._both, text)))
        self.clock.after(_BEFORE_DISK[-1][0] + 0.2, self._of_run(self._check_disk))

    def _end(self) -> None:
        self._on = False
        self._run += 1
        for tty in (self.serial, self.console):
            tty.begin("off")
        self.screen.clear()
        for call in list(self.on_off):
            call()

    def _of_run(self, act: Callable[[], None]) -> Callable[[], None]:
        """The act, unless the guest has lost its power or was booted anew until then."""
        run = self._run

        def when_due() -> None:
            if self._run == run:
                act()

        return when_due

    # ---- booting

    def _check_disk(self) -> None:
        if self.asks_fsck:
            self._both(_UNSOUND)
            for tty in (self.serial, self.console):
                tty.begin("initramfs")
        else:
            self._both(_SOUND)
            self._go_on()

    def _go_on(self) -> None:
        for delay_s, text in _AFTER_DISK:
            self.clock.after(delay_s, self._of_run(partial(self._both, text.format(name=self.name))))
        self.clock.after(_AFTER_DISK[-1][0] + 0.3, self._of_run(self._log_in_prompts))

    def _log_in_prompts(self) -> None:
        for tty in (self.serial, self.console):
            tty.begin("login")

    def initramfs(self, line: str) -> str:
        """What a line at the prompt of the initramfs says; `fsck` repairs, `exit` goes on."""
        word = line.partition(" ")[0]
        if word in ("fsck", "e2fsck", "fsck.ext4"):
            was_sound, self.asks_fsck = not self.asks_fsck, False
            return _SOUND if was_sound else _REPAIRED
        if word == "exit":
            for tty in (self.serial, self.console):
                tty.begin("boot")
            self._check_disk()
            return ""
        if word == "reboot":
            self.cut()
            self.switch_on()
            return ""
        if word == "help":
            return "Built-in commands: exit fsck help reboot\n"
        return f"sh: {word}: not found\n" if word else ""

    # ---- what it says

    def inside(self) -> Machine:
        """The machine that its shell runs on."""
        if self._machine is None:
            self._machine = Machine(self.name, "127.0.1.1", self.clock, seed=1)
            fit_out(self._machine, {self.name: "127.0.1.1"})
            self._machine.on_network.append(self._follow)
        return self._machine

    def _both(self, text: str) -> None:
        self.serial.say(text)
        self.console.say(text)

    def _say_line(self, text: str) -> None:
        self._log = (self._log + text)[-_MOST_LOG:]
        for call in list(self.on_line):
            call(text)

    def _say_screen(self, text: str) -> None:
        if text.startswith("\x1b[H"):
            self.screen.clear()
        else:
            self.screen.write(text)
