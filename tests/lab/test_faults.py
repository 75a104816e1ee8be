"""Each fault of lab/break.sh shows what its line says, and a second time changes nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.lab import Lab, wait_for
from tests.lab.scripts import SCRIPTS, LabError
from tests.lab.test_left_behind import FACTS as LEFT_BEHIND
from tests.practice.test_blank_contract import ALONE as FRESH

pytestmark = pytest.mark.lab

GRASTATE = "cat /var/lib/mysql/grastate.dat"
VIEW = "ls /var/lib/mysql/gvwstate.dat 2>/dev/null"
ZERO = "00000000-0000-0000-0000-000000000000"


def grastate(lab: Lab, host: str) -> dict[str, str]:
    """The fields of a node's grastate.dat."""
    rows = (line.split(":", 1) for line in lab.sh(host, GRASTATE).splitlines() if ":" in line)
    return {name: value.strip() for name, value in rows}


def ssh_answers(lab: Lab, host: str) -> bool:
    command = ["ssh", "-F", str(lab.ssh_config), "-o", "ConnectTimeout=2", host, "true"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=20, check=False).returncode == 0


def killed(lab: Lab) -> None:
    assert lab.unit("db3") == "failed/failed"
    assert grastate(lab, "db3")["seqno"] == "-1"
    lab.wait_synced(2)


def quorum_lost(lab: Lab) -> None:
    assert (lab.unit("db2"), lab.unit("db3")) == ("failed/failed", "failed/failed")
    lab.wait_status("db1", "cluster_status", "non-Primary")


def stopped_one(lab: Lab) -> None:
    assert lab.unit("db3") == "inactive/dead"
    assert int(grastate(lab, "db3")["seqno"]) > 0
    assert lab.is_synced("db1", 2)


def stopped_two(lab: Lab) -> None:
    assert lab.is_synced("db1", 1)


def stopped_all(lab: Lab) -> None:
    assert [lab.unit(host) for host in lab.hosts] == ["inactive/dead"] * 3
    assert [grastate(lab, host)["safe_to_bootstrap"] for host in lab.hosts] == ["1", "0", "0"]


def lost_power(lab: Lab) -> None:
    assert [lab.unit(host) for host in lab.hosts] == ["inactive/dead"] * 3
    assert [grastate(lab, host)["seqno"] for host in lab.hosts] == ["-1"] * 3
    assert all(lab.sh(host, VIEW, check=False) for host in lab.hosts)
    assert all(lab.sh(host, "systemctl is-enabled mariadb") == "enabled" for host in lab.hosts)


def lost_power_and_view(lab: Lab) -> None:
    assert [grastate(lab, host)["seqno"] for host in lab.hosts] == ["-1"] * 3
    assert not any(lab.sh(host, VIEW, check=False) for host in lab.hosts)


def one_gone(lab: Lab) -> None:
    assert not ssh_answers(lab, "db3")
    assert [lab.unit(host) for host in ("db1", "db2")] == ["inactive/dead"] * 2


def one_gone_others_wait(lab: Lab) -> None:
    assert not ssh_answers(lab, "db3")
    wait_for("db1 waiting for its group", lambda: lab.unit("db1") == "activating/start", 20)
    assert lab.status("db1") == {}


def powered_off(lab: Lab) -> None:
    assert not ssh_answers(lab, "db3")
    lab.wait_synced(2)


def unequal(lab: Lab) -> None:
    assert int(grastate(lab, "db2")["seqno"]) < int(grastate(lab, "db1")["seqno"])
    assert not ssh_answers(lab, "db3")


def in_bootstrap(lab: Lab) -> None:
    assert (lab.unit("db1"), lab.unit("db1", "mysql@bootstrap")) == ("inactive/dead", "active/running")
    lab.wait_synced(3)


def boot_unit(lab: Lab) -> None:
    assert lab.sh("db1", "systemctl is-enabled mysql@bootstrap") == "enabled"


def isolated(lab: Lab) -> None:
    lab.wait_status("db3", "cluster_status", "non-Primary")
    lab.wait_synced(2)
    assert ssh_answers(lab, "db3")


def unplugged(lab: Lab) -> None:
    assert not ssh_answers(lab, "db3")
    lab.wait_synced(2)


def no_ssh(lab: Lab) -> None:
    assert not ssh_answers(lab, "db3")
    assert lab.is_synced("db3", 3)


def frozen(lab: Lab) -> None:
    lab.wait_synced(2)
    assert lab.unit("db3") == "active/running"
    assert lab.status("db3") == {}


def host_frozen(lab: Lab) -> None:
    lab.wait_synced(2)
    assert not ssh_answers(lab, "db3")


def two_sides(lab: Lab) -> None:
    lab.wait_synced(2)
    assert lab.is_synced("db3", 1)
    assert lab.status("db3")["cluster_state_uuid"] == lab.status("db1")["cluster_state_uuid"]


def two_clusters(lab: Lab) -> None:
    assert lab.is_synced("db1", 2)
    assert lab.is_synced("db3", 1)
    assert lab.status("db3")["cluster_state_uuid"] != lab.status("db1")["cluster_state_uuid"]


def foreign(lab: Lab) -> None:
    assert lab.unit("db3") == "inactive/dead"
    assert grastate(lab, "db3")["uuid"] not in (ZERO, grastate(lab, "db1")["uuid"])


def zero(lab: Lab) -> None:
    assert lab.unit("db3") == "inactive/dead"
    assert grastate(lab, "db3")["uuid"] == ZERO


def voted_out(lab: Lab) -> None:
    assert lab.unit("db3") == "active/running"
    assert lab.status("db3")["cluster_status"] == "Disconnected"
    assert grastate(lab, "db3")["uuid"] == ZERO
    lab.wait_synced(2)


def stalled(lab: Lab) -> None:
    assert all(lab.status(host)["local_state_comment"] == "Synced" for host in lab.hosts)
    lab.wait_status("db3", "flow_control_requested", "true")
    wait_for("the others to pause", lambda: float(lab.status("db1")["flow_control_paused"]) > 0.1, 20)


def ftwrl(lab: Lab) -> None:
    assert lab.status("db3")["local_state_comment"] == "Donor/Desynced"
    wait_for("the queue to grow", lambda: int(lab.status("db3")["local_recv_queue"]) > 20, 20)


def desynced(lab: Lab) -> None:
    assert lab.status("db3")["desync_count"] == "1"
    assert lab.status("db3")["local_state_comment"] == "Donor/Desynced"


def donating(lab: Lab) -> None:
    states = [lab.status(host)["local_state_comment"] for host in ("db1", "db2")]
    assert "Donor/Desynced" in states
    assert lab.unit("db3") == "activating/start"
    assert lab.sh("db3", "ls /var/lib/mysql/sst_in_progress", check=False)


def disk_full(lab: Lab) -> None:
    assert int(lab.sh("db3", "df --output=avail /var/lib/mysql | tail -1")) < 64  # KiB
    assert not lab.is_synced("db3", 3)
    lab.wait_synced(2)


FACTS: dict[str, Callable[[Lab], None]] = {
    "kill-one": killed,
    "kill-two": quorum_lost,
    "stop-one": stopped_one,
    "stop-two": stopped_two,
    "stop-all": stopped_all,
    "power-loss": lost_power,
    "power-loss-no-view": lost_power_and_view,
    "never-returns": one_gone,
    "never-returns-waiting": one_gone_others_wait,
    "host-off": powered_off,
    "unequal-seqno": unequal,
    "left-in-bootstrap": in_bootstrap,
    "boot-unit": boot_unit,
    "partition": isolated,
    "link-cut": unplugged,
    "ssh-blocked": no_ssh,
    "frozen": frozen,
    "host-frozen": host_frozen,
    "split-brain": two_sides,
    "two-clusters": two_clusters,
    "foreign-uuid": foreign,
    "zero-uuid": zero,
    "voted-out": voted_out,
    "flow-control": stalled,
    "ftwrl": ftwrl,
    "desync": desynced,
    "donor": donating,
    "disk-full": disk_full,
}


TRIAGED = (
    "kill-one",
    "kill-two",
    "stop-one",
    "stop-two",
    "stop-all",
    "power-loss",
    "power-loss-no-view",
    "never-returns",
    "never-returns-waiting",
    "unequal-seqno",
    "partition",
    "ssh-blocked",
    "two-clusters",
    "foreign-uuid",
    "zero-uuid",
    "voted-out",
    "boot-unit",
    "flow-control",
    "desync",
    "donor",
    "disk-full",
)
"""Faults that tests/scenarios have triage name each time: here they are long tests."""
SLOW = ("frozen", "host-frozen", "host-off", "left-in-bootstrap", "link-cut")
"""Faults that take long to be there, or to be put back."""
LONG = {*TRIAGED, *SLOW}


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[pytest.mark.whole] * (fault in LONG)) for fault in FACTS]
)
def test_a_fault_shows_what_its_line_says(lab: Lab, fault: str) -> None:
    lab.breaks(fault)
    lab.breaks(fault)
    FACTS[fault](lab)


@pytest.mark.whole
@pytest.mark.parametrize("fault", FACTS)
def test_a_healed_fault_leaves_a_whole_cluster(lab: Lab, fault: str) -> None:
    lab.breaks(fault)
    lab.heal(fault)
    lab.wait_synced()


def test_every_fault_of_the_list_is_tested() -> None:
    listed = subprocess.run(
        [str(SCRIPTS / "break.sh"), "list"], capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[0] for line in listed.splitlines()} == {*FACTS, *LEFT_BEHIND, *FRESH}


def test_a_fault_that_does_not_exist_is_refused(shared_lab: Lab) -> None:
    with pytest.raises(LabError, match="no fault named 'earthquake'"):
        shared_lab.breaks("earthquake")


@pytest.mark.whole
def test_committed_rows_outlive_a_power_loss(lab: Lab, tmp_path: Path) -> None:
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(30)
        lab.breaks("power-loss")
    lab.heal("power-loss")
    writer.verify()


def test_the_writer_sees_a_row_that_is_missing_on_one_node(lab: Lab, tmp_path: Path) -> None:
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(10)
    writer.verify()
    lab.sql("db2", "SET SESSION wsrep_on=OFF; DELETE FROM app.ledger LIMIT 1")
    with pytest.raises(LabError, match="lost 1"):
        writer.verify()


def test_the_log_of_commits_outlives_the_writer(lab: Lab, tmp_path: Path) -> None:
    with lab.writer(tmp_path / "log") as writer:
        writer.wait_more(10)
        writer.kill()
    assert writer.acknowledged() >= 10
    writer.verify()
