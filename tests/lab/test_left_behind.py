"""Faults that clients, backups and operators leave behind: each shows what its line says, and heals."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from tests.lab.lab import Lab, wait_for

pytestmark = [pytest.mark.lab, pytest.mark.whole]

UNSAFE = "uuid:    00000000-0000-0000-0000-000000000000"


def statements(lab: Lab, host: str) -> str:
    return lab.sql(host, "SELECT GROUP_CONCAT(INFO SEPARATOR ';') FROM information_schema.PROCESSLIST")


def changing_a_schema(lab: Lab) -> None:
    wait_for("db1 to apply it", lambda: "ALTER TABLE app.orders" in statements(lab, "db1"), 30)
    assert UNSAFE in lab.sh("db1", "cat /var/lib/mysql/grastate.dat")


def reporting(lab: Lab) -> None:
    assert "SLEEP(3600)" in statements(lab, "db3")


def backed_up(lab: Lab) -> None:
    assert lab.sh("db3", "pgrep -x mariabackup")
    assert lab.is_synced("db3", 3)


def purged(lab: Lab) -> None:
    for host in lab.hosts:
        status = lab.status(host)
        assert int(status["last_committed"]) - int(status["local_cached_downto"]) < 10


def masked(lab: Lab) -> None:
    assert lab.unit("db3") == "active/running"
    assert lab.sh("db3", "systemctl is-enabled mariadb", check=False) == "masked"


def rejecting(lab: Lab) -> None:
    assert lab.sql("db3", "SELECT 1 FROM app.t LIMIT 1", check=False) == ""
    assert lab.is_synced("db1", 3)


def torn_off(lab: Lab) -> None:
    assert lab.unit("db3") == "failed/failed"
    assert lab.sh("db3", "cat /var/lib/mysql/grastate.dat", check=False) == ""
    lab.wait_synced(2)


def _as(lab: Lab, user: str, line: str) -> subprocess.CompletedProcess[str]:
    command = ["ssh", "-F", str(lab.ssh_config), "-l", user, "db3", line]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
    )


def without_sudo(lab: Lab) -> None:
    assert _as(lab, "ops", "true").returncode == 0
    assert _as(lab, "ops", "sudo -n true").returncode != 0


def a_stranger(lab: Lab) -> None:
    assert "Host key verification failed" in _as(lab, "root", "true").stderr


FACTS: dict[str, Callable[[Lab], None]] = {
    "schema-change": changing_a_schema,
    "long-statement": reporting,
    "backup": backed_up,
    "cache-purged": purged,
    "unit-masked": masked,
    "reject-queries": rejecting,
    "sst-aborted": torn_off,
    "wrong-sudo": without_sudo,
    "host-key-changed": a_stranger,
}


@pytest.mark.parametrize("fault", FACTS)
def test_a_fault_shows_what_its_line_says_and_heals(lab: Lab, fault: str) -> None:
    lab.breaks(fault)
    lab.breaks(fault)
    FACTS[fault](lab)
    lab.heal(fault)
    lab.wait_synced()
    assert _as(lab, "ops", "sudo -n true").returncode == 0
