"""ssh_config as OpenSSH reads it: `ssh -G` is the judge wherever it can be asked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from systems.errors import Unreachable
from systems.ssh.config import HostConfig, SshConfig
from tests.examples import examples

Resolve = Callable[..., HostConfig]


@pytest.fixture
def resolve(tmp_path: Path) -> Resolve:
    def do(text: str, host: str = "db1", **overrides: str | int) -> HostConfig:
        (tmp_path / "config").write_text(text)
        return SshConfig(str(tmp_path / "config"), None).resolve(host, **overrides)  # type: ignore[arg-type]

    return do


def openssh(file: Path, host: str) -> dict[str, str]:
    done = subprocess.run(["ssh", "-G", "-F", str(file), host], capture_output=True, text=True, check=True)
    told: dict[str, str] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition(" ")
        told[name] = f"{told[name]} {value}" if name in told else value
    return told


needs_ssh = pytest.mark.skipif(
    shutil.which("ssh") is None, reason="ssh is not installed (Debian: openssh-client)"
)

LINES = st.sampled_from(
    [
        "Host db1",
        "Host db* !db1",
        "Host *.x db?",
        "Host *",
        "Match host db1",
        "Match originalhost db1 host *.example",
        "Match user late",
        "Match !user late",
        "Match final all",
        "Match all",
        "Match exec true",
        'Match exec "test %n = db2"',
        "HostName %h.example",
        "HostName=other.example",
        "User early",
        "User = late",
        "Port 2222",
        "port 22",
        "IdentityFile ~/a_%h",
        "IdentityFile /b/%r",
        "ProxyJump edge",
        "ProxyJump none",
        "ProxyJump me@a:3,b",
        "ProxyCommand nc %h %p",
        "HostKeyAlias alias",
        "IdentitiesOnly yes",
        "ConnectTimeout 7",
        'UserKnownHostsFile /k "/with space/k"',
        "ServerAliveInterval 1m",
        "Compression yes",
        "# a comment",
        "",
    ]
)


@needs_ssh
@pytest.mark.servers
@examples(150, suppress=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, max_size=12), host=st.sampled_from(["db1", "db2", "a.x", "other"]))
def test_every_value_is_the_one_that_openssh_takes(tmp_path: Path, lines: list[str], host: str) -> None:
    file = tmp_path / "config"
    file.write_text("\n".join(lines) + "\n")
    told = openssh(file, host)
    ours = SshConfig(str(file), None).resolve(host)
    assert ours.host_name == told["hostname"]
    assert ours.user == told["user"]
    assert str(ours.port) == told["port"]
    assert ",".join(ours.jumps) == told.get("proxyjump", "").replace("none", "")
    if "proxycommand" in told:
        assert ours.proxy_command == told["proxycommand"].replace("%h", ours.host_name).replace(
            "%p", str(ours.port)
        )
    assert ours.host_key_alias == told.get("hostkeyalias")
    assert ours.identities_only == (told["identitiesonly"] == "yes")
    assert ours.is_compressed == (told["compression"] == "yes")
    assert (ours.connect_timeout_s or "none") == (
        float(told["connecttimeout"]) if told["connecttimeout"] != "none" else "none"
    )
    assert (ours.keepalive_interval_s or 0) == float(told["serveraliveinterval"])
    home = str(Path("~").expanduser())
    if ours.has_own_identities:
        expanded = (
            told["identityfile"].replace("~", home).replace("%h", ours.host_name).replace("%r", ours.user)
        )
        assert " ".join(ours.identity_files) == expanded


def test_included_files_are_read_where_they_stand(tmp_path: Path, resolve: Resolve) -> None:
    (tmp_path / "a.conf").write_text("User included\nHost other\n  Port 1\n")
    (tmp_path / "b.conf").write_text("Port 99\n")
    config = resolve(
        f"Host db*\n  Include {tmp_path}/*.conf\n  User after\nHost other\n  Include {tmp_path}/nothing\n"
    )
    assert (config.user, config.port) == ("included", 99)
    assert resolve(f"Host x\n  Include {tmp_path}/*.conf\n").port == 22


def test_what_comes_first_wins_and_the_caller_before_all(resolve: Resolve) -> None:
    config = resolve("Host *\n User a\n User b\n", user="me", port=7)
    assert (config.user, config.port) == ("me", 7)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "CanonicalizeHostname yes",
            "line 1: names are not made canonical here; write the full name as HostName",
        ),
        ("\nKnownHostsCommand /bin/x", "line 2: host keys from a command are not read here"),
        ("ProxyUseFdpass yes", "ProxyJump or a plain ProxyCommand"),
        ("PKCS11Provider /lib/x.so", "ssh-add -s PROVIDER"),
        ("Hots db1", "'hots' is not known here.*IgnoreUnknown"),
        ("Match localnetwork 10.0.0.0/8", "'Match localnetwork' is not known here"),
        ("RefuseConnection go away", "refused by ssh_config: go"),
        ('User "open', "a quote is not closed"),
        ("User", "line 1: User has no value"),
        ("Port many", "ssh_config is not understood"),
        ("ConnectTimeout soon", "not a time"),
        ("Compression maybe", "neither yes nor no"),
        ("ProxyJump %q", "the token %q is not known"),
        ("= x", "is not a line of ssh_config"),
    ],
)
def test_what_cannot_be_honoured_is_refused_in_a_sentence(resolve: Resolve, text: str, sentence: str) -> None:
    with pytest.raises(Unreachable, match=sentence):
        resolve(text)


def test_what_does_not_apply_to_a_host_refuses_nothing(resolve: Resolve) -> None:
    assert resolve("Host other\n KnownHostsCommand /bin/x\n").host_name == "db1"
    assert resolve("IgnoreUnknown Use*\nUseKeychain yes\n").host_name == "db1"
    assert resolve("CanonicalizeHostname no\nPKCS11Provider none\n").notes == ()


@pytest.mark.parametrize("value", ["no", "off", "accept-new"])
def test_a_config_that_would_take_any_key_is_told_so(resolve: Resolve, value: str) -> None:
    (note,) = resolve(f"StrictHostKeyChecking {value}").notes
    assert "host keys are checked all the same" in note
    assert resolve("StrictHostKeyChecking ask").notes == ()


def test_a_file_that_cannot_be_read_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    with pytest.raises(Unreachable, match="cannot be read"):
        SshConfig(str(tmp_path / "config"), None).resolve("db1")


def test_no_file_at_all_is_fine(tmp_path: Path) -> None:
    assert SshConfig(str(tmp_path / "none"), None).resolve("db1").port == 22


def test_redhat_s_own_configuration_is_understood(resolve: Resolve) -> None:
    config = resolve(
        "Match final all\n"
        "  Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr\n"
        "  MACs hmac-sha2-256-etm@openssh.com\n  GSSAPIKeyExchange no\n"
        "  KexAlgorithms curve25519-sha256,ecdh-sha2-nistp256\n"
        "  PubkeyAcceptedAlgorithms ecdsa-sha2-nistp256,ssh-ed25519,rsa-sha2-256\n"
        "  CASignatureAlgorithms ssh-ed25519\n  RequiredRSASize 2048\n"
        "  GSSAPIAuthentication yes\n  ForwardX11Trusted yes\n  SendEnv LANG LC_*\n"
    )
    assert config.algorithms["kexalgorithms"] == "curve25519-sha256,ecdh-sha2-nistp256"
    assert config.required_rsa_bits == 2048
    assert config.notes == ()


def test_once_read_the_files_are_not_asked_again_for_another_host(tmp_path: Path) -> None:
    (tmp_path / "more").write_text("Host db2\n  User carla\n")
    (tmp_path / "config").write_text(f"Include {tmp_path}/mor*\nHost DB1\n  User ana\n")
    config = SshConfig(str(tmp_path / "config"), None)
    assert not config.may_block
    for name in ("more", "config"):
        (tmp_path / name).unlink()
    assert [config.resolve(host).user for host in ("db1", "db2")] == ["ana", "carla"]


@pytest.mark.parametrize("line", ["Match exec true", "Match host db1 exec=true", "Match EXEC true"])
def test_a_config_that_starts_programs_may_block(tmp_path: Path, line: str) -> None:
    (tmp_path / "more").write_text(f"{line}\n  User ana\n")
    (tmp_path / "config").write_text(f"Host other\n  Include {tmp_path}/more\n")
    assert SshConfig(str(tmp_path / "config"), None).may_block


def test_a_file_that_cannot_be_read_is_an_error_for_the_hosts_that_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "config").write_text(f"Host db1\n  User ana\nHost db2\n  Include {tmp_path}/more\n")
    config = SshConfig(str(tmp_path / "config"), None)
    assert config.may_block
    assert config.mentions("umac")
    assert config.resolve("db1").user == "ana"
    with pytest.raises(Unreachable, match="cannot be read"):
        config.resolve("db2")
