"""The hosts of an estate over SSH: `Hosts` of `systems.shell`."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from systems.errors import Unreachable
from systems.shell import Permit
from systems.ssh.hands import JobDesk, SshHands, SshJobs
from systems.ssh.link import Target
from systems.ssh.reader import SshReader
from systems.ssh.root import Root, SudoPassword
from systems.ssh.session import SshSession

if TYPE_CHECKING:
    from systems.ssh.tunnel import Tunnel


class SshHosts:
    """Opens a connection to each host when it is first asked, and keeps it until `close`.

    Names are those of the operator's ssh_config. One object belongs to one event loop.
    """

    def __init__(
        self,
        *,
        config_file: str | None = None,
        system_config_file: str | None = "/etc/ssh/ssh_config",
        sudo_password: SudoPassword | None = None,
    ) -> None:
        """`config_file`: None is `~/.ssh/config`.

        `sudo_password(host, user)` is asked only for a change that sudo refuses without one: it asks the
        operator, masked, and may answer None. Logins are by key alone.
        """
        self._session = SshSession(config_file, system_config_file)
        self._sudo_password = sudo_password
        self._desks: dict[str, JobDesk] = {}

    def reader(self, host: str) -> SshReader:
        """Return what asks `host`. Opens nothing yet."""
        return SshReader(self._session.link(Target(host)))

    def jobs(self, host: str) -> SshJobs:
        """Return what reads of jobs on `host`."""
        return SshJobs(self._desk(host))

    def hands(self, host: str, permit: Permit) -> SshHands:
        """Return what changes `host`, as far as `permit` lets it."""
        return SshHands(self._desk(host), permit)

    async def tunnel(
        self,
        host: str,
        *,
        path: str | None = None,
        port: int | None = None,
        address: str = "127.0.0.1",
        deadline_s: float = 5.0,
    ) -> Tunnel:
        """Reach a UNIX socket, or a port of `address` as the host sees it, through the connection."""
        from systems.ssh.tunnel import open_tunnel

        return await open_tunnel(
            self._session.link(Target(host)), path=path, port=port, address=address, deadline_s=deadline_s
        )

    async def login_user(self, host: str) -> str:
        """Return who ssh_config logs in as, without connecting. Raises an `Unreachable`."""
        return (await self._session.config(Target(host))).user

    async def warm(self, host: str) -> None:
        """Import what logs in, before a deadline runs: on a busy machine the first host would pay for it."""
        with suppress(Unreachable):  # what is wrong with its configuration is told when it is asked
            await self._session.config(Target(host))
            await self._session.ready()

    async def address(self, host: str) -> str:
        """Return the `HostName` of a host in ssh_config, without connecting. Raises an `Unreachable`."""
        return (await self._session.config(Target(host))).host_name

    def retry(self, host: str) -> None:
        """Forget what failed: ssh_config, keys and agent are read anew, and the next call tries at once."""
        self._session.forget(Target(host))
        self._session.link(Target(host)).forget_failures()

    def notes(self) -> tuple[str, ...]:
        """What ssh_config asks for and is not done here, each in a sentence, as far as it was met."""
        return tuple(self._session.notes)

    def _desk(self, host: str) -> JobDesk:
        if host not in self._desks:
            link = self._session.link(Target(host))
            self._desks[host] = JobDesk(link, Root(link, self._sudo_password))
        return self._desks[host]

    async def close(self) -> None:
        """End all connections. Jobs on the hosts run on."""
        await self._session.close()
