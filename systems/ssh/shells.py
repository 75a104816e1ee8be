"""The shells of one host that answer probes: one that has answered is kept for the next question.

To open a session for each would cost this side three times as much, and the host a login shell with all that
its profile starts. One that has nothing to do for a while is ended.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from systems.errors import LinkLost
from systems.shell import Stream
from systems.ssh.wrap import SHELL, Reply

if TYPE_CHECKING:
    import asyncssh

KEPT = 2
"""Shells that may wait at once: sessions are few (MaxSessions)."""
IDLE_S = 60.0
"""After it a shell that waits is ended."""
_END_S = 0.5
"""How long a host may take to end one that must make room."""


class Shells:
    """Belongs to one link. Those of a connection that was lost are found ended."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._waiting: list[Shell] = []

    async def ask(self, connection: asyncssh.SSHClientConnection, script: bytes, reply: Reply) -> None:
        """Have `script` run, and return when `reply` is whole, or will not get more.

        Raises `LinkLost` when the connection or the shell ended first, and `Refused` when there is no shell.
        """
        shell = self._take()
        if shell is None:
            shell = Shell(self._host)
            await shell.open(connection, script, reply)
        else:
            shell.write(script, reply)
        try:
            await shell.answered()
        except BaseException:
            shell.end(is_busy=True)
            raise
        if reply.is_whole and len(self._waiting) < KEPT:
            shell.wait()
            self._waiting.append(shell)
        else:
            shell.end(is_busy=not reply.is_whole)

    async def make_room(self) -> bool:
        """End those that wait, for a session that the host has no room for. False: there are none."""
        waiting, self._waiting = self._waiting, []
        for shell in waiting:
            shell.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_S):
                for shell in waiting:
                    await asyncio.wait([shell.session.ended])
        return bool(waiting)

    def _take(self) -> Shell | None:
        while self._waiting:
            shell = self._waiting.pop()
            if not shell.session.ended.done():
                return shell
        return None


class Shell:
    """One `sh` on a host, which reads one script after the other from its standard input."""

    def __init__(self, host: str) -> None:
        from systems.ssh.channel import Session

        self._loop = asyncio.get_running_loop()
        self._host = host
        self._reply: Reply | None = None
        self._is_new = True
        self._told = self._loop.create_future()
        """Done when the reply is whole, or the shell has ended."""
        self._timer: asyncio.TimerHandle | None = None
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self.session = Session(self)
        self.session.ended.add_done_callback(lambda _: self._tell())

    async def open(self, connection: asyncssh.SSHClientConnection, script: bytes, reply: Reply) -> None:
        """Start it, with its first script."""
        from systems.ssh.channel import open_session

        self._reply = reply
        self.session.unsent = script
        self._channel = await open_session(self._host, connection, SHELL, self.session)
        if self.session.unsent:
            self._channel.write(self.session.unsent)

    def write(self, script: bytes, reply: Reply) -> None:
        """Hand over another script."""
        if self._timer is not None:
            self._timer.cancel()
        self._reply, self._is_new = reply, False
        self._told = self._loop.create_future()
        if self._channel is not None:
            with suppress(BrokenPipeError):  # it has ended, which `answered` tells
                self._channel.write(script)

    def take(self, stream: Stream, chunk: bytes) -> bool:
        """Pass on what comes; what nobody asked for, from a child that an earlier probe left, is dropped."""
        if self._reply is None:
            return True
        is_taken = self._reply.take(stream, chunk)
        if self._reply.is_whole or not is_taken:
            self._tell()
        return is_taken

    def _tell(self) -> None:
        if not self._told.done():
            self._told.set_result(None)

    async def answered(self) -> None:
        """Wait until the reply is whole, or too much. Raises `LinkLost` when it will not be."""
        await self._told
        ended = self.session.ended
        if self._reply is None or self._reply.is_whole or self.session.is_full:
            return
        if self._is_new and ended.done() and ended.exception() is None:
            return
        raise LinkLost(f"{self._host}: the connection was lost in the middle of a command that only reads")

    def wait(self) -> None:
        """Wait for another question, but not for ever."""
        self._reply = None
        self._timer = self._loop.call_later(IDLE_S, self.end)

    def end(self, *, is_busy: bool = False) -> None:
        """End it without waiting for that. `is_busy`: it does not read its input yet, so that the host is
        asked to end what it runs.
        """
        from systems.ssh.channel import end

        if self._timer is not None:
            self._timer.cancel()
        self._reply = None
        if self._channel is not None and not self.session.ended.done():
            end(self._channel) if is_busy else self._channel.close()
