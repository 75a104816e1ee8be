"""A wrong call gets one sentence and 64, never a traceback, and never a status that reads as "critical"."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.cli.calls import call

ESTATE = """
[estate]
name = "north"

[[galera]]
name = "orders"
nodes = "db[1-3]"
"""


@pytest.fixture
def estate(tmp_path: Path) -> str:
    path = tmp_path / "estate.toml"
    path.write_text(ESTATE)
    return str(path)


def test_an_estate_file_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    called = call("--estate", str(tmp_path / "none.toml"), "triage", home=tmp_path)
    assert called.status == 64
    assert "none.toml: there is no such file; write one, or name another with --estate" in called.err
    assert "Traceback" not in called.err


def test_a_wrong_key_in_the_estate_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "estate.toml"
    path.write_text(ESTATE.replace("nodes", "node"))
    called = call("--estate", str(path), "triage", home=tmp_path)
    assert called.status == 64
    assert "estate.toml" in called.err
    assert "nodes" in called.err
    assert "Traceback" not in called.err


def test_an_unknown_option_ends_with_64_and_not_with_the_2_of_critical(tmp_path: Path, estate: str) -> None:
    called = call("--estate", estate, "triage", "--jason", home=tmp_path)
    assert called.status == 64
    assert "--jason" in called.err


def test_an_unknown_system_is_answered_with_those_there_are(tmp_path: Path, estate: str) -> None:
    called = call("--estate", estate, "triage", "stock", home=tmp_path)
    assert called.status == 64
    assert "no system 'stock'; it has: orders" in called.err


def test_a_command_that_may_change_something_is_not_sent_without_a_reason(
    tmp_path: Path, estate: str
) -> None:
    called = call(
        "--estate", estate, "exec", "db[1-3]", "--", "systemctl", "restart", "mariadb", home=tmp_path
    )
    assert called.status == 64
    assert "not known to only read, so nothing was sent" in called.err
    assert '--arm "reason"' in called.err


def test_hosts_that_are_no_node_set_are_refused(tmp_path: Path, estate: str) -> None:
    called = call("--estate", estate, "exec", "db[1-", "true", home=tmp_path)
    assert called.status == 64
    assert "HOSTS" in called.err
    assert "Traceback" not in called.err


def test_an_unknown_runbook_is_answered_with_those_there_are(tmp_path: Path, estate: str) -> None:
    called = call("--estate", estate, "runbook", "plan", "galera-fix", "--target", "orders", home=tmp_path)
    assert called.status == 64
    assert "galera-recover" in called.err


def test_an_input_that_the_runbook_does_not_have_is_refused(tmp_path: Path, estate: str) -> None:
    called = call(
        "--estate",
        estate,
        "runbook",
        "plan",
        "galera-recover",
        "--target",
        "orders",
        "--set",
        "x=1",
        home=tmp_path,
    )
    assert called.status == 64
    assert "has no such input; it has: " in called.err


def test_a_secret_on_the_command_line_is_refused_with_the_better_way(tmp_path: Path, estate: str) -> None:
    called = call(
        *("--estate", estate, "runbook", "plan", "galera-bootstrap", "--target", "orders"),
        *("--set", "sst_password=hunter22"),
        home=tmp_path,
    )
    assert called.status == 64
    assert "--secret sst_password=" in called.err
    assert "hunter22" not in called.err


def test_a_cluster_that_nobody_can_reach_ends_with_3(tmp_path: Path, estate: str) -> None:
    config = tmp_path / "ssh_config"
    config.write_text("Host *\n  HostName 127.0.0.1\n  Port 1\n")
    Path(estate).write_text(ESTATE.replace('name = "north"', f'name = "north"\nssh_config = "{config}"'))
    called = call("--estate", estate, "triage", "--once", home=tmp_path)
    assert called.status == 3
    assert "Traceback" not in called.err


def test_a_runbook_about_a_cloud_is_answered_with_the_clouds_there_are(tmp_path: Path, estate: str) -> None:
    called = call("--estate", estate, "runbook", "plan", "spice-console", "--target", "orders", home=tmp_path)
    assert called.status == 64
    assert "has no cloud 'orders'; it has: none" in called.err
