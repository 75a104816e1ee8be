"""Consoles as processes of their own, soon: forked from one process that has everything imported already.

The parent of all consoles reads an order a line, forks, and tells `pid N` and, once it is over, `status N`
(negative: killed by that signal). It ends with its input.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from tests.practice.campaign.console import Order

ROOT = Path(__file__).parents[3]


class Console:
    """One console: alive until `ended`. `pid` is what a gate kills."""

    def __init__(self, pid: int, told: asyncio.StreamReader) -> None:
        self.pid, self._told = pid, told

    async def ended(self) -> int:
        """Wait for its end; its exit status, or the signal that killed it, negative."""
        word, number = (await self._told.readline()).split()
        assert word == b"status"
        return int(number)


class Nursery:
    """Where consoles come from, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._told = process.stdin, process.stdout

    async def console(self, order: Order) -> Console:
        """Begin one; the one before must have ended."""
        self._orders.write(json.dumps(asdict(order)).encode() + b"\n")
        word, number = (await self._told.readline()).split()
        assert word == b"pid"
        return Console(int(number), self._told)


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """The parent of consoles; it and they are over at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.practice.campaign.nursery"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield Nursery(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


_LATE = (
    "asyncssh",
    "pymysql",
    "runbooks.gotchas",
    "runbooks.library",
    "systems.sql_client",
    "systems.ssh.channel",
    "systems.ssh.login",
    "tui.cli.group",
    "tui.cli.policy",
    "tui.cli.telling",
    "tui.open_works",
)
"""What a run imports late, so that each fork has it."""


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _serve() -> None:
    from tests.practice.campaign.console import become

    for name in _LATE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what a fork does not touch is not copied
    for line in sys.stdin:
        fields = json.loads(line)
        order = Order(**{**fields, "arguments": tuple(fields["arguments"])})
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            become(order)
        _tell(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        _tell(f"status {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    _serve()
