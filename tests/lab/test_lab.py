"""The lab keeps what its README promises: idempotent, resettable, several at once, nothing left behind."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.fixtures import why_no_lab
from tests.lab.lab import Lab, wait_for
from tests.lab.scripts import SCRIPTS, LabError
from tests.lab.slots import cache_folder, slot

pytestmark = pytest.mark.lab

BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
MACHINE_ID = "cat /etc/machine-id"


@pytest.fixture
def lone_host() -> Iterator[Lab]:
    """A second instance beside the session's one: a single host with nothing configured."""
    if why := why_no_lab():
        pytest.skip(f"this machine cannot host the lab: {why}")
    with slot("qdlone") as number:
        made = Lab(f"qdlone{number}", cache_folder(), LAB_DBS="db1", LAB_BLANK="1")
        yield made
        made.down()


def traces(name: str) -> list[str]:
    """What an instance has left on this machine: processes, mounts, namespaces, cgroups, folders."""
    left = [str(path) for path in Path("/run/netns").glob(f"{name}*")]
    left += [
        line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if f"/run/{name}/" in line
    ]
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"--machine={name}-" in command.read_text(errors="replace"):
                left.append(str(command))
        except OSError:
            continue
    left += [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/quarterdeck-lab/{name}")]
    folder = cache_folder() / "run" / name
    return left + ([str(folder)] if folder.exists() else [])


def test_up_for_the_second_time_leaves_running_hosts_alone(shared_lab: Lab) -> None:
    before = [shared_lab.sh(host, BOOT_ID) for host in shared_lab.hosts]
    shared_lab.up()
    assert [shared_lab.sh(host, BOOT_ID) for host in shared_lab.hosts] == before


@pytest.mark.whole
def test_up_repairs_a_lab_that_is_not_whole(lab: Lab) -> None:
    lab.breaks("stop-all")
    lab.up()
    assert all(lab.is_synced(host, 3) for host in lab.hosts)


def test_a_reset_forgets_what_a_test_did(lab: Lab) -> None:
    machine = lab.sh("db1", MACHINE_ID)
    lab.sql("db1", "CREATE DATABASE left_behind")
    lab.sh("db2", "echo x > /etc/left-behind; systemctl disable -q mariadb")
    lab.reset()
    lab.wait_synced()
    assert "left_behind" not in lab.sql("db1", "SHOW DATABASES")
    assert lab.sh("db2", "ls /etc/left-behind; systemctl is-enabled mariadb", check=False) == "enabled"
    assert lab.sh("db1", MACHINE_ID) == machine


def test_hosts_are_reached_only_from_the_desk(shared_lab: Lab) -> None:
    with socket.create_connection((shared_lab.address("db1"), 22), timeout=5) as link:
        assert link.recv(4) == b"SSH-"
    with pytest.raises(OSError, match="unreachable"):  # there is no way out of the lab
        socket.create_connection(("198.51.100.1", 22), timeout=5)


def test_ssh_knows_the_hosts_and_their_accounts(shared_lab: Lab) -> None:
    def ssh(account: str, line: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = ["ssh", "-F", str(shared_lab.ssh_config), f"{account}@db1", line]
        return subprocess.run(command, input=given, capture_output=True, text=True, timeout=30, check=False)

    assert ssh("root", "hostname").stdout == "db1\n"
    assert ssh("ops", "sudo -n id -un").stdout == "root\n"
    assert ssh("opspw", "sudo -n true").returncode != 0
    assert ssh("opspw", "sudo -S id -un", given="lab\n").stdout == "root\n"
    assert ssh("nosudo", "sudo -S id -un", given="lab\n").returncode != 0


def test_the_estate_file_names_the_cluster(shared_lab: Lab) -> None:
    text = shared_lab.estate_path.read_text()
    assert 'name = "orders"' in text
    assert 'nodes = "db[1-3]"' in text
    assert f'ssh_config = "{shared_lab.ssh_config}"' in text


def test_a_blank_host_has_packages_and_an_initialised_data_directory_only(blank_lab: Lab) -> None:
    assert blank_lab.unit("db1") == "inactive/dead"
    assert blank_lab.sh("db1", "systemctl is-enabled mariadb", check=False) == "disabled"
    assert blank_lab.sh("db1", "grep -h '^wsrep' /etc/mysql/mariadb.conf.d/*", check=False) == ""
    assert blank_lab.sh("db1", "ls /var/lib/mysql/ibdata1") == "/var/lib/mysql/ibdata1"
    assert blank_lab.sh("db1", "systemctl start mariadb && mariadb -NBe 'SELECT 1'") == "1"


def test_a_second_instance_neither_sees_nor_harms_the_first(lab: Lab, lone_host: Lab) -> None:
    lone_host.up()
    assert lone_host.address("db1") == lab.address("db1")
    assert lone_host.sh("db1", MACHINE_ID) != lab.sh("db1", MACHINE_ID)
    lone_host.down()
    lab.wait_synced()


def test_down_leaves_nothing_behind(lone_host: Lab) -> None:
    lone_host.up()
    assert traces(lone_host.name)
    lone_host.down()
    assert traces(lone_host.name) == []
    lone_host.down()


def test_down_cleans_up_after_an_up_that_was_killed(lone_host: Lab) -> None:
    up = subprocess.Popen(
        [str(SCRIPTS / "up.sh")],
        env=lone_host.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    console = lone_host.run_folder / "db1" / "console.log"
    wait_for("the host to get power", console.exists, 30)
    up.kill()
    up.wait()
    lone_host.down()
    assert traces(lone_host.name) == []


def test_up_after_an_up_that_was_killed_starts_afresh(lone_host: Lab) -> None:
    up = subprocess.Popen(
        [str(SCRIPTS / "up.sh")],
        env=lone_host.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for("the disk to be made", (lone_host.run_folder / "db1").exists, 30)
    up.kill()
    up.wait()
    lone_host.up()
    assert lone_host.sh("db1", "hostname") == "db1"


def test_up_in_another_form_is_refused_while_hosts_run(shared_lab: Lab) -> None:
    other = Lab(shared_lab.name, cache_folder(), LAB_BLANK="1")
    with pytest.raises(LabError, match="up in another form"):
        other.up()


def test_a_pid_that_now_belongs_to_somebody_else_is_not_killed(lone_host: Lab) -> None:
    lone_host.up()
    bystander = subprocess.Popen(["sleep", "600"])
    try:
        pid_file = lone_host.run_folder / "db1" / "pid"
        lone_host.script("host", "cut", "db1")
        pid_file.write_text(f"{bystander.pid} 1\n")
        lone_host.down()
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_orphans_are_taken_down_and_labs_in_use_are_not(lone_host: Lab) -> None:
    lone_host.up()
    orphan = Lab("qdlone9", cache_folder(), LAB_DBS="db1", LAB_BLANK="1")
    orphan.up()
    orphan.script("orphans")
    assert traces(orphan.name) == []
    assert lone_host.sh("db1", "hostname") == "db1"
