"""`quarterdeck triage` and `doctor` of an estate with a cloud, on one in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from systems.errors import LoginRefused
from tests.clouds import FakeClouds, FakeNova, an_instance
from tests.scenes import octavia_of, some_octavia
from tui.cli.group import cli


class Clouds(FakeClouds):
    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def nova(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNova:
    made = FakeNova.of(an_instance("web-1"), an_instance("web-2", "ERROR"), in_list=True)
    monkeypatch.setattr(
        "tui.access.EstateClouds", lambda *_: Clouds(made, octavias=[octavia_of(some_octavia())])
    )
    (tmp_path / "estate.toml").write_text('[estate]\nname = "north"\n[[cloud]]\nname = "kilo"\n')
    monkeypatch.setenv("QUARTERDECK_ESTATE", str(tmp_path / "estate.toml"))
    return made


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, words, catch_exceptions=False)


@pytest.mark.usefixtures("nova")
def test_triage_tells_the_instances_and_the_load_balancers_of_a_cloud_worst_first() -> None:
    called = call("triage", "--json")
    (told,) = json.loads(called.stdout)["systems"]
    assert (called.exit_code, told["system"], told["severity"]) == (2, "kilo", "critical")
    assert told["verdict"].startswith("2 instances, 1 in ERROR")
    assert "4 load balancers" in told["verdict"]
    ids = [one["id"] for one in told["findings"]]
    assert {"CLOUD-04", "LB-02", "LB-18"} <= set(ids)
    severities = [one["severity"] for one in told["findings"]]
    assert severities == sorted(severities, key=["critical", "warning", "info"].index)


def test_a_cloud_that_cannot_be_read_ends_triage_with_3(nova: FakeNova) -> None:
    nova.in_list = False
    called = call("triage", "kilo")
    assert called.exit_code == 3
    assert "kilo: " in called.stdout
    assert "CLOUD-01" in called.stdout


@pytest.mark.usefixtures("nova")
def test_doctor_tells_what_its_account_may_not_see() -> None:
    called = call("doctor")
    assert called.exit_code == 1
    assert called.stdout.startswith("kilo: 1 cloud\n  ✖ kilo\n")
    assert called.stdout.count("a reader of the whole system") == 2
    assert "may list hypervisors" in called.stdout


def test_doctor_gives_the_line_that_tries_the_login(nova: FakeNova, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(*_: object, **__: object) -> None:
        raise LoginRefused("kilo: Keystone refuses the account")

    monkeypatch.setattr(FakeNova, "ask", refuses)
    called = call("doctor", "kilo")
    assert called.exit_code == 3
    assert "openstack --os-cloud kilo server list" in called.stdout


@pytest.mark.usefixtures("nova")
def test_a_system_that_is_not_there_is_answered_with_clouds_too() -> None:
    called = call("triage", "nort")
    assert called.exit_code == 64
    assert "no system 'nort'; it has: kilo" in called.stderr
