"""Under the connection: both event loops, much data with flat memory, sessions that sshd counts."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from systems.shell import Output, Probe, Stream
from systems.ssh.hosts import SshHosts
from systems.ssh.tunnel import open_tunnel
from tests.systems.ssh.servers import Estate, hello, until

pytestmark = pytest.mark.servers


class Counted:
    def __init__(self) -> None:
        self.count = 0

    def data(self, host: str, stream: Stream, chunk: bytes) -> None:
        self.count += len(chunk)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def test_uvloop_is_served_as_well(estate: Estate) -> None:
    uvloop = pytest.importorskip("uvloop")
    estate.sshd("edge")
    estate.sshd("db1", lines="ProxyJump edge")

    async def run() -> None:
        hosts = SshHosts(config_file=str(estate.config), system_config_file=None)
        await hello(hosts)
        sink = Counted()
        await hosts.reader("edge").stream(Probe("head -c 3000000 /dev/zero"), sink)
        assert sink.count == 3_000_000
        await hosts.close()

    uvloop.run(run())


async def test_two_hundred_megabytes_pass_with_memory_flat(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    await hello(hosts)
    before_mib = resident_mib()
    sink = Counted()
    await hosts.reader("db1").stream(Probe("head -c 200000000 /dev/zero"), sink)
    assert sink.count == 200_000_000
    assert resident_mib() - before_mib < 30


async def test_a_cipher_that_chains_blocks_keeps_its_guard(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1", "Ciphers aes256-cbc,aes128-gcm@openssh.com", lines="Ciphers aes256-cbc")
    await hello(hosts)


async def test_more_streams_than_sshd_opens_sessions_wait_for_room(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1", "MaxSessions 3")
    reader = hosts.reader("db1")
    gate = estate.folder / "gate"
    gate.touch()
    line = f"tail -n 0 -F {gate}"
    streams = [asyncio.create_task(reader.stream(Probe(line), Counted())) for _ in range(3)]
    pattern = f"^{line}$"

    async def all_run() -> bool:
        found = await asyncio.create_subprocess_exec("pgrep", "-cf", pattern, stdout=asyncio.subprocess.PIPE)
        return int((await found.communicate())[0]) == 3

    await until(all_run)
    waiting = asyncio.create_task(reader.read(Probe("echo at last")))
    await asyncio.wait([waiting], timeout=0.3)
    assert not waiting.done()
    streams.pop().cancel()
    assert (await waiting).stdout == "at last\n"
    for stream in streams:
        stream.cancel()
    await asyncio.wait(streams)


async def test_a_probe_does_not_find_itself_among_the_processes(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    word = "no-process-has-this-in-its-name"
    single = await hosts.reader("db1").read(Probe(f"pgrep -f {word}", accepts=(1,)))
    assert single.stdout == ""
    answers = await hosts.reader("db1").read_many(
        [Probe(f"pgrep -f {word}", accepts=(1,)), Probe(f"ps -eo args | grep -c {word}", accepts=(0, 1))]
    )
    assert all(isinstance(answer, Output) for answer in answers)


async def test_a_talkative_shell_profile_does_not_get_into_the_answers(
    estate: Estate, hosts: SshHosts
) -> None:
    server = estate.sshd("db1")
    (server.folder / ".bashrc").write_text("echo Welcome to db1!; echo and mind the gap >&2\n")
    output = await hosts.reader("db1").read(Probe("echo clean"))
    assert output.stdout == "clean\n"


async def test_a_tunnel_carries_bytes_both_ways_and_ends_when_it_is_closed(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("db1")
    path = str(estate.folder / "echo")

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(echo, path)
    async with server:
        tunnel = await open_tunnel(hosts.reader("db1").link, path=path, deadline_s=5)
        reader, writer = await asyncio.open_connection(sock=tunnel.near)
        data = os.urandom(1 << 20)
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        tunnel.close()
        assert await reader.read() == b""
        writer.close()


async def test_a_port_of_the_host_s_own_loopback_is_reached(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1")
    tunnel = await open_tunnel(hosts.reader("db1").link, port=server.port, deadline_s=5)
    reader, writer = await asyncio.open_connection(sock=tunnel.near)
    assert (await reader.readline()).startswith(b"SSH-2.0")
    tunnel.close()
    writer.close()
