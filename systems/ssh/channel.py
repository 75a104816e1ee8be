"""Runs one command on an open connection: bytes out in big chunks, never line by line."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import Protocol

import asyncssh
from asyncssh.constants import OPEN_CONNECT_FAILED

from systems.errors import LinkLost, Refused, SystemsError
from systems.shell import Sink, Stream
from systems.ssh.thrift import send_with_the_command

WINDOW_BYTES = 4 << 20
"""What the host may send ahead: room for a full pipe on a slow link, and the bound on one stream's memory."""
PACKET_BYTES = 1 << 17


class Taker(Protocol):
    """Takes chunks as they come; returns False when it will not take more."""

    def take(self, stream: Stream, chunk: bytes) -> bool: ...


class Collector:
    """Keeps what comes, up to a limit over both streams."""

    def __init__(self, limit_bytes: int) -> None:
        self.chunks: dict[Stream, list[bytes]] = {Stream.STDOUT: [], Stream.STDERR: []}
        self.left = limit_bytes

    def take(self, stream: Stream, chunk: bytes) -> bool:
        self.left -= len(chunk)
        if self.left < 0:
            return False
        self.chunks[stream].append(chunk)
        return True

    def bytes_of(self, stream: Stream) -> bytes:
        return b"".join(self.chunks[stream])


class ToSink:
    """Hands chunks on to a `Sink`."""

    def __init__(self, host: str, sink: Sink) -> None:
        self.host = host
        self.sink = sink

    def take(self, stream: Stream, chunk: bytes) -> bool:
        self.sink.data(self.host, stream, chunk)
        return True


class Session(asyncssh.SSHClientSession[bytes]):
    """One command's channel. `ended` holds its exit status, or what became of it instead."""

    def __init__(self, taker: Taker, stdin: bytes = b"") -> None:
        """`stdin` goes out with the command."""
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.unsent = stdin
        """What is still to be written."""
        self._taker = taker
        self._status: int | None = None
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self.is_full = False
        self.fault: Exception | None = None
        """What the taker raised."""

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan
        if send_with_the_command(chan, self.unsent):
            self.unsent = b""

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if self.is_full:
            return
        stream = Stream.STDERR if datatype == asyncssh.EXTENDED_DATA_STDERR else Stream.STDOUT
        try:
            is_taken = self._taker.take(stream, data)
        except Exception as error:  # noqa: BLE001 - the taker's own fault belongs to whoever gave it
            self.fault = error
            is_taken = False
        if not is_taken:
            self.is_full = True
            if self._channel:
                self._channel.close()

    def eof_received(self) -> bool:
        """Leave the other direction open: nothing more is written, and the host closes the channel itself."""
        return True

    def exit_status_received(self, status: int) -> None:
        self._status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:  # noqa: ARG002
        self._status = 128 + _number_of(signal)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._status is not None:
            self._settle(self._status)
        else:
            self._settle(exc or ConnectionError("the channel was closed before an exit status came"))

    def _settle(self, outcome: int | Exception) -> None:
        if self.ended.done():
            return
        if isinstance(outcome, Exception):
            self.ended.set_exception(outcome)
            self.ended.exception()
        else:
            self.ended.set_result(outcome)


def _number_of(name: str) -> int:
    try:
        return int(signal.Signals[f"SIG{name}"])
    except KeyError:
        return 0


async def run(
    host: str,
    connection: asyncssh.SSHClientConnection,
    line: str,
    taker: Taker,
    *,
    stdin: bytes = b"",
    keeps_stdin: bool = False,
) -> int:
    """Run `line` to its end and return its status; past a signal 128 and its number, as a shell has it.

    Raises `LinkLost` when the connection ended first and `Refused` when nothing was started; what `taker`
    raises comes through as it is. When it takes no more, the channel is closed and the status is -1.
    With `keeps_stdin` the line's standard input ends only with the channel: a watcher there can tell the end.
    """
    session = Session(taker, stdin)
    channel = await open_session(host, connection, line, session)
    try:
        with suppress(BrokenPipeError):  # the line ended before it read its input; how, its status tells
            if session.unsent:
                channel.write(session.unsent)
            if not keeps_stdin:
                channel.write_eof()
        status = await asyncio.shield(session.ended)  # a cancelled wait must not look like an end
    except (asyncssh.Error, OSError) as error:
        if not session.is_full:
            raise LinkLost(
                f"{host}: the connection was lost in the middle of a command; whether it went on is not known"
            ) from error
        status = -1
    finally:
        if not session.ended.done():
            end(channel)
    if session.fault is not None:
        raise session.fault
    return -1 if session.is_full else status


async def open_session(
    host: str, connection: asyncssh.SSHClientConnection, line: str, session: Session
) -> asyncssh.SSHClientChannel[bytes]:
    """Have the host start `line`. Raises `LinkLost`, and `Refused` when it starts nothing."""
    try:
        channel, _ = await connection.create_session(
            lambda: session, line, encoding=None, window=WINDOW_BYTES, max_pktsize=PACKET_BYTES
        )
    except asyncssh.ChannelOpenError as error:
        raise _not_opened(host, connection, error) from error
    except (OSError, asyncssh.Error) as error:
        raise LinkLost(f"{host}: the connection was lost as a command was being started: {error}") from error
    return channel


def end(channel: asyncssh.SSHClientChannel[bytes]) -> None:
    """Give up on a command: ask sshd to end it and close the channel, waiting for neither."""
    try:
        channel.send_signal("TERM")
    except OSError:
        return
    finally:
        channel.close()


class NoRoom(Refused):
    """The host opens no further session on this connection (MaxSessions in its sshd_config)."""


def _not_opened(
    host: str, connection: asyncssh.SSHClientConnection, error: asyncssh.ChannelOpenError
) -> SystemsError:
    if connection.is_closed():
        return LinkLost(f"{host}: the connection was lost before the command was started")
    if error.code == OPEN_CONNECT_FAILED:
        return NoRoom(
            f"{host}: its sshd opens no further session on this connection (MaxSessions in its sshd_config)"
        )
    return Refused(f"{host}: its sshd runs no command for this login: {error}")
