"""What is wrong on the way in, on real servers: a clear sentence, an exit status that tells, and a way on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.scenarios.consoles import QUARTERDECK, headless, terminal
from tests.tui.cli.calls import Called, call, surroundings

pytestmark = pytest.mark.lab


class Desk:
    """An operator's home at the lab's desk, with an estate file and an ssh_config that can be spoilt."""

    def __init__(self, lab: Lab, home: Path) -> None:
        self.lab, self.home = lab, home
        self.config, self.path = home / "ssh_config", home / "estate.toml"
        self.config.write_text(lab.ssh_config.read_text())
        self.estate("db[1-3]")

    def estate(self, nodes: str, sql: str = '{ via = "ssh" }') -> None:
        self.path.write_text(
            f'[estate]\nname = "lab"\nssh_config = "{self.config}"\n'
            f'[[galera]]\nname = "orders"\nnodes = "{nodes}"\nsql = {sql}\n'
        )

    def ssh(self, option: str, value: str) -> None:
        """Another value for an option of ssh_config."""
        lines = [
            f"  {option} {value}" if line.split()[:1] == [option] else line
            for line in self.config.read_text().splitlines()
        ]
        self.config.write_text("\n".join(lines) + "\n")

    def call(self, *arguments: str) -> Called:
        called = call("--estate", str(self.path), *arguments, home=self.home)
        assert "Traceback" not in called.err
        return called


@pytest.fixture
def desk(shared_lab: Lab, tmp_path: Path) -> Desk:
    return Desk(shared_lab, tmp_path)


def test_an_unknown_host_key_is_shown_with_how_to_compare_it(desk: Desk) -> None:
    desk.ssh("UserKnownHostsFile", "/dev/null")
    called = desk.call("exec", "db1", "uptime")
    assert called.status == 3
    assert "host key of 10.77.0.11 is not known: SHA256:" in called.err
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" in called.err


def test_a_changed_host_key_is_never_accepted(desk: Desk) -> None:
    lines = [line.split() for line in desk.lab.known_hosts.read_text().splitlines()]
    keys = [line[1:] for line in lines]
    swapped = desk.home / "known_hosts"
    swapped.write_text(
        "".join(f"{line[0]} {' '.join(key)}\n" for line, key in zip(lines, keys[1:] + keys[:1], strict=True))
    )
    desk.ssh("UserKnownHostsFile", str(swapped))
    called = desk.call("exec", "db1", "uptime")
    assert called.status == 3
    assert "db1: its host key has changed" in called.err
    assert f"{swapped}, line 1" in called.err


def test_a_refused_sudo_is_not_taken_for_the_command_s_own_end(desk: Desk) -> None:
    desk.ssh("User", "nosudo")
    called = desk.call("exec", "--root", "db1", "id")
    assert called.status == 3
    assert "'id' was not run" in called.err
    examined = desk.call("doctor")
    assert examined.status == 1
    assert "mend  echo 'nosudo ALL=(root) NOPASSWD: ALL' > /etc/sudoers.d/quarterdeck" in examined.out


def test_a_sudo_password_without_a_terminal_is_a_sentence_and_not_a_hang(desk: Desk) -> None:
    desk.ssh("User", "opspw")
    called = desk.call("exec", "--root", "--arm", "a test", "db1", "--", "touch", "/nowhere/x")
    assert called.status == 3
    assert "sudo password of opspw on db1 must be asked for, and there is no terminal" in called.err


def test_a_wrong_password_of_the_database_is_named(desk: Desk) -> None:
    password = desk.home / "password"
    password.write_text("wrong")
    password.chmod(0o600)
    desk.estate("db[1-3]", f'{{ user = "monitor", password = "file:{password}", via = "ssh" }}')
    called = desk.call("triage", "--once")
    assert called.status == 2  # nobody can say that there is a Primary
    assert "SQL as monitor was not let in: the account or its password is wrong" in called.out
    assert "wrong\n" not in called.out.replace("is wrong", "")


def test_a_node_that_the_estate_does_not_name_is_told_by_its_address(desk: Desk) -> None:
    desk.estate("db[1-2]")
    called = desk.call("triage", "--once")
    assert called.status == 1
    assert "10.77.0.13 is a member that nobody watches" in called.out


def test_a_node_that_does_not_exist_stops_a_restart_by_its_name(desk: Desk) -> None:
    desk.estate("db[1-3],db9")
    called = desk.call("runbook", "plan", "galera-rolling-restart", "--target", "orders")
    assert called.status == 4
    assert "the name 'db9' cannot be looked up" in called.out


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A disk of the bastion's without room."""
    place = tmp_path / "full"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=True)
    try:
        (place / "fill").write_bytes(bytes(60_000))
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_on_a_full_disk_of_the_bastion_nothing_is_changed(desk: Desk, full: Path) -> None:
    armed = ("--arm", "a test", "--journal", str(full / "journal.sqlite"))
    for order in (
        ("runbook", "run", "galera-rolling-restart", "--target", "orders", *armed),
        ("exec", *armed, "db1", "--", "touch", "/root/touched"),
    ):
        called = desk.call(*order)
        assert called.status == 3
        assert "the disk is full: free some space there. Nothing was changed." in called.err
    assert desk.call("exec", "db1", "--", "ls", "/root/touched").status == 1


def test_a_folder_that_cannot_be_written_is_named_with_another_way(desk: Desk) -> None:
    place = "/proc/nothing/journal.sqlite"
    called = desk.call(
        "runbook", "run", "galera-rolling-restart", "--target", "orders", "--arm", "x", "--journal", place
    )
    assert called.status == 3
    assert "name another place by --journal or QUARTERDECK_JOURNAL. Nothing was changed." in called.err


def test_whoever_stops_reading_the_output_ends_no_more_than_that(desk: Desk) -> None:
    command = [*QUARTERDECK, "--estate", str(desk.path), "exec", "db1", "cat /usr/sbin/mariadbd"]
    begun = subprocess.Popen(
        command, env=surroundings(desk.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert begun.stdout is not None
    assert begun.stdout.readline().startswith("db1: ")
    begun.stdout.close()
    _, err = begun.communicate(timeout=60)
    assert begun.returncode == 141
    assert err == ""


@pytest.mark.parametrize(
    "order",
    [
        ("exec", "db[1-3]", "journalctl -n 1 -f"),
        ("exec", "--arm", "a test", "db[1-3]", "--", "echo begun; sleep 300"),
    ],
    ids=["reads", "changes"],
)
def test_ctrl_c_ends_a_call_with_a_sentence(desk: Desk, order: tuple[str, ...]) -> None:
    with headless(desk.home, "--estate", str(desk.path), *order) as console:
        console.wait_said("db1: ")
        assert console.interrupt() == 130
    assert "interrupted; nothing more was sent" in console.said
    assert "Traceback" not in console.said


def test_the_console_lives_at_40x10_and_through_every_resize(desk: Desk) -> None:
    with terminal(desk.home, "--estate", str(desk.path), columns=40, rows=10) as console:
        console.see("READ-ONLY", "orders")
        for columns, rows in ((160, 50), (20, 5), (80, 24)):
            console.resize(columns, rows)
            console.see("orders" if rows > 5 else "terminal")
        console.press("\x11")  # ctrl+q
        assert console.ended() == 0


def test_a_console_without_a_journal_reads_and_says_why_it_cannot_change(desk: Desk) -> None:
    (desk.home / "journal.sqlite").mkdir()
    with terminal(desk.home, "--estate", str(desk.path), columns=120, rows=30) as console:
        console.see("cannot be opened", "Nothing was changed")
        console.see("orders", "3 of 3 Synced")
