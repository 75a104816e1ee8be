"""Consoles in processes of their own, that can be killed: headless, and at a terminal that can be read."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.lab.lab import wait_for
from tests.lab.scripts import LabError
from tests.tui.cli.calls import surroundings

QUARTERDECK = (sys.executable, "-m", "tui.cli")
_AGAIN_S = 2.0
"""A key that a busy console has not come to yet is not pressed again: the next question would get it."""

HEEDS_CTRL_C = ("env", "--default-signal=INT")
"""Before a command: whoever runs the tests in the background has taught them to ignore the key."""


class Headless:
    """One `quarterdeck ARGUMENTS` that goes on while the test does something else."""

    def __init__(self, home: Path, arguments: Sequence[str], command: Sequence[str] = QUARTERDECK) -> None:
        self._out = home / f"said-{len(list(home.glob('said-*')))}"
        with self._out.open("w") as out:
            self._process = subprocess.Popen(
                [*HEEDS_CTRL_C, *command, *arguments],
                env=surroundings(home),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self._out.read_text()

    def comes_to(self, words: str, deadline_s: float = 120) -> bool:
        """Wait until it has said that, or has ended without."""
        wait_for(f"{words!r} or an end", lambda: words in self.said or bool(self.last_words()), deadline_s)
        return words in self.said

    def wait_said(self, words: str, deadline_s: float = 120) -> None:
        """Wait until it has said that; fails at once when it ends without."""

        def is_said() -> bool:
            if words in self.said:
                return True
            if self._process.poll() is not None:
                raise LabError(f"it ended {self._process.returncode} and never said {words!r}:\n{self.said}")
            return False

        wait_for(f"it to say {words!r}", is_said, deadline_s)

    def last_words(self) -> str:
        """What it said, once it has ended; empty while it goes on."""
        return "" if self._process.poll() is None else f"{self._process.returncode}: {self.said}"

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def interrupt(self) -> int:
        """Ctrl-C, and its exit status."""
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self, deadline_s: float = 180) -> int:
        """Its exit status, once it has ended."""
        try:
            return self._process.wait(timeout=deadline_s)
        except subprocess.TimeoutExpired as error:
            raise LabError(f"it has not ended within {deadline_s:g} s:\n{self.said}") from error


@contextmanager
def headless(home: Path, *arguments: str, command: Sequence[str] = QUARTERDECK) -> Iterator[Headless]:
    """Begin `quarterdeck ARGUMENTS`; it is killed where the block ends, if it still runs."""
    console = Headless(home, arguments, command)
    try:
        yield console
    finally:
        console.kill()


class Terminal:
    """The console at a terminal of its own: keys go in, and what stands on the screen can be read."""

    def __init__(self, home: Path, arguments: Sequence[str], columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._master, slave = pty.openpty()
        self._size(columns, rows)
        environment = {**surroundings(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("COLUMNS", "LINES"):  # a size that somebody else's terminal has would be believed
            environment.pop(name, None)
        self._process = subprocess.Popen(
            [*QUARTERDECK, *arguments],
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # nobody has the other side any more
                return
            if not data:
                return
            with self._lock:
                self._stream.feed(data)

    @property
    def shown(self) -> str:
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def see(self, *texts: str, deadline_s: float = 60) -> None:
        """Wait until all these texts stand on the screen."""

        def is_seen() -> bool:
            shown = self.shown
            if self._process.poll() is not None:
                raise LabError(f"the console ended {self._process.returncode}:\n{shown}")
            return all(text in shown for text in texts)

        try:
            wait_for(f"{texts} on the screen", is_seen, deadline_s)
        except LabError as error:
            raise LabError(f"{error}\n{self.shown}") from error

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def answer(self, *texts: str, key: str = "\r", leads_to: str = "") -> None:
        """Press a key once a question with these texts stands there, and again until it is taken.

        A key that comes too soon after a question was meant for what stood there before, and does nothing.
        `leads_to`: what is asked next in a window over it, where the question can still be read behind.
        """
        self.see(*texts)
        pressed_s = -_AGAIN_S

        def is_taken() -> bool:
            nonlocal pressed_s
            shown = self.shown
            if leads_to in shown if leads_to else not all(text in shown for text in texts):
                return True
            if time.monotonic() - pressed_s > _AGAIN_S:
                self.press(key)
                pressed_s = time.monotonic()
            return False

        try:
            wait_for(f"{texts} to be answered", is_taken)
        except LabError as error:
            raise LabError(f"{error}\n{self.shown}") from error

    def resize(self, columns: int, rows: int) -> None:
        """As when somebody drags the corner of the window."""
        with self._lock:
            self._screen.resize(rows, columns)
        self._size(columns, rows)
        self._process.send_signal(signal.SIGWINCH)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self.ended()

    def ended(self, deadline_s: float = 30) -> int:
        """Its exit status, once it has ended."""
        return self._process.wait(timeout=deadline_s)

    def close(self) -> None:
        self.kill()
        self._reader.join(timeout=10)
        os.close(self._master)


@contextmanager
def terminal(home: Path, *arguments: str, columns: int = 110, rows: int = 45) -> Iterator[Terminal]:
    """Open the console; it is killed where the block ends, if it still runs."""
    console = Terminal(home, arguments, columns, rows)
    try:
        yield console
    finally:
        console.close()
