"""A world of hosts in memory, with the job semantics of real ones: what began there goes on without us.

    world = World("db1", "db2")
    world["db1"].answer("cat /srv/state", "stopped\\n")
    world["db1"].on("systemctl start mariadb", lambda host: host.files.update({"/srv/state": "running\\n"}))
    world["db1"].cut("after")                  # the next command runs there, and the link is lost meanwhile
    hosts = world.hosts()                      # a `Hosts`: one console's connections

`World` outlives consoles; `DoubleHosts` is one console's way to it, and dies with it when its fuse blows.
"""

from __future__ import annotations

import asyncio
import re
import shlex
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from systems.errors import Refused, SystemsError, Unreachable
from systems.shell import (
    Command,
    JobState,
)
from tests.runbooks.clocks import HandClock
from tests.runbooks.fuse import Fuse, Killed

if TYPE_CHECKING:
    from tests.runbooks.connections import DoubleHosts

__all__ = ["DoubleHost", "DoubleJob", "Fuse", "Killed", "World"]

Effect = Callable[["DoubleHost"], object]
"""What a command does to its host. It may return a status, or (status, stdout), or nothing for success."""
Said = str | tuple[int, str] | SystemsError | Callable[["DoubleHost"], str]


@dataclass
class DoubleJob:
    """One command that its host has begun."""

    state: JobState
    output: tuple[int, str] = (0, "")
    polls: int = 0
    """How often it is found running before it is found ended."""


@dataclass
class DoubleHost:
    """One host: its files, what it says, what it does, what it has run."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    """Every command line that ran here, each time it ran; markers of leases left out."""
    inputs: list[str | None] = field(default_factory=list)
    jobs: dict[str, DoubleJob] = field(default_factory=dict)
    orders: dict[str, datetime | None] = field(default_factory=dict)
    """When each job was ordered, as whoever asked for it last said."""
    asked: list[str] = field(default_factory=list)
    down: SystemsError | None = None
    """What it answers to everything, while it is away."""
    hangs: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a command has begun that runs for ever."""
    _answers: dict[str, Said] = field(default_factory=dict)
    _effects: dict[str, Effect] = field(default_factory=dict)
    _cuts: deque[str] = field(default_factory=deque)
    _deaf: int = 0

    def answer(self, line: str, said: Said) -> None:
        """What a probe of that line comes back with."""
        self._answers[line] = said

    def on(self, line: str, effect: Effect) -> None:
        """What a command of that line does."""
        self._effects[line] = effect

    def cut(self, *when: str) -> None:
        """Faults of the next commands, one each.

        none; before, after: the link is lost before it began, or while it ran; timeout, running: it took
        longer than we wait; lost, lost before: its host lost it, after or before it did anything; forgotten,
        forgotten before: it does not know of it, as after a restart; refused: it never began; hang: it runs
        for ever.
        """
        self._cuts.extend(when)

    def deaf(self, times: int) -> None:
        """It cannot be asked about jobs so many times."""
        self._deaf = times

    def next_cut(self) -> str:
        return self._cuts.popleft() if self._cuts else "none"

    def run(self, command: Command) -> tuple[int, str]:
        """Carry the command out, now."""
        if (status := self._marker(command)) is not None:
            return status, ""
        self.ran.append(command.line)
        self.inputs.append(command.stdin)
        effect = self._effects.get(command.line)
        done = effect(self) if effect is not None else None
        if isinstance(done, int):
            return done, ""
        return done if isinstance(done, tuple) else (0, "")

    def _marker(self, command: Command) -> int | None:
        """The three lines that keep the marker of a lease."""
        if match := re.search(r"set -C && cat > (\S+)$", command.line):
            if match[1] in self.files:
                return 2
            self.files[match[1]] = command.stdin or ""
        elif match := re.search(r"mv -f \S+ (/run/quarterdeck/\S+)$", command.line):
            self.files[match[1]] = command.stdin or ""
        elif match := re.search(r"^if grep -qsx (.+) (\S+); then rm -f", command.line):
            if shlex.split(match[1])[0] in self.files.get(match[2], "").splitlines():
                del self.files[match[2]]
        else:
            return None
        return 0

    def say(self, line: str) -> tuple[int, str]:
        """Answer a probe."""
        self.asked.append(line)
        if self.down is not None:
            raise self.down
        said = self._answers.get(line)
        if isinstance(said, SystemsError):
            raise said
        if isinstance(said, tuple):
            return said
        if said is not None:
            return 0, said if isinstance(said, str) else said(self)
        words = shlex.split(line)
        if words[:2] == ["test", "-e"]:
            return (0 if words[2] in self.files else 1), ""
        if words[0] == "cat":
            return (0, self.files[words[1]]) if words[1] in self.files else (1, "")
        raise Refused(f"{self.name}: {line!r} is not scripted", status=127)

    def read_job(self, job: str) -> DoubleJob:
        if self._deaf:
            self._deaf -= 1
            raise Unreachable(f"{self.name}: no route")
        if self.down is not None:
            raise self.down
        found = self.jobs.get(job)
        if found is None:
            return DoubleJob(JobState.ABSENT)
        if found.state is JobState.RUNNING:
            found.polls -= 1
            if found.polls < 0:
                found.state = JobState.ENDED
        return found


class World(dict[str, DoubleHost]):
    """All hosts by name, and the clock they share."""

    def __init__(self, *names: str) -> None:
        super().__init__({name: DoubleHost(name) for name in names})
        self.clock = HandClock()

    def hosts(self, fuse: Fuse | None = None) -> DoubleHosts:
        """One console's connections to it."""
        from tests.runbooks.connections import DoubleHosts

        return DoubleHosts(self, fuse or Fuse())

    @property
    def ran(self) -> list[str]:
        """Everything that ran anywhere, as "host: line"."""
        return [f"{host.name}: {line}" for host in self.values() for line in host.ran]
