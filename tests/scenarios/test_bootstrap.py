"""From fresh hosts to a proven cluster: `quarterdeck runbook run galera-bootstrap`, as a script starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lab import Lab
from tests.tui.cli.calls import Called, call

pytestmark = pytest.mark.lab

HOSTS = ("db1", "db2", "db3")
FORKS = re.compile("galera_new_cluster|start mysql@bootstrap|wsrep-new-cluster")
MONITOR, COPIER = "watch-only-71", "copy-only-72"
"""Passwords of the accounts that the runs make."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A console whose estate file names the account for watching that the cluster does not have yet."""

    lab: Lab
    home: Path

    @property
    def estate(self) -> Path:
        path = self.home / "estate.toml"
        if not path.exists():
            self.secret("monitor", MONITOR)
            plain = 'sql = { via = "ssh" }'
            with_account = f'sql = {{ user = "monitor", password = "file:{self.home}/monitor", via = "ssh" }}'
            path.write_text(self.lab.estate_path.read_text().replace(plain, with_account))
        return path

    def secret(self, name: str, value: str) -> str:
        """Keep a secret in a file of its own; its reference."""
        path = self.home / name
        path.write_text(value)
        path.chmod(0o600)
        return f"file:{path}"

    def runbook(self, *words: str) -> Called:
        return call("--estate", str(self.estate), "runbook", *words, home=self.home, timeout_s=400.0)

    def run(self, *words: str) -> list[Mapping[str, Any]]:
        """Run it unattended to its end, and again where a host was slow to answer; its events."""
        events = self._run(*words)
        for _ in range(3):
            if "could not be looked at" not in events[-1]["sentence"]:
                break
            events = self._run(*words)
        return events

    def _run(self, *words: str) -> list[Mapping[str, Any]]:
        secret = f"monitor_password={self.secret('monitor', MONITOR)}"
        called = self.runbook(
            *("run", "galera-bootstrap", "--target", "orders", "--arm", "a new cluster"),
            *("--yes-to", "db1", "--secret", secret, "--json", *words),
        )
        assert called.err == ""
        return [json.loads(line) for line in called.out.splitlines()]

    def plan(self, *words: str) -> Called:
        """The dry run; again where a host was slow to answer."""
        command = ("plan", "galera-bootstrap", "--target", "orders", *words)
        called = self.runbook(*command)
        for _ in range(3):
            if "could not be looked at" not in called.out:
                break
            called = self.runbook(*command)
        return called


@pytest.fixture
def desk(blank_lab: Lab, tmp_path: Path) -> Desk:
    return Desk(blank_lab, tmp_path)


def story(events: list[Mapping[str, Any]]) -> str:
    """How each step ended, for the message of an assertion."""
    ends = [event for event in events if event["event"] in ("step-ended", "run-ended")]
    told = [f"{event.get('step', '')}: {event['sentence']}" for event in ends]
    return "\n".join([*told, *map(str, (ends[-1].get("evidence") if ends else None) or ())])


def is_nowhere(secret: str, desk: Desk) -> None:
    """Neither in the journal nor in the outputs that are kept beside it."""
    kept = [
        path
        for path in desk.home.rglob("*")
        if path.is_file() and "journal" in str(path.relative_to(desk.home))
    ]
    assert kept
    assert not [path for path in kept if secret.encode() in path.read_bytes()]


def sent(events: list[Mapping[str, Any]]) -> list[str]:
    return [f"{event['host']}: {event['line']}" for event in events if event["event"] == "act-began"]


def right_at_boot(lab: Lab, host: str) -> str:
    """The plain unit and the bootstrap unit: at boot, and now; then every bootstrap flag that is left."""
    return lab.sh(
        host,
        "systemctl is-enabled mariadb mysql@bootstrap; systemctl is-active mariadb mysql@bootstrap; "
        "systemctl show-environment | grep -i new.cluster; ls /run/mariadb-wsrep-new-cluster 2>/dev/null; "
        "grep -h safe_to_bootstrap /var/lib/mysql/grastate.dat",
        check=False,
    )


def grants(lab: Lab, host: str, account: str) -> str:
    return lab.sql(host, f"SHOW GRANTS FOR {account}").split(" TO ")[0]


def test_three_fresh_hosts_become_a_proven_cluster(desk: Desk) -> None:
    """One of them has the server that its package started."""
    lab = desk.lab
    lab.sh("db2", "systemctl start mariadb")
    events = desk.run("--set", "sst_method=rsync")
    assert events[-1]["ending"] == "done", story(events)

    views = [lab.status(host) for host in HOSTS]
    assert [view["local_state_comment"] for view in views] == ["Synced"] * 3
    assert (
        len({(view["cluster_state_uuid"], view["cluster_conf_id"], view["cluster_size"]) for view in views})
        == 1
    )
    assert views[0]["cluster_size"] == "3"
    for host in HOSTS:
        lab.sql(
            host,
            "CREATE DATABASE IF NOT EXISTS app; CREATE TABLE IF NOT EXISTS app.t (n VARCHAR(8) PRIMARY KEY)",
        )
        lab.sql(host, f"INSERT INTO app.t VALUES ('{host}')")
    read = [lab.sql(host, "SET SESSION wsrep_sync_wait=1; SELECT n FROM app.t ORDER BY n") for host in HOSTS]
    assert read == ["db1\ndb2\ndb3"] * 3

    for host in HOSTS:
        told = right_at_boot(lab, host).split()
        assert told == ["enabled", "disabled", "active", "inactive", "safe_to_bootstrap:", "0"], host
        assert (
            lab.sql(host, "SELECT user, host FROM mysql.user WHERE user IN ('', 'monitor')")
            == "monitor\tlocalhost"
        )
        assert grants(lab, host, "monitor@localhost") == "GRANT PROCESS, BINLOG MONITOR ON *.*"
        assert lab.sh(host, "stat -c '%a %U %G' /etc/mysql/mariadb.conf.d/zz-galera.cnf") == "640 root mysql"
    assert [line for line in sent(events) if FORKS.search(line)] == ["db1: galera_new_cluster"]

    is_nowhere(MONITOR, desk)
    assert call("journal", "verify", home=desk.home).status == 0
    again = desk.plan()
    assert again.status == 4
    assert "a cluster may be alive already" in again.out
    assert "Primary, size 3" in again.out


@pytest.mark.whole
def test_a_console_that_is_killed_after_the_bootstrap_goes_on_without_another_one(desk: Desk) -> None:
    """Copies by mariabackup, and the data of one host moved aside since it was named."""
    lab = desk.lab
    lab.sh("db3", "install -d -o mysql -g mysql /var/lib/mysql/shop && echo old > /var/lib/mysql/shop/t.ibd")
    desk.secret("copier", COPIER)
    words = (
        *("run", "galera-bootstrap", "--target", "orders", "--arm", "a new cluster", "--json"),
        *(
            "--set",
            "wipe=db3",
            "--yes-to",
            "db3",
            "--yes-to",
            "db1",
            "--secret",
            f"monitor_password=file:{desk.home}/monitor",
        ),
        *("--secret", f"sst_password=file:{desk.home}/copier"),
    )
    events = killed_at(desk, "alone:db1", *words)
    assert [line for line in sent(events) if FORKS.search(line)] == ["db1: galera_new_cluster"]
    assert lab.is_synced("db1", 1)

    run = next(event["run"] for event in events if event["event"] == "run-began")
    done = desk.runbook(
        *("resume", run, "--arm", "go on", "--json"),
        *("--secret", f"monitor_password=file:{desk.home}/monitor"),
        *("--secret", f"sst_password=file:{desk.home}/copier"),
    )
    told = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 0, story(told)
    assert [line for line in sent(told) if FORKS.search(line)] == []
    lab.wait_synced(3)
    assert (
        lab.sh("db1", "grep -h wsrep_sst_method /etc/mysql/mariadb.conf.d/zz-galera.cnf")
        == "wsrep_sst_method = mariabackup"
    )
    assert set(
        grants(lab, "db2", "sst@localhost").removeprefix("GRANT ").removesuffix(" ON *.*").split(", ")
    ) == {
        "RELOAD",
        "PROCESS",
        "LOCK TABLES",
        "BINLOG MONITOR",
        "SLAVE MONITOR",  # how the server tells REPLICA MONITOR
    }
    assert lab.sh("db3", "cat /var/lib/mysql.*/shop/t.ibd") == "old"
    is_nowhere(COPIER, desk)


def killed_at(desk: Desk, step: str, *words: str) -> list[Mapping[str, Any]]:
    """Run it in a process that is killed as soon as that step begins; what it told until then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "--estate", str(desk.estate), "runbook", *words],
        env={**os.environ, "HOME": str(desk.home), "QUARTERDECK_JOURNAL": str(desk.home / "journal.sqlite")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    events: list[Mapping[str, Any]] = []
    assert process.stdout is not None
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "step-began" and events[-1]["step"] == step:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert events, "it ended before it told anything"
    return events


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that stands against a cluster, how it is taken away again, and what the operator reads."""

    host: str
    line: str
    repair: str
    sentence: str


FAULTS = (
    Fault(
        "db2",
        "mkdir /var/lib/mysql/shop",
        "rmdir /var/lib/mysql/shop",
        "db2 has data, which a new cluster would destroy",
    ),
    Fault(
        "db3",
        "mkdir /var/lib/mysql/lost+found",
        "rmdir /var/lib/mysql/lost+found",
        "lost+found stands in the data directory of db3",
    ),
    Fault(
        "db2",
        "mv /usr/bin/rsync /usr/bin/rsync.away",
        "mv /usr/bin/rsync.away /usr/bin/rsync",
        "full copies by rsync need a tool that is missing",
    ),
    Fault(
        "db3",
        "ip address add 10.77.0.93/24 dev eth0",
        "ip address del 10.77.0.93/24 dev eth0",
        "it is not clear by which address the nodes reach one another",
    ),
    Fault(
        "db1",
        "systemd-run -q --unit=squatter socat TCP-LISTEN:4567,fork /dev/null",
        "systemctl stop squatter",
        "a cluster may be alive already",
    ),
)


def test_what_stands_against_a_cluster_is_told_before_anything_is_changed(desk: Desk) -> None:
    for fault in FAULTS:
        desk.lab.sh(fault.host, fault.line)
        refused = desk.plan("--set", "sst_method=rsync")
        desk.lab.sh(fault.host, fault.repair)
        assert (refused.status, fault.sentence in " ".join(refused.out.split())) == (4, True), refused
        assert fault.host in refused.out
        assert "way on" in refused.out
