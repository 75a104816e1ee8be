"""A real HAProxy as a plain process on loopback, three members behind it that a test makes say anything."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from systems.errors import SystemsError
from systems.shell import Command, Output, Permit, Probe, Sink
from tests.lab.scripts import SCRIPTS

MEMBERS = ("db1", "db2", "db3")


@dataclass
class Member:
    """One member: a port that greets whoever connects, and one that answers the health check."""

    name: str
    answer: str = "200 OK"
    """Status line of the answer to the check."""
    port: int = 0
    check_port: int = 0
    held: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say one's name, and keep the session until the client ends it."""
        self.held.append(writer)
        writer.write(f"{self.name}\n".encode())
        await reader.read()
        writer.close()

    async def check(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read the whole request before closing, as a check must."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {self.answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@dataclass
class Here:
    """This machine as one load balancer: its shell runs what the console would run over SSH."""

    program: Path
    """Where HAProxy and socat are unpacked."""
    host: str = "lb1"
    ran: list[str] = field(default_factory=list)

    async def read(self, probe: Probe, *, timeout_s: float = 10.0) -> Output:
        async with asyncio.timeout(timeout_s):
            return await self._run(probe.line)

    async def read_many(
        self, probes: Sequence[Probe], *, timeout_s: float = 10.0
    ) -> tuple[Output | Exception, ...]:
        return tuple([await self.read(probe, timeout_s=timeout_s) for probe in probes])

    async def change(self, command: Command, *, job: str, timeout_s: float = 60.0) -> Output:
        """Run it at once; `job` is for hosts that outlive their connection."""
        del job
        self.ran.append(command.line)
        async with asyncio.timeout(timeout_s):
            return await self._run(command.line)

    async def _run(self, line: str) -> Output:
        process = await asyncio.create_subprocess_exec(
            "sh",
            "-c",
            line,
            env=environment(self.program),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Output(out.decode(), err.decode(), process.returncode or 0, datetime.now(UTC))

    async def stream(self, probe: Probe | Command, sink: Sink, *, timeout_s: float | None = None) -> NoReturn:
        del probe, sink, timeout_s
        raise SystemsError("nothing is streamed from here")


@dataclass
class LocalBalancer:
    """The process, its members, and the one host that it is on."""

    socket: str
    port: int
    members: dict[str, Member]
    here: Here

    def reader(self, host: str) -> Here:
        assert host == self.here.host
        return self.here

    def hands(self, host: str, permit: Permit | None = None) -> Here:
        del permit
        return self.reader(host)

    async def connect(self) -> tuple[str, asyncio.StreamWriter]:
        """Open a session through it; the member's name, and what ends the session."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        return (await reader.readline()).decode().strip(), writer


@asynccontextmanager
async def local_balancer(program: Path) -> AsyncIterator[LocalBalancer]:
    """HAProxy in front of three members, each checked five times a second; `program`: as `fetched` has it."""
    members = {name: Member(name) for name in MEMBERS}
    servers = []
    for member in members.values():
        for serve, name in ((member.serve, "port"), (member.check, "check_port")):
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            servers.append(server)
            setattr(member, name, server.sockets[0].getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="qd-lb-") as folder:
        socket = f"{folder}/admin.sock"
        port = _free_port()
        (Path(folder) / "haproxy.cfg").write_text(_configuration(socket, port, members))
        process = await asyncio.create_subprocess_exec(
            str(program / "usr/sbin/haproxy"),
            "-db",
            "-f",
            f"{folder}/haproxy.cfg",
            env=environment(program),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield LocalBalancer(socket, port, members, Here(program))
        finally:
            process.kill()
            await process.wait()
            for member in members.values():
                for writer in member.held:
                    writer.close()
            for server in servers:
                server.close()


def fetched() -> tuple[Path | None, str]:
    """Where HAProxy is unpacked, after fetching it when it is not here yet; else why not."""
    said = subprocess.run([str(SCRIPTS / "haproxy.sh"), "fetch"], capture_output=True, text=True, check=False)
    if said.returncode:
        return None, said.stderr.strip()[-300:]
    return Path(said.stdout.strip()), ""


def environment(program: Path) -> dict[str, str]:
    """With which programs that are only unpacked are found, and find their libraries."""
    libraries = map(str, program.glob("usr/lib/*-linux-gnu*"))
    path = f"{program}/usr/bin:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "LD_LIBRARY_PATH": ":".join(libraries)}


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configuration(socket: str, port: int, members: dict[str, Member]) -> str:
    servers = "\n".join(
        f"    server {one.name} 127.0.0.1:{one.port} check port {one.check_port} inter 200ms fall 2 rise 2"
        for one in members.values()
    )
    return f"""global
    stats socket {socket} mode 600 level admin
defaults
    mode tcp
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout check 1s
listen orders
    bind 127.0.0.1:{port}
    balance roundrobin
    option httpchk GET /
{servers}
"""
