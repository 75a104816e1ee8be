"""Logs in to one host: keys, options and the sentences for everything that can go wrong."""

from __future__ import annotations

import asyncio
import random
import shlex
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import asyncssh

from systems.errors import LoginRefused, SystemsError, Unreachable
from systems.ssh.algorithms import accepts_key
from systems.ssh.config import HostConfig
from systems.ssh.dial import dial, refuse_other_servers
from systems.ssh.doorkeeper import Doorkeeper, refusal
from systems.ssh.identity import Identities, Offer
from systems.ssh.known_hosts import KnownHosts
from systems.ssh.options import SharedOptions, connect
from systems.ssh.thrift import send_no_empty_packets
from systems.ssh.trust import known_keys, narrow_to_address
from systems.ssh.wire import WireMaker
from systems.text import visible

LOGINS_AT_ONCE = 8
"""To one address: from the 11th that is not through, sshd drops some at random (MaxStartups 10:30:100)."""
_DROPS_TO_BEAR = 8


@dataclass(slots=True)
class Logins:
    """What all logins of one session share."""

    threads: Executor
    """For files and names: nothing else runs there, so that nothing else can hold them up."""
    known_hosts: KnownHosts = field(default_factory=KnownHosts)
    identities: Identities = field(default_factory=Identities)
    options: SharedOptions = field(default_factory=SharedOptions)
    _gates: defaultdict[tuple[str, int], asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(LOGINS_AT_ONCE))
    )

    async def log_in(
        self,
        config: HostConfig,
        jump: asyncssh.SSHClientConnection | None,
        lost: Callable[[Exception | None], None],
    ) -> asyncssh.SSHClientConnection:
        """Open a connection, or raise an `Unreachable`. The caller sets the deadline."""
        loop = asyncio.get_running_loop()
        known, files = await loop.run_in_executor(
            self.threads, lambda: (known_keys(self.known_hosts, config), self.identities.read_files(config))
        )
        offer = await self.identities.offer(config, files)
        drops = 0
        while True:
            keeper = Doorkeeper(known, lost)
            try:
                async with self._gates[config.host_name, config.port]:
                    return await self._try(config, jump, keeper, offer)
            except SystemsError:
                raise
            except (OSError, asyncssh.Error, ValueError) as error:
                may_retry = not config.proxy_command and drops < _DROPS_TO_BEAR
                if not (may_retry and _was_dropped(error, keeper)):
                    raise _sentence(config, keeper, offer, error, drops) from error
            if not drops and jump is None:
                await refuse_other_servers(config, self.threads)
            drops += 1
            await asyncio.sleep(random.uniform(0.05, 0.1 * drops))  # noqa: S311

    async def _try(
        self,
        config: HostConfig,
        jump: asyncssh.SSHClientConnection | None,
        keeper: Doorkeeper,
        offer: Offer,
    ) -> asyncssh.SSHClientConnection:
        proxied = jump is not None or config.proxy_command
        sock = None if proxied else await dial(config, self.threads)
        if sock is not None and config.checks_address:
            keeper.known = narrow_to_address(self.known_hosts, config, keeper.known, sock.getpeername()[0])
        keys = [pair for pair in offer.keys if accepts_key(config, pair)]
        try:
            connection = await connect(
                self.options.for_host(config, keeper.known),
                config,
                keeper.known,
                keys=keys,
                client=keeper,
                tunnel=WireMaker(sock) if sock else jump,
                proxy=_proxy(config),
            )
        except BaseException:
            if sock is not None:
                sock.close()
            raise
        send_no_empty_packets(connection)
        return connection


def _proxy(config: HostConfig) -> list[str] | None:
    """Return how to run the ProxyCommand: by a shell, its complaints kept out of the connection.

    asyncssh takes what comes on the command's standard error for the host's words, and its end for the end of
    the connection: so the shell stays, and holds it open.
    """
    if not config.proxy_command or config.jumps:
        return None
    return ["/bin/sh", "-c", f"( exec {config.proxy_command} ) 2>/dev/null; exit $?"]


def _was_dropped(error: Exception, keeper: Doorkeeper) -> bool:
    """Whether sshd closed the door before it said anything, as it does past MaxStartups."""
    ended = isinstance(error, (asyncssh.ConnectionLost, ConnectionResetError, BrokenPipeError))
    refused = isinstance(error, asyncssh.ProtocolError) and "MaxStartups" in str(error)
    return keeper.connection is not None and ((ended and not keeper.saw_version) or refused)


def _sentence(
    config: HostConfig, keeper: Doorkeeper, offer: Offer, error: Exception, drops: int
) -> Unreachable:
    host = config.host
    text = visible(str(error)) or type(error).__name__
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return refusal(config, keeper, text)
    if isinstance(error, asyncssh.PermissionDenied) or "uthentication failures" in text:
        return LoginRefused(_login_refused(config, offer, text))
    if isinstance(error, asyncssh.ChannelOpenError):
        jump = config.jumps[-1] if config.jumps else "the jump host"
        return Unreachable(f"{host}: {jump} could not reach {config.host_name} port {config.port}: {text}")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        text = f"no algorithm in common: {text}"
    if drops:
        return Unreachable(
            f"{host}: sshd closed the connection {drops + 1} times before it said anything: too many logins "
            "at once (MaxStartups in its sshd_config), or this address is shut out there (fail2ban)"
        )
    if config.proxy_command and not keeper.saw_version:
        text = f"ProxyCommand {shlex.quote(config.proxy_command)} led to no SSH server"
    return Unreachable(f"{host}: the connection ended during the login: {text}")


def _login_refused(config: HostConfig, offer: Offer, text: str) -> str:
    tried = len(offer.keys)
    what = f"{tried} key{'' if tried == 1 else 's'}" if tried else "no key"
    parts = [f"{config.host}: it did not let {config.user} in with {what}"]
    if "uthentication failures" in text:
        parts.append(
            "it stopped at its limit of tries (MaxAuthTries): name the right key by IdentityFile and set "
            "IdentitiesOnly yes"
        )
    if offer.locked:
        names = " ".join(shlex.quote(path) for path in offer.locked)
        parts.append(
            f"a passphrase guards {names}: unlock it for the agent with 'ssh-add {names}', then try again"
        )
    parts += offer.troubles
    if not config.takes_keys:
        parts.append("ssh_config forbids keys for it (PubkeyAuthentication, PreferredAuthentications)")
    if not config.agent and not offer.locked:
        parts.append("there is no agent (SSH_AUTH_SOCK is not set)")
    parts.append(f"it logs in by key alone, never by password; 'ssh -v {config.host}' tells more")
    return "; ".join(parts)
