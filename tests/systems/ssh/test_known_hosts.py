"""known_hosts: every form of a name, markers, and an index that is read once."""

from __future__ import annotations

import base64
import hmac
import os
import time
from pathlib import Path

import asyncssh
import pytest

from systems.errors import Unreachable
from systems.ssh.known_hosts import KnownHosts, name_in_file


def key() -> str:
    return asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()


def hashed(name: str) -> str:
    salt = os.urandom(20)
    digest = hmac.digest(salt, name.encode(), "sha1")
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    ("names", "asked", "is_found"),
    [
        ("db1", "db1", True),
        ("DB1", "db1", True),
        ("db1,10.0.0.1", "10.0.0.1", True),
        ("db2", "db1", False),
        ("[db1]:2222", "[db1]:2222", True),
        ("db1", "[db1]:2222", False),
        ("*.example.test", "db1.example.test", True),
        ("*.example.test,!db1.example.test", "db1.example.test", False),
        ("db?", "db1", True),
        ("[*.example.test]:2222", "[db1.example.test]:2222", True),
        pytest.param(hashed("db1"), "db1", True, id="hashed"),  # named: the salt differs in every process
        pytest.param(hashed("[db1]:2222"), "[db1]:2222", True, id="hashed-with-port"),
        pytest.param(hashed("db2"), "db1", False, id="hashed-other"),
    ],
)
def test_a_name_is_found_in_every_form(tmp_path: Path, names: str, asked: str, is_found: bool) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"{names} {key()} a comment\n")
    assert bool(KnownHosts().lookup((str(file),), asked).hosts) is is_found


def test_markers_are_told_apart_and_the_lines_are_named(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(
        f"# comment\n\ndb1 {key()}\n@cert-authority db* {key()}\n@revoked db1 {key()}\n@unknown db1 {key()}\n"
        f"broken\ndb1 ssh-new-kind AAAA\n|1|bad {key()}\n"
    )
    known = KnownHosts().lookup((str(file),), "db1")
    found = [
        [entry.where for entry, _ in entries] for entries in (known.hosts, known.authorities, known.revoked)
    ]
    assert found == [[f"{file}, line 3"], [f"{file}, line 4"], [f"{file}, line 5"]]


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"db1 {key()}\n")
    known_hosts = KnownHosts()
    first = known_hosts.lookup((str(file),), "db1")
    assert known_hosts.lookup((str(file),), "db1").hosts[0][1] is first.hosts[0][1]
    with file.open("a") as more:
        more.write(f"db1 {key()}\n")
    assert len(known_hosts.lookup((str(file),), "db1").hosts) == 2
    file.unlink()
    assert known_hosts.lookup((str(file),), "db1").hosts == ()


def test_five_thousand_hashed_lines_cost_nothing_the_second_time(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    one = key()
    file.write_text("".join(f"{hashed(f'host{number}')} {one}\n" for number in range(5000)))
    known_hosts = KnownHosts()
    assert known_hosts.lookup((str(file),), "host4999").hosts
    began = time.process_time()
    for _ in range(100):
        known_hosts.lookup((str(file),), "host4999")
    assert time.process_time() - began < 0.05


def test_a_file_that_cannot_be_read_makes_no_host_known(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be read"):
        KnownHosts().lookup((str(tmp_path),), "db1")


def test_the_port_stands_in_the_name_unless_it_is_the_usual_one() -> None:
    assert (name_in_file("db1", 22), name_in_file("db1", 2222)) == ("db1", "[db1]:2222")
