"""The collector over SSH on real hosts with systemd, while faults of the lab hold."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from systems.errors import SystemsError, TimedOut
from systems.galera.predict import TransferKind, predict_for
from systems.galera.readings import ClusterSurvey, Flavour, HostEvidence, WsrepStatus, WsrepVariables
from systems.galera.survey import NodeAccess, Surveyor
from systems.sql_readers import SqlAccess, SqlReaders
from systems.ssh.hosts import SshHosts
from tests.lab.lab import Lab

pytestmark = pytest.mark.lab

HOSTS = ("db1", "db2", "db3")


@pytest.fixture
async def surveyor(lab: Lab) -> AsyncIterator[Surveyor]:
    """The cluster of the lab as its snapshot has it, asked over SSH by root."""
    hosts = SshHosts(config_file=str(lab.ssh_config), system_config_file=None)
    sql = SqlReaders(hosts, SqlAccess(), nodes=len(HOSTS))
    yield Surveyor("orders", [NodeAccess(host, hosts.reader(host), sql.reader(host)) for host in HOSTS])
    await hosts.close()


def status(survey: ClusterSurvey, host: str) -> WsrepStatus:
    found = survey.node(host).status
    assert isinstance(found, WsrepStatus), found
    return found


def evidence(survey: ClusterSurvey, host: str) -> HostEvidence:
    found = survey.node(host).evidence
    assert isinstance(found, HostEvidence), found
    return found


async def until(
    surveyor: Surveyor, holds: Callable[[ClusterSurvey], bool], *, deadline_s: float = 60.0
) -> ClusterSurvey:
    """Survey again and again until it holds; a look in which something was not told does not count."""
    end = time.monotonic() + deadline_s
    while True:
        survey = await surveyor.survey()
        try:
            if holds(survey):
                return survey
        except AssertionError as error:
            last: object = error
        else:
            last = [(node.host, str(node.status)[:200]) for node in survey.nodes]
        assert time.monotonic() < end, last


async def test_healthy_hosts_tell_all(surveyor: Surveyor) -> None:
    survey = await until(surveyor, lambda look: all(status(look, host).is_synced for host in HOSTS))
    for number, host in enumerate(HOSTS, start=1):
        found = evidence(survey, host)
        assert found.is_running
        assert found.units["mariadb"].active == "active"
        assert found.units["mariadb"].main_pid in found.mysqld_pids
        assert found.units["mysql@bootstrap"].enabled == "disabled"
        assert found.flavour is Flavour.MARIADB
        assert f"10.77.0.{10 + number}" in found.addresses
        assert found.configured["wsrep_node_name"] == host
        assert found.bootstrap_flags == ()
        assert found.grastate_error == ""
        assert abs(found.clock_offset_s) < 2.0
    assert len({evidence(survey, host).machine_id for host in HOSTS}) == 3


@pytest.mark.whole
async def test_a_killed_server(lab: Lab, surveyor: Surveyor) -> None:
    await surveyor.survey()
    lab.breaks("kill-one", "db3")
    survey = await until(surveyor, lambda look: status(look, "db1").cluster_size == 2)
    found = evidence(survey, "db3")
    assert not found.is_running
    assert (found.units["mariadb"].active, found.units["mariadb"].result) == ("failed", "signal")
    assert found.gvwstate is not None
    assert "killed" in [hit.pattern for hit in found.log_hits]
    assert isinstance(survey.node("db3").status, SystemsError)


@pytest.mark.whole
async def test_power_loss(lab: Lab, surveyor: Surveyor) -> None:
    lab.breaks("power-loss")
    survey = await until(surveyor, lambda look: all(not evidence(look, host).is_running for host in HOSTS))
    views = {evidence(survey, host).gvwstate.view_id for host in HOSTS if evidence(survey, host).gvwstate}  # type: ignore[union-attr]
    assert len(views) == 1
    assert all(evidence(survey, host).grastate is not None for host in HOSTS)


@pytest.mark.whole
async def test_a_server_that_was_voted_out(lab: Lab, surveyor: Surveyor) -> None:
    await surveyor.survey()
    lab.breaks("voted-out", "db3")
    survey = await until(surveyor, lambda look: status(look, "db3").state_comment == "Inconsistent")
    found = evidence(survey, "db3")
    assert found.is_running
    assert found.grastate is not None
    assert found.grastate.position.is_zero
    assert found.gra_logs
    full = await surveyor.survey(full=True)
    assert "voted-out" in [hit.pattern for hit in evidence(full, "db3").log_hits]
    assert predict_for(full, "db3").kind is TransferKind.SST


@pytest.mark.whole
async def test_a_donor_and_its_joiner(lab: Lab, surveyor: Surveyor) -> None:
    lab.breaks("donor", "db3")
    survey = await until(surveyor, lambda look: evidence(look, "db3").sst_in_progress)
    joiner = evidence(survey, "db3")
    assert joiner.is_running
    assert joiner.units["mariadb"].active == "activating"
    assert joiner.sst_pids
    assert 3306 not in joiner.listening
    donors = [host for host in HOSTS[:2] if status(survey, host).local_state == 2]
    assert len(donors) == 1
    assert evidence(survey, donors[0]).sst_pids


@pytest.mark.whole
async def test_a_full_disk(lab: Lab, surveyor: Surveyor) -> None:
    """Whether the server ends or waits depends on what it was writing; its log says why in both cases."""
    lab.breaks("disk-full", "db3")

    def is_told(look: ClusterSurvey) -> bool:
        return "disk-full" in [hit.pattern for hit in evidence(look, "db3").log_hits]

    found = evidence(await until(surveyor, is_told), "db3")
    assert found.filesystem is not None
    assert found.filesystem.used_share > 0.99


async def test_a_frozen_server(lab: Lab, surveyor: Surveyor) -> None:
    await surveyor.survey()
    lab.breaks("frozen", "db3")
    begun = time.monotonic()
    survey = await surveyor.survey()
    assert time.monotonic() - begun < 10.0
    assert isinstance(survey.node("db3").status, TimedOut)
    assert evidence(survey, "db3").is_running
    assert status(survey, "db1").is_primary


@pytest.mark.parametrize(
    "fault",
    [
        "host-off",
        pytest.param("host-frozen", marks=pytest.mark.whole),
        pytest.param("link-cut", marks=pytest.mark.whole),
    ],
)
async def test_a_host_that_does_not_answer(lab: Lab, surveyor: Surveyor, fault: str) -> None:
    await surveyor.survey()
    lab.breaks(fault, "db3")
    arrived: list[str] = []
    begun = time.monotonic()
    survey = await surveyor.survey(on_node=lambda node: arrived.append(node.host))
    assert time.monotonic() - begun < 12.0
    assert arrived[-1] == "db3"
    assert isinstance(survey.node("db3").evidence, SystemsError)
    assert isinstance(survey.node("db3").status, SystemsError)
    assert evidence(survey, "db1").is_running


@pytest.mark.whole
async def test_a_desynced_node(lab: Lab, surveyor: Surveyor) -> None:
    lab.breaks("desync", "db3")
    survey = await until(surveyor, lambda look: status(look, "db3").local_state == 2)
    variables = survey.node("db3").variables
    assert isinstance(variables, WsrepVariables)
    assert variables.desync
    assert not evidence(survey, "db3").sst_pids


@pytest.mark.whole
async def test_a_foreign_data_directory(lab: Lab, surveyor: Surveyor) -> None:
    lab.breaks("foreign-uuid", "db3")
    survey = await until(surveyor, lambda look: not evidence(look, "db3").is_running)
    prediction = predict_for(survey, "db3")
    assert prediction.kind is TransferKind.SST
    assert "another cluster" in prediction.sentence


async def test_a_bootstrap_unit_that_starts_at_boot(lab: Lab, surveyor: Surveyor) -> None:
    lab.breaks("boot-unit", "db1")
    survey = await surveyor.survey()
    assert any("mysql@bootstrap" in flag for flag in evidence(survey, "db1").bootstrap_flags)


async def test_a_login_without_sudo_sees_less_and_says_so(shared_lab: Lab) -> None:
    hosts = SshHosts(config_file=str(_as_user(shared_lab.ssh_config, "nosudo")), system_config_file=None)
    sql = SqlReaders(hosts, SqlAccess(user="monitor", password="lab"), nodes=1)
    try:
        survey = await Surveyor(
            "orders", [NodeAccess("db1", hosts.reader("db1"), sql.reader("db1"))]
        ).survey()
    finally:
        await hosts.close()
    found = evidence(survey, "db1")
    assert found.is_running
    assert "cannot be looked into" in found.grastate_error
    assert found.configured_error
    assert status(survey, "db1").is_synced


def _as_user(config: Path, user: str) -> Path:
    """The lab's ssh_config with another login."""
    text = re.sub(r"(?mi)^(\s*User\s+).*$", rf"\g<1>{user}", config.read_text())
    path = config.with_name(f"ssh_config.{user}")
    path.write_text(text)
    return path
