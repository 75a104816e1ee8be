"""What is done right before, during and right after each command of a run, on its host: no timer is involved.

A command is a job: its session comes, the file of its line is run by a shell, and it ends. At each of the
three something may be done to the link or to the console; the command itself is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from practice.host.machine import Machine
from practice.host.processes import Process
from practice.serving import Serving

_JOB = re.compile(r"job=(?P<job>[\w.-]+)")
_LINE = re.compile(r"/quarterdeck/jobs/(?P<job>[\w.-]+)/command$")
_STARTS = "expiry=0"
"""Of a session that only looks at a job: it starts nothing."""


class Moment(Enum):
    """Where in the life of a command."""

    BEFORE = "before"
    """Its session is there, and nothing of it was run."""
    DURING = "during"
    """It begins."""
    AFTER = "after"
    """It has ended, and nobody was told so."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A job at a moment of its life. Markers of a lease are none."""

    host: str
    job: str
    moment: Moment

    @property
    def step(self) -> str:
        """Its part of the job's name: stop-db2-1a2b3c."""
        return self.job.split(".")[1]


class Gates:
    """Tells of every job that passes on any host, in order, and what ran."""

    def __init__(self, serving: Serving) -> None:
        self.passed: list[Passed] = []
        self.ran: list[tuple[str, str, str]] = []
        """Host, job, line of every command that a host has run, each time it ran one."""
        self.at: list[Callable[[Passed], None]] = []
        """Called at each moment."""
        for name, machine in serving.practice.machines.items():
            serving.sshds[name].on_session.append(partial(self._session, name))
            machine.processes.on_begun.append(partial(self._process, machine, Moment.DURING))
            machine.processes.on_ended.append(partial(self._process, machine, Moment.AFTER))

    def _session(self, host: str, line: str) -> None:
        found = _JOB.search(line)
        if found and _STARTS not in line:
            self._pass(Passed(host, found["job"], Moment.BEFORE))

    def _process(self, machine: Machine, moment: Moment, process: Process) -> None:
        found = _LINE.search(process.argv[-1]) if process.argv[:1] == ("sh",) else None
        if found is None or process.is_fork:
            return
        host = machine.name
        if moment is Moment.DURING:
            line = machine.files.text(process.argv[-1])
            if not _is_marker(found["job"]):
                self.ran.append((host, found["job"], line.rstrip("\n")))
        self._pass(Passed(host, found["job"], moment))

    def _pass(self, passed: Passed) -> None:
        if _is_marker(passed.job):
            return
        self.passed.append(passed)
        for call in list(self.at):
            call(passed)


def _is_marker(job: str) -> bool:
    return job.split(".")[1].startswith("lease-")
