"""lb-vip on real balancers and a real cluster: set up, proven, and taken back byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.scenarios.consoles import headless
from tests.scenarios.operators import Ran
from tests.tui.cli.calls import call

pytestmark = pytest.mark.lab

NODES, BALANCERS = ("db1", "db2", "db3"), ("lb1", "lb2")
CONFIG = "/etc/haproxy/haproxy.cfg"
_LEFT = (
    "ls -d /etc/quarterdeck-check* /usr/local/sbin/quarterdeck-check* /etc/systemd/system/quarterdeck-check* "
    "2>/dev/null; getent passwd quarterdeck-check-9200; ss -Hltn 'sport = :9200'; true"
)


@contextmanager
def carried(lab: Lab, home: Path, *words: str) -> Iterator[Ran]:
    """`quarterdeck runbook ...` as a script uses it, to its end."""
    estate = ("--estate", str(lab.estate_path))
    with headless(home, *estate, "runbook", *words, "--json", "--arm", "an address for orders") as process:
        ran = Ran(process)
        ran.wait()
        yield ran


def configs(lab: Lab) -> dict[str, str]:
    """Checksum, mode and owner of each balancer's configuration."""
    return {host: lab.sh(host, f"sha256sum {CONFIG}; stat -c '%a %U %G' {CONFIG}") for host in BALANCERS}


def may_be_tried(lab: Lab) -> None:
    """The account of the estate for fresh connections, which has no right."""
    lab.sql("db1", "CREATE USER IF NOT EXISTS monitor_check@'10.77.0.%'")


def test_an_address_is_set_up_proven_and_taken_back_byte_for_byte(
    bare_balancers_lab: Lab, tmp_path: Path
) -> None:
    lab = bare_balancers_lab
    may_be_tried(lab)
    before = configs(lab)
    with carried(lab, tmp_path, "run", "lb-vip", "--target", "orders-vip", "--set", "interval_s=1") as ran:
        assert ran.status == 0, ran.story()
        assert set(ran.steps.values()) == {"done"}, ran.story()
        order = list(ran.steps)
    assert order.index("check:db3") < order.index("section:lb1") < order.index("section:lb2")
    assert order[-4:] == ["prove:up", "prove:fresh", "desync:db3", "resync:db3"]
    assert "wsrep_desync\tOFF" in lab.sql("db3", "SHOW GLOBAL VARIABLES LIKE 'wsrep_desync'")
    password = lab.sh("db1", "sed -n 's/^password=//p' /etc/quarterdeck-check-9200/login.cnf").strip()
    assert len(password) > 30
    assert password not in call("journal", "list", "--json", home=tmp_path).out
    assert password not in lab.sh("db1", "journalctl --no-pager -n 5000; ps -ef")
    with carried(lab, tmp_path, "undo", ran.id) as undone:
        assert undone.status == 0, undone.story()
    assert configs(lab) == before
    assert [lab.sh(host, _LEFT).strip() for host in NODES] == ["", "", ""]
    assert lab.sql("db1", "SELECT user FROM mysql.user WHERE user LIKE 'qdcheck%'").strip() == ""


@pytest.mark.whole
def test_a_node_that_stops_costs_few_connections_and_comes_back(
    bare_balancers_lab: Lab, tmp_path: Path
) -> None:
    lab = bare_balancers_lab
    may_be_tried(lab)
    words = ("run", "lb-vip", "--target", "orders-vip", "--yes-to", "db2", "--set", "interval_s=1")
    more = ("--set", "single_writer=no", "--set", "stop_node=db2")
    with carried(lab, tmp_path, *words, *more) as ran:
        assert ran.status == 0, ran.story()
        (stopped,) = [one for one in ran.of("step-ended") if one["step"] == "stop:db2"]
    assert "db2 is down and out" in stopped["sentence"]
    assert stopped["sentence"].endswith("then 9 without one")


@pytest.mark.whole
def test_a_session_that_says_nothing_for_longer_than_the_usual_50_s_is_not_cut(
    bare_balancers_lab: Lab, tmp_path: Path
) -> None:
    lab = bare_balancers_lab
    may_be_tried(lab)
    words = ("run", "lb-vip", "--target", "orders-vip", "--set", "interval_s=1", "--set", "idle_proof_s=60")
    with carried(lab, tmp_path, *words) as ran:
        assert ran.status == 0, ran.story()
        (left,) = [one for one in ran.of("step-ended") if one["step"] == "prove:idle"]
    assert left["sentence"] == "the same session answered after 60 s without a word"
