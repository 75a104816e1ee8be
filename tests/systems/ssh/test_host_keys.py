"""Host keys are checked, always: unknown, changed, revoked, hashed, certified, too short."""

from __future__ import annotations

import pytest

from systems.errors import HostKeyChanged, HostKeyUnknown, Unreachable
from systems.ssh.hosts import SshHosts
from tests.systems.ssh.servers import Estate, hello, make_key, sh

pytestmark = pytest.mark.servers


async def test_an_unknown_key_is_refused_with_its_fingerprint_and_the_way_to_add_it(
    estate: Estate, hosts: SshHosts
) -> None:
    server = estate.sshd("db1", is_known=False)
    fingerprint = sh(f"ssh-keygen -lf {server.host_key}").split()[1]
    with pytest.raises(HostKeyUnknown) as caught:
        await hello(hosts)
    assert fingerprint in str(caught.value)
    scan = f"ssh-keyscan -p {server.port} -t ed25519 127.0.0.1 >> {estate.known_hosts}"
    assert scan in str(caught.value)
    assert "Accepted" not in server.log.read_text()
    sh(f"{scan} 2>/dev/null")
    hosts.retry("db1")
    await hello(hosts)


async def test_strictness_is_not_for_ssh_config_to_give_up(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1", lines="StrictHostKeyChecking no", is_known=False)
    with pytest.raises(HostKeyUnknown):
        await hello(hosts)
    assert ["stricthostkeychecking no" in note for note in hosts.notes()] == [True]


async def test_a_changed_key_names_the_line_that_differs(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1", is_known=False)
    other = make_key(estate.folder / "other").with_suffix(".pub").read_text().split()
    estate.known_hosts.write_text(f"# comment\n[127.0.0.1]:{server.port} {other[0]} {other[1]}\n")
    with pytest.raises(HostKeyChanged, match=f"{estate.known_hosts}, line 2 has ed25519 SHA256:"):
        await hello(hosts)
    assert "Accepted" not in server.log.read_text()


async def test_a_key_of_another_kind_than_the_known_one_is_a_changed_key(
    estate: Estate, hosts: SshHosts
) -> None:
    server = estate.sshd("db1", is_known=False)
    other = make_key(estate.folder / "other", "rsa").with_suffix(".pub").read_text().split()
    estate.known_hosts.write_text(f"[127.0.0.1]:{server.port} {other[0]} {other[1]}\n")
    with pytest.raises(HostKeyChanged, match="it shows ed25519"):
        await hello(hosts)


async def test_a_revoked_key_is_refused(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1")
    estate.known_hosts.write_text(server.known_hosts_line + "@revoked " + server.known_hosts_line)
    with pytest.raises(HostKeyChanged, match="revoked"):
        await hello(hosts)


async def test_keys_that_ssh_config_revokes_are_refused(estate: Estate, hosts: SshHosts) -> None:
    revoked = estate.folder / "revoked"
    server = estate.sshd("db1", lines=f"RevokedHostKeys {revoked}")
    with pytest.raises(Unreachable, match=r"cannot be read .*no host key is trusted"):
        await hello(hosts)
    revoked.write_text(f"# gone\n{server.host_key.with_suffix('.pub').read_text()}")
    hosts.retry("db1")
    with pytest.raises(HostKeyChanged, match="revoked"):
        await hello(hosts)


async def test_a_key_that_is_too_short_is_refused(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1", is_known=False, lines="RequiredRSASize 8192")
    short = make_key(estate.folder / "short", "rsa").with_suffix(".pub").read_text().split()
    estate.known_hosts.write_text(f"[127.0.0.1]:{server.port} {short[0]} {short[1]}\n")
    with pytest.raises(HostKeyChanged, match="an RSA key of 3072 bits, fewer than the 8192"):
        await hello(hosts)


async def test_an_address_known_by_another_key_is_refused_when_asked(estate: Estate, hosts: SshHosts) -> None:
    server = estate.sshd("db1", lines="CheckHostIP yes")
    other = make_key(estate.folder / "other").with_suffix(".pub").read_text().split()
    key = server.known_hosts_line.split(" ", 1)[1]
    estate.config.write_text(estate.config.read_text().replace("HostName 127.0.0.1", "HostName localhost"))
    estate.known_hosts.write_text(
        f"[localhost]:{server.port} {key}[127.0.0.1]:{server.port} {other[0]} {other[1]}\n"
    )
    with pytest.raises(HostKeyChanged, match="line 2"):
        await hello(hosts)
    estate.known_hosts.write_text(f"[localhost]:{server.port} {key}[127.0.0.1]:{server.port} {key}")
    hosts.retry("db1")
    await hello(hosts)


async def test_hashed_names_are_found(estate: Estate, hosts: SshHosts) -> None:
    estate.sshd("db1")
    sh(f"ssh-keygen -q -H -f {estate.known_hosts} 2>/dev/null")
    assert estate.known_hosts.read_text().startswith("|1|")
    await hello(hosts)


async def test_a_host_certificate_of_a_known_authority_is_let_through(
    estate: Estate, hosts: SshHosts
) -> None:
    server = estate.sshd("db1", is_known=False)
    authority = make_key(estate.folder / "ca")
    sh(f"ssh-keygen -q -s {authority} -I db1 -h -n db1.example.test {server.host_key}.pub")
    server.stop()
    config = server.folder / "config"
    config.write_text(config.read_text() + f"HostCertificate {server.host_key}-cert.pub\n")
    server.start()
    estate.known_hosts.write_text(
        f"@cert-authority *.example.test {authority.with_suffix('.pub').read_text()}"
    )
    estate.config.write_text("Host db1\n HostKeyAlias db1.example.test\n" + estate.config.read_text())
    await hello(hosts)


async def test_a_login_by_certificate(estate: Estate, hosts: SshHosts) -> None:
    authority = make_key(estate.folder / "ca")
    key = make_key(estate.folder / "mine")
    server = estate.sshd("db1", f"TrustedUserCAKeys {authority}.pub", lines=f"IdentityFile {key}")
    (server.folder / "authorized").write_text("")
    sh(f"ssh-keygen -q -s {authority} -I me -n {server.user} {key}.pub")
    await hello(hosts)
