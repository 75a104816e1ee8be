"""A runbook is rehearsed on a copy of the cluster that it is meant for, which itself is only read."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path

import pytest

from practice.faults import apply
from runbooks.journal.place import open_journal
from runbooks.rehearsal.keeping import rehearsal_of
from tests.practice.inside import Inside, inside
from tests.practice.running import DEADLINE_S

HOSTS = ("db1", "db2", "db3")
REHEARSE = ("runbook", "rehearse", "galera-rolling-restart", "--target", "orders", "--set", "soak_s=0")


def processes(estate: Inside) -> list[int]:
    """The server process of each host: another one after any restart."""
    servers = [estate.serving.practice.server(host) for host in HOSTS]
    return [server.process.pid if server.process else 0 for server in servers]


def kinds(tmp_path: Path) -> list[str]:
    """What the console has written down of what it did to the cluster."""
    journal = open_journal(str(tmp_path / "journal.sqlite"), read_only=True)
    try:
        return [entry.kind.value for entry in journal.entries()]
    finally:
        journal.close()


async def test_a_rolling_restart_is_predicted_to_take_the_cluster_from_3_to_2_to_3_for_each_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t"))
    async with inside(tmp_path) as estate:
        before = processes(estate)
        status, said = await estate.console(*REHEARSE, "--speed", "20", "--json")
        assert (processes(estate), estate.cluster["is_healthy"]) == (before, True)
    assert status == 0, said
    told = json.loads(said)
    assert (told["ending"], told["unlike"], told["shortened"]) == ("done", [], {})
    steps = {step["step"]: step for step in told["steps"]}
    for host in HOSTS:
        stop, start = steps[f"stop:{host}"], steps[f"start:{host}"]
        assert stop["sizes"] == {"before": [3], "after": [2]}
        assert start["sizes"] == {"before": [2], "after": [3]}
        states = [step["nodes"][when][host] for step, when in ((stop, "before"), (stop, "after"))]
        assert [(node["state"], node["unit"]) for node in states] == [
            ("Synced", "active"),
            ("down", "inactive"),
        ]
        assert start["came_by"] == {host: "IST"}
        assert start["took_s"] > 0
    assert kinds(tmp_path) == ["rehearsed"]
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.whole
async def test_a_second_node_that_is_stopped_meanwhile_stops_the_run_with_none_down_by_it(
    tmp_path: Path,
) -> None:
    async with inside(tmp_path) as estate:
        status, said = await estate.console(*REHEARSE, "--set", "nodes=db2,db1", "--speed", "20")
        assert status == 0, said
        run = ("runbook", "run", *REHEARSE[2:], "--set", "nodes=db2,db1", "--arm", "a test")
        running = asyncio.create_task(estate.console(*run))
        await until_down(estate, "db2")
        await apply(estate.serving, "stop-one", host="db3")
        status, said = await running
        assert estate.state("db2") == "Synced"
    assert status == 5, said
    assert "not as rehearsed" in said
    assert "db3 is down, and Synced was expected" in said
    assert "systemctl stop" in said
    assert "on db1 " not in said.partition("stop db2")[2]


async def until_down(estate: Inside, host: str) -> None:
    """Look until the simulation says that this server has ended."""
    async with asyncio.timeout(DEADLINE_S):
        while estate.state(host):  # noqa: ASYNC110 - the simulation tells its state, and nobody of a change
            await asyncio.sleep(0.05)


async def test_what_the_runbook_refuses_is_not_rehearsed(tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        await estate.breaks("kill-one")
        status, said = await estate.console(*REHEARSE)
    assert status == 4
    assert "refused: no node may be taken out now" in " ".join(said.split())


@pytest.mark.whole
async def test_a_recovery_is_rehearsed_from_the_positions_that_the_hosts_told(tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        await estate.breaks("power-loss-no-view")
        status, said = await estate.console(
            "runbook", "rehearse", "galera-recover", "--target", "orders", "--speed", "20", "--json"
        )
        assert status == 0, said
    told = json.loads(said)
    assert told["steps"][0]["sizes"]["before"] == []
    assert told["steps"][-1]["sizes"]["after"] == [3]
    assert all("has not told its position" in sentence for sentence in told["unlike"])


BOOTSTRAP = ("galera-bootstrap", "--target", "orders")


@pytest.mark.whole
async def test_a_bootstrap_is_predicted_to_grow_a_cluster_from_nothing_and_runs_as_rehearsed(
    tmp_path: Path,
) -> None:
    async with inside(tmp_path, blank=True) as estate:
        status, said = await estate.console("runbook", "rehearse", *BOOTSTRAP, "--speed", "20", "--json")
        assert status == 0, said
        assert [estate.state(host) for host in HOSTS] == ["", "", ""]
        password = f"monitor_password=file:{tmp_path / 'practice' / 'monitor.pw'}"
        agreed = ("--secret", password, "--arm", "a test", "--yes-to", "db1")
        run_status, run_said = await estate.console("runbook", "run", *BOOTSTRAP, *agreed)
        assert run_status == 0, run_said
        assert [estate.state(host) for host in HOSTS] == ["Synced"] * 3
    told = json.loads(said)
    grown = [step["sizes"] for step in told["steps"] if step["sizes"]["before"] != step["sizes"]["after"]]
    assert [(size["before"], size["after"]) for size in grown] == [
        ([], [1]),
        ([1], [2]),
        ([2], [3]),
        ([3], [2]),
        ([2], [3]),
    ]
    assert any("judged on the real ones alone" in sentence for sentence in told["unlike"])
    journal = open_journal(str(tmp_path / "journal.sqlite"), read_only=True)
    try:
        assert rehearsal_of(journal, run_said.split()[1]) is not None
    finally:
        journal.close()
