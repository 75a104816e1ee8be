"""The one kept connection of a host: opened once for all who ask, reopened when lost, never hammered."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from systems.errors import HostKeyChanged, HostKeyUnknown, LoginRefused, Unreachable
from systems.ssh.shells import Shells

if TYPE_CHECKING:
    import asyncssh

    from systems.ssh.channel import Taker
    from systems.ssh.session import SshSession
    from systems.ssh.wrap import Reply

T = TypeVar("T")

CONNECT_TIMEOUT_S = 6.0
"""For name, network, key exchange and login together, unless ssh_config has a ConnectTimeout."""
SESSIONS_AT_ONCE = 8
"""Short commands at once on one connection: sshd allows 10 (MaxSessions), the rest is for streams."""
_ROOM_S = 0.5
_PUT_AWAY_S = 1.0
"""How long sshd may need to put away a session that has ended: then a refusal of another is believed."""
_PAUSE_S = (0.2, 5.0)
"""First and longest pause after a failure of the network."""
_REFUSED_PAUSE_S = (5.0, 120.0)
"""The same after a refused login or host key: tries at the pace of a poll would lock the account."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link goes: a name of ssh_config, what overrides it, and the hosts on the way."""

    host: str
    user: str | None = None
    port: int | None = None
    via: tuple[Target, ...] | None = None
    """None: as ssh_config has it."""


@dataclass(slots=True)
class Link:
    """See the module. All that is here belongs to one event loop."""

    target: Target
    session: SshSession
    login_user: str = ""
    """Known once the link was opened."""
    _connection: asyncssh.SSHClientConnection | None = None
    _opening: asyncio.Task[asyncssh.SSHClientConnection] | None = None
    _failure: Unreachable | None = None
    _failures: int = 0
    _failed_at: float = 0.0
    _not_before: float = 0.0
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SESSIONS_AT_ONCE))
    _shells: Shells = field(init=False)
    _running: int = 0
    _room: asyncio.Event = field(default_factory=asyncio.Event)
    _on_lost: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._shells = Shells(self.target.host)

    @property
    def login_is_root(self) -> bool:
        return self.login_user == "root"

    async def connection(self, *, deadline_s: float) -> asyncssh.SSHClientConnection:
        """Return the open connection, opening it if need be. Raises an `Unreachable`.

        After a failure the next try waits for a while; who asks meanwhile gets the last answer at once.
        """
        if self._connection is not None:
            return self._connection
        if self._opening is None:
            now = time.monotonic()
            if self._failure is not None and now < self._not_before:
                raise self._again(now)
            self._opening = asyncio.create_task(self._open(), name=f"ssh to {self.target.host}")
            self._opening.add_done_callback(_retrieve)
        try:
            async with asyncio.timeout(deadline_s):
                return await asyncio.shield(self._opening)
        except TimeoutError as error:
            raise Unreachable(f"{self.target.host}: no login within {deadline_s:g} s") from error

    async def run(
        self,
        connection: asyncssh.SSHClientConnection,
        line: str,
        taker: Taker,
        *,
        stdin: bytes = b"",
        is_long: bool = False,
        closes_stdin: bool = True,
    ) -> int:
        """Run a line as `systems.ssh.channel.run` does, waiting for room when sshd opens no more sessions.

        One that `is_long` takes no place from the short ones.
        """
        from systems.ssh.channel import run

        host, keeps_stdin = self.target.host, not closes_stdin
        return await self._in_room(
            lambda: run(host, connection, line, taker, stdin=stdin, keeps_stdin=keeps_stdin), is_long=is_long
        )

    async def ask(self, connection: asyncssh.SSHClientConnection, script: bytes, reply: Reply) -> None:
        """Have a shell that is kept run the script of a `Bundle`, as `systems.ssh.shells.Shells.ask` does."""
        await self._in_room(lambda: self._shells.ask(connection, script, reply), is_long=False)

    async def _in_room(self, start: Callable[[], Awaitable[T]], *, is_long: bool) -> T:
        from systems.ssh.channel import NoRoom

        patient_until: float | None = None
        while True:
            self._running += 1
            try:
                async with contextlib.nullcontext() if is_long else self._slots:
                    return await start()
            except NoRoom:
                if await self._shells.make_room():
                    continue
                if self._running == 1:  # sshd counts one of ours that has ended until it has put it away
                    patient_until = patient_until or time.monotonic() + _PUT_AWAY_S
                    if time.monotonic() > patient_until:
                        raise
            finally:
                self._running -= 1
                self._room.set()
            await self._wait_for_room()

    async def _wait_for_room(self) -> None:
        self._room.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ROOM_S):
                await self._room.wait()

    def forget_failures(self) -> None:
        """Let the next call try at once: the operator asked for it, or has put right what was wrong."""
        self._failure, self._failures, self._not_before = None, 0, 0.0

    def on_lost(self, call: Callable[[], None]) -> None:
        """Have `call` called when the connection that is open now ends."""
        self._on_lost.append(call)

    async def close(self) -> None:
        """End the connection, or the try to open it."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        if self._connection is not None:
            self._connection.abort()
            await self._connection.wait_closed()

    async def _open(self) -> asyncssh.SSHClientConnection:
        try:
            connection = await self.session.open(self, self._lost)
        except Unreachable as error:
            self._note_failure(error)
            raise
        else:
            self.forget_failures()
            self._connection = connection
            return connection
        finally:
            self._opening = None

    def _lost(self, _: Exception | None) -> None:
        self._connection = None
        calls, self._on_lost = self._on_lost, []
        for call in calls:
            call()

    def _note_failure(self, error: Unreachable) -> None:
        is_refused = isinstance(error, (LoginRefused, HostKeyUnknown, HostKeyChanged))
        first_s, longest_s = _REFUSED_PAUSE_S if is_refused else _PAUSE_S
        pause_s = min(longest_s, first_s * 2**self._failures) * random.uniform(0.8, 1.2)  # noqa: S311
        self._failure = error
        self._failures += 1
        self._failed_at = time.monotonic()
        self._not_before = self._failed_at + pause_s

    def _again(self, now: float) -> Unreachable:
        assert self._failure is not None  # noqa: S101 - the caller has looked
        ago_s, next_s = now - self._failed_at, self._not_before - now
        return type(self._failure)(f"{self._failure} (tried {ago_s:.0f} s ago, next try in {next_s:.0f} s)")


def _retrieve(task: asyncio.Task[asyncssh.SSHClientConnection]) -> None:
    """Look at a failure, so that a try whose askers have all gone leaves no complaint behind."""
    if not task.cancelled():
        task.exception()
