"""The simulated sshd keeps a connection through what the console does with the sessions on it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from systems.errors import TimedOut
from systems.shell import Probe
from tests.practice.inside import inside


async def test_a_connection_outlives_questions_that_are_many_and_one_that_is_given_up(tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        reader = estate.access.hosts.reader("db1")
        await reader.read(Probe("true"))
        connection = await reader.link.connection(deadline_s=5)
        told = await asyncio.gather(*(reader.read(Probe("uname -n")) for _ in range(8)))
        assert {output.stdout for output in told} == {"db1\n"}
        with pytest.raises(TimedOut):
            await reader.read(Probe("tail -f /etc/hostname"), timeout_s=0.3)
        assert (await reader.read(Probe("uname -n"))).stdout == "db1\n"
        assert await reader.link.connection(deadline_s=5) is connection
        assert not connection.is_closed()
