"""What all links of one session share, and how one of them is opened: asyncssh is imported here, late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from systems.errors import Unreachable
from systems.ssh.config import HostConfig, SshConfig
from systems.ssh.library import import_asyncssh
from systems.ssh.link import CONNECT_TIMEOUT_S, Link, Target

if TYPE_CHECKING:
    import asyncssh

    from systems.ssh.login import Logins

_THREADS = 8
_MAX_JUMPS = 8


class SshSession:
    """Opens links. Files, names and imports run in threads of its own, so that nothing else holds them up."""

    def __init__(self, config_file: str | None, system_config_file: str | None) -> None:
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="ssh")
        self.notes: dict[str, None] = {}
        self._config_files = (config_file, system_config_file)
        self._config: asyncio.Future[SshConfig] | None = None
        self._resolved: dict[Target, HostConfig] = {}
        self._logins: asyncio.Task[Logins] | None = None
        self._links: dict[Target, Link] = {}

    def link(self, target: Target) -> Link:
        """Return the link to a target: there is one only, also when it serves others as a jump host."""
        if target not in self._links:
            self._links[target] = Link(target, self)
        return self._links[target]

    async def config(self, target: Target) -> HostConfig:
        """Resolve a target in ssh_config, once, until `forget`."""
        if target not in self._resolved:
            config, asked = await self._read_config(), (target.host, target.user, target.port)
            if config.may_block:
                loop = asyncio.get_running_loop()
                resolved = await loop.run_in_executor(self.threads, config.resolve, *asked)
            else:
                resolved = config.resolve(*asked)
            self._resolved[target] = resolved
            self.notes |= dict.fromkeys(resolved.notes)
        return self._resolved[target]

    def forget(self, target: Target) -> None:
        """Read ssh_config and ask the agent anew: the operator has changed something."""
        self._resolved.pop(target, None)
        self._config = None
        if self._logins is not None and self._logins.done() and self._logins.exception() is None:
            self._logins.result().identities.forget()

    async def open(
        self, link: Link, lost: Callable[[Exception | None], None]
    ) -> asyncssh.SSHClientConnection:
        """Log in to a link's host, by way of its jump hosts. Raises an `Unreachable`."""
        config = await self.config(link.target)
        link.login_user = config.user
        limit_s = config.connect_timeout_s or CONNECT_TIMEOUT_S
        logins = await self.ready()
        jump = await self._jump(link.target, config, limit_s)
        try:
            async with asyncio.timeout(limit_s):
                return await logins.log_in(config, jump, lost)
        except TimeoutError as error:
            raise Unreachable(
                f"{config.host}: {config.host_name} port {config.port} gave no login within {limit_s:g} s: "
                "the network drops what is sent, or the host is stuck"
            ) from error

    async def close(self) -> None:
        """End all links."""
        await asyncio.gather(*(link.close() for link in self._links.values()), return_exceptions=True)
        self._links.clear()
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _read_config(self) -> SshConfig:
        """Read ssh_config in a thread, once for all that ask meanwhile."""
        if self._config is None:
            loop = asyncio.get_running_loop()
            self._config = loop.run_in_executor(self.threads, SshConfig, *self._config_files)
        return await asyncio.shield(self._config)

    async def _jump(
        self, target: Target, config: HostConfig, limit_s: float
    ) -> asyncssh.SSHClientConnection | None:
        way = tuple(map(_parse_jump, config.jumps)) if target.via is None else target.via
        if not way:
            return None
        if len(way) > _MAX_JUMPS:
            raise Unreachable(f"{target.host}: more than {_MAX_JUMPS} jump hosts in a row")
        last = way[-1]
        before = way[:-1] or None
        hop = Target(last.host, last.user, last.port, before)
        if (hop.host, hop.user, hop.port) == (target.host, target.user, target.port):
            raise Unreachable(f"{target.host}: its ProxyJump leads back to {hop.host}")
        try:
            return await self.link(hop).connection(deadline_s=limit_s)
        except Unreachable as error:
            raise type(error)(f"{target.host}: not reached, for its jump host fails: {error}") from error

    async def ready(self) -> Logins:
        """Import what logs in, in a thread and once."""
        if self._logins is None:
            self._logins = asyncio.create_task(self._prepare(), name="ssh: import")
        return await asyncio.shield(self._logins)

    async def _prepare(self) -> Logins:
        config = await self._read_config()

        def load() -> None:
            import_asyncssh(seeks_libraries=config.mentions("sntrup", "mlkem", "umac"))

        await asyncio.get_running_loop().run_in_executor(self.threads, load)
        from systems.ssh.login import Logins

        return Logins(self.threads)


def _parse_jump(text: str) -> Target:
    """Read `[user@]host[:port]` or `ssh://...`, as ProxyJump has it."""
    text = text.strip().removeprefix("ssh://").removesuffix("/")
    user, _, place = text.rpartition("@")
    if place.startswith("["):
        host, _, port = place[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = place.partition(":")
    if not host or (port and not port.isdigit()):
        raise Unreachable(f"ProxyJump {text!r} is not understood: write [user@]host[:port]")
    return Target(host, user or None, int(port) if port else None)
