"""Connections: logins, jump hosts, and hosts that are deaf, dead or come back."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from systems.errors import HostKeyUnknown, LinkLost, LoginRefused, Unreachable
from systems.shell import Probe
from systems.ssh.hosts import SshHosts
from tests.systems.ssh.servers import Estate, free_port, hello, make_key, sh, until

pytestmark = pytest.mark.servers


async def test_a_wrong_key_is_a_refused_login_and_not_tried_again_at_once(
    estate: Estate, hosts: SshHosts
) -> None:
    server = estate.sshd("db1")
    (server.folder / "authorized").write_text("")
    with pytest.raises(LoginRefused, match=f"db1: it did not let {server.user} in with 1 key"):
        await hello(hosts)
    tries = server.log.read_text().count("Connection from")
    with pytest.raises(LoginRefused, match=r"tried \d+ s ago, next try in \d+ s"):
        await hello(hosts)
    assert server.log.read_text().count("Connection from") == tries


async def test_a_host_that_takes_passwords_alone_is_told_from_a_key_that_does_not_fit(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("db1", lines="PreferredAuthentications password")
    with pytest.raises(
        LoginRefused, match=r"ssh_config forbids keys for it .*by key alone, never by password"
    ):
        await hello(hosts)


async def test_a_key_behind_a_passphrase_says_ssh_add(estate: Estate, hosts: SshHosts) -> None:
    key = make_key(estate.folder / "locked", passphrase="pass phrase")
    server = estate.sshd("db1", lines=f"IdentityFile {key}")
    (server.folder / "authorized").write_text(f"{key}.pub")
    with pytest.raises(LoginRefused, match=f"a passphrase guards {key}.*'ssh-add {key}'"):
        await hello(hosts)


@pytest.fixture
def agent(estate: Estate) -> Iterator[str]:
    path = str(estate.folder / "agent")
    with subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL) as process:
        until_s = time.monotonic() + 5
        while not os.path.exists(path) and time.monotonic() < until_s:
            time.sleep(0.01)
        yield path
        process.terminate()


async def test_a_locked_key_is_used_through_the_agent(estate: Estate, hosts: SshHosts, agent: str) -> None:
    key = make_key(estate.folder / "in-agent")
    sh(f"SSH_AUTH_SOCK={agent} ssh-add -q {key} 2>/dev/null")
    sh(f"ssh-keygen -q -p -P '' -N 'now locked' -f {key}")
    server = estate.sshd("db1", lines=f"IdentityFile {key}\n  IdentityAgent {agent}")
    (server.folder / "authorized").write_text(f"{key}.pub")
    (server.folder / "authorized").write_text(key.with_suffix(".pub").read_text())
    await hello(hosts)


async def test_two_jump_hosts_lead_to_a_third(estate: Estate, hosts: SshHosts) -> None:
    first = estate.sshd("edge")
    second = estate.sshd("inner", lines="ProxyJump edge")
    third = estate.sshd("db1", lines="ProxyJump inner")
    fourth = estate.sshd("db2", lines=f"ProxyJump edge,{second.user}@inner")
    await hello(hosts)
    await hello(hosts, "db2")
    assert [server.log.read_text().count("Accepted publickey") for server in (first, third, fourth)] == [
        1,
        1,
        1,
    ]


async def test_a_failing_jump_host_is_named(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("edge", is_known=False)
    estate.sshd("db1", lines="ProxyJump edge")
    with pytest.raises(
        HostKeyUnknown, match="db1: not reached, for its jump host fails: edge: the ed25519 host key"
    ):
        await hello(hosts)


async def test_what_the_jump_host_cannot_reach_is_said(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("edge")
    estate.name("db1", "127.0.0.1", free_port(), "ProxyJump edge")
    with pytest.raises(Unreachable, match=r"db1: edge could not reach 127.0.0.1 port"):
        await hello(hosts)


async def test_a_proxy_command_is_run_and_its_noise_kept_out(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("edge")
    through = f"ssh -F {estate.config} -W %h:%p edge"
    estate.name("db1", server.address, server.port, f"ProxyCommand sh -c 'echo noise >&2; exec {through}'")
    await hello(hosts)
    assert server.log.read_text().count("Accepted publickey") == 2


async def test_a_proxy_command_that_leads_nowhere_is_named(estate: Estate, hosts: SshHosts) -> None:
    estate.name("db1", "127.0.0.1", 1, "ProxyCommand false")
    with pytest.raises(Unreachable, match=r"db1: .* ProxyCommand false led to no SSH server"):
        await hello(hosts)


async def test_a_deaf_host_costs_its_own_deadline_and_nobody_elses(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        estate.name("deaf", "127.0.0.1", deaf.getsockname()[1], "ConnectTimeout 2")
        began = time.monotonic()

        async def ask_deaf() -> float:
            with pytest.raises(Unreachable, match=r"deaf: .* gave no login within 2 s"):
                await hello(hosts, "deaf")
            return time.monotonic() - began

        async def ask_other() -> float:
            await hello(hosts)
            return time.monotonic() - began

        deaf_s, other_s = await asyncio.gather(ask_deaf(), ask_other())
    assert other_s < 1.9 < deaf_s < 3.0


async def test_nobody_home_is_said_at_once(estate: Estate, hosts: SshHosts) -> None:
    port = free_port()
    estate.name("db1", "127.0.0.1", port)
    with pytest.raises(
        Unreachable, match=f"db1: no connection to 127.0.0.1 port {port}: 127.0.0.1: connection refused"
    ):
        await hello(hosts)


async def test_a_name_that_nobody_knows_is_said(estate: Estate, hosts: SshHosts) -> None:
    estate.name("db1", "no-such-host.invalid", 22)
    with pytest.raises(
        Unreachable, match=r"db1: the name 'no-such-host.invalid' \(the HostName of db1 in ssh_config\)"
    ):
        await hello(hosts)


async def test_a_cut_link_is_told_and_opened_again(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1")
    await hello(hosts)
    server.cut()
    await hello(hosts)
    assert server.log.read_text().count("Accepted publickey") == 2


async def test_a_host_that_dies_in_the_middle_of_a_stream_ends_it(estate: Estate, hosts: SshHosts) -> None:
    class Nothing:
        def data(self, host: str, stream: object, chunk: bytes) -> None: ...

    server = estate.sshd("db1")
    await hello(hosts)
    streaming = asyncio.create_task(hosts.reader("db1").stream(Probe("tail -f /dev/null"), Nothing()))
    reader = hosts.reader("db1")

    async def runs() -> bool:
        return (await reader.read(Probe("pgrep -fx 'tail -f /dev/null'", accepts=(0, 1)))).status == 0

    await until(runs)
    server.cut()
    with pytest.raises(LinkLost, match="db1: the connection was lost in the middle of a command"):
        await streaming


async def test_a_host_that_went_away_and_came_back_is_reached_again(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1")
    await hello(hosts)
    server.stop()
    with pytest.raises(Unreachable, match="connection refused"):
        await hello(hosts)
    server.start()

    async def is_back() -> bool:
        try:
            await hello(hosts)
        except Unreachable:
            return False
        return True

    await until(is_back)


async def test_a_host_that_falls_silent_is_noticed(
    estate: Estate, hosts: SshHosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("systems.ssh.options.KEEPALIVE_INTERVAL_S", 0.3)
    server = estate.sshd("db1")
    await hello(hosts)
    frozen = server.freeze()
    try:
        lost = asyncio.Event()
        hosts._session.link(hosts.reader("db1").link.target).on_lost(lost.set)
        async with asyncio.timeout(5):
            await lost.wait()
    finally:
        server.thaw(frozen)


async def test_logins_that_sshd_drops_are_tried_again(estate: Estate) -> None:
    server = estate.sshd("db1", "MaxStartups 2:60:4", "LoginGraceTime 20")
    many = [SshHosts(config_file=str(estate.config), system_config_file=None) for _ in range(12)]
    try:
        await asyncio.gather(*(hello(hosts, timeout_s=30.0) for hosts in many))
    finally:
        await asyncio.gather(*(hosts.close() for hosts in many))
    assert "drop connection" in server.log.read_text() or "MaxStartups" in server.log.read_text()


async def test_a_door_that_always_shuts_names_the_likely_reasons(estate: Estate, hosts: SshHosts) -> None:
    async def shut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    door = await asyncio.start_server(shut, "127.0.0.1", 0)
    async with door:
        estate.name("db1", "127.0.0.1", door.sockets[0].getsockname()[1], "ConnectTimeout 30")
        with pytest.raises(Unreachable, match="9 times before it said anything: too many logins at once"):
            await hello(hosts, timeout_s=30)


async def test_what_is_no_ssh_server_is_said(estate: Estate, hosts: SshHosts) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad \x1b[31mRequest\r\n\r\n" * 200)
        await writer.drain()
        writer.close()

    door = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with door:
        estate.name("db1", "127.0.0.1", door.sockets[0].getsockname()[1])
        with pytest.raises(Unreachable, match=r"is no SSH server: it says 'HTTP/1.1 400 Bad") as caught:
            await hello(hosts)
    assert "\x1b" not in str(caught.value)


async def test_closing_ends_every_connection(estate: Estate) -> None:
    server = estate.sshd("db1")
    hosts = SshHosts(config_file=str(estate.config), system_config_file=None)
    await hello(hosts)
    await hosts.close()
    assert server.process is not None
    await until(lambda: server.connections() == [])


async def test_a_cancelled_question_leaves_the_login_to_the_others(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1")
    assert server.process is not None
    os.kill(server.process.pid, signal.SIGSTOP)
    first = asyncio.create_task(hello(hosts))
    second = asyncio.create_task(hello(hosts))
    await asyncio.sleep(0)
    first.cancel()
    os.kill(server.process.pid, signal.SIGCONT)
    await second
    assert server.log.read_text().count("Accepted publickey") == 1
