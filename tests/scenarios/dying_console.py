"""`quarterdeck`, which kills itself (kill -9) at one moment of the bootstrap: `MOMENT ARGUMENTS...`.

What cannot be timed from outside: between an entry of the journal and the command that it announces, and
between the end of that command and the entry of its outcome, lie milliseconds.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from runbooks.permit import RunPermit
from systems.shell import Command, JobReading, Output
from systems.ssh.hands import JobDesk
from tui.cli import main

COMMAND = "galera_new_cluster"
BEFORE, AFTER = "before it is sent", "before its outcome is written"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_before_it_is_sent() -> None:
    change = JobDesk.change

    async def changed(self: JobDesk, command: Command, job: str, timeout_s: float) -> JobReading:
        if command.line == COMMAND:
            die()
        return await change(self, command, job, timeout_s)

    JobDesk.change = changed  # type: ignore[method-assign]


def die_before_its_outcome_is_written() -> None:
    before, after = RunPermit.before, RunPermit.after

    def noted(self: Any, host: str, command: Command, job: str) -> int:
        self.fatal = command.line == COMMAND
        return before(self, host, command, job)

    def written(self: Any, entry: int, result: Output | Exception) -> None:
        if self.fatal:
            die()
        after(self, entry, result)

    RunPermit.before, RunPermit.after = noted, written  # type: ignore[method-assign]


if __name__ == "__main__":
    {BEFORE: die_before_it_is_sent, AFTER: die_before_its_outcome_is_written}[sys.argv.pop(1)]()
    main()
