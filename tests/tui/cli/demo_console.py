"""Drives the real `quarterdeck demo` on a terminal of its own, as somebody does who is new to it."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bench.pty import Screen, Session

DEADLINE_S = 120.0


class DemoConsole:
    """One console; ends with its session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._screen = Screen(session.columns, session.lines)
        self._fed = 0

    @property
    def text(self) -> str:
        """What stands on the screen."""
        chunks = self.session.chunks
        while self._fed < len(chunks):
            self._screen.feed(chunks[self._fed].data)
            self._fed += 1
        return "\n".join(line.rstrip() for line in self._screen.lines)

    def until(self, holds: Callable[[str], object], what: str) -> None:
        """Read until it holds; fails after a deadline, with what stands there."""
        end = time.monotonic() + DEADLINE_S
        while not holds(self.text):
            assert not self.session.ended, f"it ended before {what} was seen\n{self.text}"
            assert time.monotonic() < end, f"not seen within {DEADLINE_S:g} s: {what}\n{self.text}"
            self.session.settle(0.2, 1.0)

    def see(self, *texts: str) -> None:
        """Wait until these stand on the screen, each at some time."""
        for text in texts:
            self.until(lambda shown, text=text: text in shown, repr(text))  # type: ignore[misc]

    def press(self, keys: str) -> None:
        """Press these, one after the other."""
        self.session.send(keys.encode())

    def settle(self) -> None:
        """Read until it has been quiet for a while."""
        self.session.settle(0.5, 2.0)

    def wait_ended(self) -> None:
        """Read until it has ended by itself."""
        end = time.monotonic() + DEADLINE_S
        while not self.session.ended:
            assert time.monotonic() < end, f"it goes on\n{self.text}"
            self.session.read(0.5)


def demo_session(
    home: Path,
    *words: str,
    command: str = "demo",
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str] | None = None,
) -> Session:
    """`quarterdeck COMMAND WORDS` in a terminal; everything that it makes is below `home`, which is short."""
    argv = demo_command(*words, command=command)
    return Session(argv, columns=size[0], lines=size[1], env=demo_environment(home) | dict(env or {}))


def demo_command(*words: str, command: str = "demo") -> list[str]:
    return [sys.executable, "-m", "tui.cli", command, *words]


def demo_environment(home: Path) -> dict[str, str]:
    """Keeps all that it makes below `home`."""
    return {"HOME": str(home), "TMPDIR": str(home)}


def processes_of(folder: Path) -> list[int]:
    """Processes that name this folder in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(folder) in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it ended meanwhile
    return found


def wait_until_gone(folder: Path) -> None:
    """Every process that names that folder ends, and takes what it had there with it."""
    for pid in processes_of(folder):
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(pid)
            ended = select.select([handle], [], [], DEADLINE_S)[0]
            os.close(handle)
            assert ended, f"{pid} goes on"
    assert processes_of(folder) == []
    left: list[Path] = [*folder.glob("quarterdeck-demo-*")]
    assert left == []
