"""The light cluster: real Galera as an ordinary user."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.lab import Writer
from tests.lab.light import Light

pytestmark = pytest.mark.servers


def test_three_nodes_replicate_in_all_directions(light: Light) -> None:
    for node in (1, 2, 3):
        light.sql(node, f"INSERT INTO app.t(node) VALUES('n{node}')")
    for node in (1, 2, 3):
        seen = light.sql(
            node, "SET SESSION wsrep_sync_wait=1; SELECT GROUP_CONCAT(node ORDER BY node) FROM app.t"
        )
        assert seen == "n1,n2,n3"


def test_a_reset_forgets_what_a_test_did(light: Light) -> None:
    light.sql(1, "CREATE DATABASE left_behind")
    light.reset()
    assert "left_behind" not in light.sql(1, "SHOW DATABASES")


def test_a_killed_node_is_missed_and_comes_back_with_all_commits(light: Light, tmp_path: Path) -> None:
    writer = Writer(tmp_path / "log", light.addresses)
    light.is_dirty = True
    writer.start()
    writer.wait_more(10)
    light.kill(3)
    light.wait_status(1, "wsrep_cluster_size", "2")
    writer.wait_more(10)
    light.start(3)
    writer.stop()
    writer.verify()


def test_an_isolated_node_is_not_primary(light: Light) -> None:
    light.isolate(2)
    light.wait_status(2, "wsrep_cluster_status", "non-Primary")
    assert light.status(1, "wsrep_cluster_status") == "Primary"
    light.heal(2)
    light.wait_status(2, "wsrep_cluster_size", "3")
