"""SSH in front of the simulated hosts, by asyncssh: one listener a host, with a host key of its own."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import asyncssh

from practice.host.errors import KernelError
from practice.host.files import may
from practice.shell.interpreter import Shell
from practice.shell.programs import execute
from practice.shell.streams import Nothing, Stream

if TYPE_CHECKING:
    from practice.host.machine import Account, Listener, Machine
    from practice.host.processes import Process

_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/games"
_ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BUFFER_BYTES = 32768

Bytes = asyncssh.SSHReader[bytes]
Drain = asyncssh.SSHWriter[bytes]


class _Input(Stream):
    """What the client sends."""

    def __init__(self, reader: Bytes) -> None:
        super().__init__()
        self._reader = reader
        self._kept = b""

    async def read(self, most: int = 65536) -> bytes:
        if not self._kept:
            self._kept = await self._more()
        data, self._kept = self._kept[:most], self._kept[most:]
        return data

    async def read_line(self) -> bytes:
        while (end := self._kept.find(b"\n")) < 0:
            more = await self._more()
            if not more:
                return await self.read(len(self._kept) or 1) if self._kept else b""
            self._kept += more
        return await self.read(end + 1)

    async def _more(self) -> bytes:
        try:
            return await self._reader.read(65536)
        except (asyncssh.Error, asyncssh.SignalReceived, asyncssh.BreakReceived, OSError):
            return b""  # a signal that nothing took would end the connection, which sshd(8) does not do


class _Output(Stream):
    """What the client gets. Small pieces go out together, once the program waits for something."""

    def __init__(self, writer: Drain) -> None:
        super().__init__()
        self._writer = writer
        self._kept = bytearray()

    async def write(self, data: bytes) -> None:
        if self._writer.is_closing():
            raise KernelError(errno.EPIPE)
        if not self._kept:
            asyncio.get_running_loop().call_soon(self.flush)
        self._kept += data
        if len(self._kept) >= _BUFFER_BYTES:
            self.flush()
            try:
                await self._writer.drain()
            except (asyncssh.Error, OSError) as error:
                raise KernelError(errno.EPIPE) from error

    def flush(self) -> None:
        """Send what is kept."""
        if self._kept and not self._writer.is_closing():
            with contextlib.suppress(asyncssh.Error, OSError):
                self._writer.write(bytes(self._kept))
        self._kept.clear()

    def close(self) -> None:
        self.flush()


class _Login(asyncssh.SSHServer):
    """One connection: only the practice key, only accounts of the host."""

    def __init__(self, host: Sshd) -> None:
        self._host = host
        self._user = ""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._host.connections.add(conn)
        self._conn = conn

    def connection_lost(self, exc: Exception | None) -> None:
        self._host.connections.discard(self._conn)

    def begin_auth(self, username: str) -> bool:
        self._user = username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        account = self._host.machine.accounts.get(username)
        is_known = account is not None and account.shell != "/bin/false"
        return is_known and key.public_data == self._host.client_key.public_data

    def unix_connection_requested(self, dest_path: str) -> Callable[[Bytes, Drain], Awaitable[None]] | bool:
        """A way to a UNIX socket of the host."""
        machine = self._host.machine
        listener = machine.sockets.get(dest_path)
        account = machine.accounts[self._user]
        try:
            entry = machine.files.find(dest_path, account.who)
        except KernelError:
            return False
        if listener is None or not may(entry, account.who, 2):
            return False

        async def serve(reader: Bytes, writer: Drain) -> None:
            await listener(reader, writer, self._user)

        return serve

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> Callable[[Bytes, Drain], Awaitable[None]] | bool:
        """A way to a port that this host reaches."""
        del orig_host, orig_port
        listener = self._host.on_forward(dest_host, dest_port)
        if listener is None:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused")

        async def serve(reader: Bytes, writer: Drain) -> None:
            await listener(reader, writer, "")

        return serve


class Sshd:
    """The listener of one host. It is deaf while the host is off or unplugged."""

    def __init__(self, machine: Machine, client_key: asyncssh.SSHKey, *, port: int = 0) -> None:
        self.machine = machine
        self.client_key = client_key
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = port
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.on_session: list[Callable[[str], None]] = []
        """Called with the line of each session before anything of it runs: a gate for tests and drills."""
        self.on_forward: Callable[[str, int], Listener | None] = lambda _address, _port: None
        """What answers a connection that is forwarded from here; None: nothing does."""
        self._server: asyncssh.SSHAcceptor | None = None
        self._deaf: asyncio.Server | None = None
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Listen; the port is chosen once and kept."""
        self._server = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=lambda: _Login(self),
            server_host_keys=[self.host_key],
            process_factory=self._session,
            encoding=None,
            login_timeout=30,
            keepalive_interval=0,
            server_version="OpenSSH_9.2p1 Debian-2+deb12u7",
            compression_algs=None,
            kex_algs=["curve25519-sha256"],
            encryption_algs=["aes128-gcm@openssh.com"],
        )
        self.port = self._server.get_port()

    async def follow(self) -> None:
        """Be deaf while the host cannot be reached, and listen again after that."""
        async with self._changing:
            if self.machine.answers and self._server is None:
                await self._hear()
            elif not self.machine.answers and self._server is not None:
                await self._go_deaf()

    async def _hear(self) -> None:
        if self._deaf is not None:
            self._deaf.close()
            self._deaf = None
        await self.start()

    async def _go_deaf(self) -> None:
        """Take connections and say nothing, as a host behind a cut cable: the client runs out of time."""
        await self.stop()

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while await reader.read(4096):
                    pass
            writer.close()

        self._deaf = await asyncio.start_server(silent, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """End the listener and what is connected."""
        if self._deaf is not None:
            self._deaf.close()
            self._deaf = None
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        self.cut()

    def cut(self) -> None:
        """End all connections at once."""
        for connection in list(self.connections):
            connection.abort()

    async def renew_host_key(self) -> None:
        """Come back with another host key, as a host that was set up anew."""
        async with self._changing:
            if self._server is not None:
                await self.stop()
            self.host_key = asyncssh.generate_private_key("ssh-ed25519")
            if self.machine.answers:
                await self.start()

    async def _session(self, channel: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run what the client asks for, as its login shell would."""
        machine, user = self.machine, str(channel.get_extra_info("username"))
        account = machine.accounts[user]
        await asyncio.sleep(machine.latency_s)
        process = machine.processes.make((f"sshd: {user}@notty",))
        process.who, process.cwd = account.who, account.home if machine.files.exists(account.home) else "/"
        process.env = _environment(account)
        process.set_fd(0, _Input(channel.stdin) if channel.stdin else Nothing())
        process.set_fd(1, _Output(channel.stdout))
        process.set_fd(2, _Output(channel.stderr))
        command = channel.command or ""
        for call in list(self.on_session):
            call(command)
        task = machine.processes.start(process, _run(machine, process, command))
        ended = asyncio.ensure_future(channel.wait_closed())
        try:
            await asyncio.wait([task, ended], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                # A closed channel ends no program (sshd(8)); it goes on, writing to nobody.
                return
            status = 137 if task.cancelled() else task.result()
            channel.exit(status)
        finally:
            ended.cancel()


def _environment(account: Account) -> dict[str, str]:
    return {
        "HOME": account.home,
        "USER": account.name,
        "LOGNAME": account.name,
        "SHELL": account.shell,
        "PATH": _ROOT_PATH if account.uid == 0 else _PATH,
        "LANG": "C.UTF-8",
    }


async def _run(machine: Machine, process: Process, command: str) -> int:
    shell = Shell(machine, process, name="sh")
    if not command:
        await shell.stream(1).write(b"This is a practice host: give it a command to run.\n")
        return await execute(shell, ["sh", "-s"])
    return await shell.whole(command)
