"""Gets a script run by root: as it is for a root login, else by sudo, with a password if need be."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems.errors import SudoRefused
from systems.shell import Stream
from systems.ssh import sudo
from systems.ssh.wrap import one_line

if TYPE_CHECKING:
    import asyncssh

    from systems.ssh.channel import Collector
    from systems.ssh.link import Link

SudoPassword = Callable[[str, str], Awaitable[str | None]]
"""Asks the operator for a user's sudo password at a host, masked: `(host, user)`; None: none was given."""


@dataclass(slots=True)
class Root:
    """The way to root on one host. An accepted password is kept in memory for the session, nowhere else."""

    link: Link
    ask: SudoPassword | None = None
    _password: str | None = None

    def wrap(self, script: str, *, as_root: bool) -> tuple[str, bytes]:
        """Return what sshd is to run for a script, and what must stand first on its standard input."""
        plain = one_line(script)
        if not as_root or self.link.login_is_root:
            return f"exec {plain}", b""
        if self._password is None:
            return f"exec env LC_ALL=C sudo -n -- {plain}", b""
        return f"exec env LC_ALL=C sudo -S -p '' -- {plain}", f"{self._password}\n".encode()

    def refusal(self, line: str, status: int, stderr: bytes) -> SudoRefused | None:
        """Return the error if sudo did not run the script."""
        return sudo.refusal(self.link.target.host, self.link.login_user, line, status, stderr)

    async def unlock(self, connection: asyncssh.SSHClientConnection, refused: SudoRefused) -> None:
        """Ask for the password that sudo wants and try it. Raises `SudoRefused` if none fits."""
        host, user = self.link.target.host, self.link.login_user
        self._password = None
        if self.ask is None or not sudo.wants_password(refused):
            raise refused
        password = await self.ask(host, user)
        if password is None:
            raise SudoRefused(f"{host}: nothing was run: no sudo password was given for {user}", status=1)
        prompt = f"sudo-{secrets.token_hex(8)}:"
        line = f"exec env LC_ALL=C sudo -k -S -p {prompt} -v"
        taker = _Prompts(prompt.encode())
        status = await self.link.run(connection, line, taker, stdin=f"{password}\n".encode())
        if status != 0:
            if taker.asked > 1:
                raise SudoRefused(f"{host}: nothing was run: sudo did not accept {user}'s password", status=1)
            raise self.refusal("sudo -v", 1, taker.seen) or refused
        self._password = password

    def collected(self, collector: Collector) -> tuple[bytes, bytes]:
        """Return both streams."""
        return collector.bytes_of(Stream.STDOUT), collector.bytes_of(Stream.STDERR)


class _Prompts:
    """Counts sudo's prompts: the second one says that the password was wrong, long before sudo gives up."""

    def __init__(self, prompt: bytes) -> None:
        self.seen = b""
        self._prompt = prompt

    @property
    def asked(self) -> int:
        return self.seen.count(self._prompt)

    def take(self, stream: Stream, chunk: bytes) -> bool:
        if stream is Stream.STDERR:
            self.seen += chunk
        return self.asked < 2
