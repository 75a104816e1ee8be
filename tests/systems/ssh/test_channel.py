"""What becomes of a command whose channel ends at an odd moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import asyncssh
import pytest

from systems.ssh.channel import Collector, Session, run
from systems.ssh.hosts import SshHosts
from systems.ssh.thrift import send_with_the_command
from tests.systems.ssh.servers import Estate, hello


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


class Channel:
    """Notes in which order things go out."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def _send_request(self, request: bytes, *_args: bytes, **_options: Any) -> None:
        self.sent.append(request)

    def write(self, data: bytes) -> None:
        self.sent.append(data)


def test_input_goes_out_right_behind_the_command_and_not_before_the_environment() -> None:
    channel = Channel()
    assert send_with_the_command(cast("asyncssh.SSHClientChannel[bytes]", channel), b"input")
    for request in (b"env", b"exec", b"signal"):
        channel._send_request(request)
    assert channel.sent == [b"env", b"exec", b"input", b"signal"]


def test_an_asyncssh_that_makes_requests_another_way_leaves_the_input_to_be_written() -> None:
    assert not send_with_the_command(cast("asyncssh.SSHClientChannel[bytes]", object()), b"input")


@pytest.mark.servers
async def test_a_command_that_shuts_its_output_runs_on_with_its_input_open(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("db1")
    await hello(hosts)
    link = hosts.reader("db1").link
    connection = await link.connection(deadline_s=5)
    line = "exec >/dev/null 2>&1; sleep 0.2; read -t 1 x; [ $? -gt 128 ] && exit 7; exit 8"
    status = await link.run(connection, f"exec bash -c '{line}'", Collector(0), closes_stdin=False)
    assert status == 7
