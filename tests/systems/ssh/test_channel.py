"""What becomes of a command whose channel ends at an odd moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import asyncssh

from systems.ssh.channel import Collector, Session, run


class EndedChannel:
    """A channel on which nothing can be sent any more."""

    def write(self, _: bytes) -> None:
        raise BrokenPipeError

    def write_eof(self) -> None:
        raise BrokenPipeError


class QuickHost:
    """Its command has ended before the asker gets to write its input."""

    async def create_session(
        self, make: Callable[[], Session], _line: str, **_options: Any
    ) -> tuple[EndedChannel, Session]:
        session = make()
        session.data_received(b"sorry, you must have a tty to run sudo\n", asyncssh.EXTENDED_DATA_STDERR)
        session.exit_status_received(1)
        session.connection_lost(None)
        return EndedChannel(), session


async def test_a_command_that_ends_before_it_reads_its_input_tells_its_status() -> None:
    taker = Collector(1 << 20)
    connection = cast("asyncssh.SSHClientConnection", QuickHost())
    assert await run("db1", connection, "sudo -n true", taker, stdin=b"never read") == 1
