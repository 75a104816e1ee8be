"""The practice estate is as the lab's real servers are: the same faults, read by the same adapters, agree.

Where they differ, the practice estate is wrong. Numbers that depend on the moment (times, pids, sizes, ids)
are not compared; which of them are told is.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from runbooks.triage import triage
from runbooks.triage.verdict import verdict
from runbooks.triage.writes import schema_changes
from systems.errors import SystemsError
from systems.estate import load
from systems.galera.evidence import HostEvidence
from systems.galera.predict import predict_for
from systems.galera.readings import ZERO_UUID, ClusterSurvey, NodeSurvey, Writer, WsrepStatus, WsrepVariables
from systems.secrets import Redactor
from systems.shell import Probe
from tests.lab.lab import Lab
from tests.practice.inside import Inside, inside
from tests.practice.test_faults import SCENARIOS
from tui.access import Access

pytestmark = pytest.mark.lab

CORE = ("stop-one", "kill-two", "power-loss-no-view")
MORE = (
    "kill-one",
    "stop-two",
    "stop-all",
    "power-loss",
    "never-returns",
    "boot-unit",
    "desync",
    "voted-out",
    "foreign-uuid",
    "zero-uuid",
    "two-clusters",
    "partition",
    "link-cut",
    "host-off",
    "writes-stop",
    "schema-change",
    "long-statement",
    "backup",
    "unit-masked",
    "reject-queries",
    "cache-purged",
    "donor",
    "sst-aborted",
    "disk-full",
    "flow-control",
    "split-brain",
    "unequal-seqno",
    "never-returns-waiting",
    "wrong-sudo",
    "host-key-changed",
)
CANNOT_BE_HAD = {"slow-link", "clock-skew"}
"""The lab's links have no delay of their own, and its hosts share the machine's clock."""
EITHER = {"donor"}
"""db1 or db2 is the donor: which one depends on the order of their UUIDs."""
NEVER_AT_REST = {"disk-full"}
"""Its server ends and is started again all the time; each look sees another moment."""
NOTHING_DONE = {"writes-stop"}
"""Nobody writes to the lab as it is."""
ON = {"boot-unit": "db3"}
"""Where the two have another host in mind when none is named."""
SAME_STATUS = ("cluster_status", "cluster_size", "state_comment", "ready", "connected", "evs_state")
SAME_UNIT = ("load", "active", "sub", "result", "enabled")
UNITS = ("mariadb", "mysql", "mysql@bootstrap")
LONG_S = 5.0
BACKUP = Probe("pgrep -f '[m]ariabackup --backup'", accepts=(0, 1))
NEVER = "(never set there)"


def facts_of(survey: ClusterSurvey, history: str) -> dict[str, object]:
    """What must agree of one look, each fact by its name."""
    found: dict[str, object] = {"scenario": verdict(survey, triage(survey)).scenario}
    for node in survey.nodes:
        for name, value in _node(node, history):
            found[f"{node.host} {name}"] = value
        found[f"{node.host} would come by"] = predict_for(survey, node.host).kind
    return found


async def seen(access: Access, history: str) -> dict[str, object]:
    """What must agree of a cluster now: a second look, and what is asked right before a node is stopped."""
    await access.survey("orders")
    survey = await access.survey("orders")
    found = facts_of(survey, history)
    for node in survey.nodes:
        if isinstance(node.evidence, HostEvidence):
            found[f"{node.host} is backed up"] = (
                await access.hosts.reader(node.host).read(BACKUP)
            ).status == 0
    return found


def _node(node: NodeSurvey, history: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for what, answer in (("status", node.status), ("variables", node.variables), ("host", node.evidence)):
        found.append((what, type(answer).__name__))
        if not isinstance(answer, SystemsError) and answer is not None:
            told = [one.name for one in fields(answer) if getattr(answer, one.name) is not None]
            found += [(f"{what} tells {name}", True) for name in told]
    if isinstance(node.status, WsrepStatus):
        found += [(f"status {name}", getattr(node.status, name)) for name in SAME_STATUS]
        found.append(("status state_uuid", _whose(node.status.state_uuid, history)))
        found.append(("status desynced", bool(node.status.desync_count)))
    found += [
        ("changes a schema", bool(schema_changes(node))),
        ("reads for long", any(_is_report(row) for row in node.writers)),
    ]
    if isinstance(node.variables, WsrepVariables):
        found.append(("rejects", node.variables.all.get("wsrep_reject_queries")))
        found.append(("variables flavour", node.variables.flavour))
        found.append(("variables read_only", node.variables.read_only))
    if isinstance(node.evidence, HostEvidence):
        found += _host(node.evidence, history)
    return found


def _host(host: HostEvidence, history: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [
        (f"unit {name} {part}", getattr(host.units[name], part) if name in host.units else "absent")
        for name in UNITS
        for part in SAME_UNIT
    ]
    saved = host.grastate
    if saved is not None:
        found.append(("grastate uuid", _whose(saved.position.uuid, history)))
        found.append(("grastate seqno", "unknown" if saved.position.seqno < 0 else "known"))
        found.append(("grastate safe", saved.safe_to_bootstrap))
    found += [
        ("runs", host.is_running),
        ("datadir", host.datadir),
        ("view of", len(host.gvwstate.members) if host.gvwstate else 0),
        ("sst_in_progress", host.sst_in_progress),
        ("listens on", host.listening),
        ("grastate trouble", (bool(host.grastate_error), host.grastate_empty)),
        ("gvwstate trouble", bool(host.gvwstate_error)),
        ("bootstrap flags", len(host.bootstrap_flags)),
        ("flavour", host.flavour),
    ]
    return found


def _is_report(row: Writer) -> bool:
    return row.statement.startswith("SELECT") and row.time_s >= LONG_S


def _whose(uuid: str, history: str) -> str:
    return {history: "ours", ZERO_UUID: "zero", "": "none"}.get(uuid, "another")


def differences(practice: Mapping[str, object], real: Mapping[str, object]) -> list[str]:
    names = sorted({*practice, *real})
    pairs = [(name, practice.get(name, NEVER), real.get(name, NEVER)) for name in names]
    return [f"{name}: practice {ours!r}, real {theirs!r}" for name, ours, theirs in pairs if ours != theirs]


def swapped(expected: Mapping[str, object]) -> dict[str, object]:
    """As if db1 were db2."""
    other = {"db1": "db2", "db2": "db1"}
    pairs = ((name.partition(" "), value) for name, value in expected.items())
    return {f"{other.get(host, host)}{space}{rest}": value for (host, space, rest), value in pairs}


@asynccontextmanager
async def looking(path: Path) -> AsyncIterator[Access]:
    access = Access(load(path), Redactor())
    try:
        yield access
    finally:
        await access.close()


async def history_of(access: Access) -> str:
    survey = await access.survey("orders")
    uuids = {node.status.state_uuid for node in survey.nodes if isinstance(node.status, WsrepStatus)}
    assert len(uuids) == 1
    return uuids.pop()


async def in_practice(estate: Inside, fault: str) -> dict[str, object]:
    history = await history_of(estate.access)
    await estate.breaks(fault, ON.get(fault))
    await estate.until_verdict(SCENARIOS[fault])
    return await seen(estate.access, history)


def as_in_practice(lab: Lab, folder: Path, *, password: str) -> Path:
    """An estate file by which the lab is looked at as the practice estate is: with sudo, as monitor."""
    config, path, secret = folder / "ssh_config", folder / "estate.toml", folder / "monitor"
    config.write_text(lab.ssh_config.read_text().replace("User root", "User ops"))
    secret.write_text(password)
    secret.chmod(0o600)
    account = f'sql = {{ user = "monitor", password = "file:{secret}", via = "ssh" }}'
    text = lab.estate_path.read_text().replace('sql = { via = "ssh" }', account)
    path.write_text(text.replace(str(lab.ssh_config), str(config)))
    return path


async def on_the_lab(lab: Lab, fault: str, expected: Mapping[str, object], folder: Path) -> list[str]:
    """What differs still when real servers have had time to settle."""
    async with looking(as_in_practice(lab, folder, password="lab")) as access:
        history = await history_of(access)
        if fault not in NOTHING_DONE:
            lab.breaks(fault, *filter(None, [ON.get(fault)]))
        end = time.monotonic() + 40
        while True:
            found = differences(expected, await seen(access, history))
            if fault in EITHER:
                found = min(found, differences(swapped(expected), await seen(access, history)), key=len)
            if fault in NEVER_AT_REST:
                found = [one for one in found if one.startswith("scenario")]
            if not found or time.monotonic() > end:
                return found


@pytest.mark.parametrize("fault", [*CORE, *(pytest.param(name, marks=pytest.mark.whole) for name in MORE)])
async def test_a_fault_reads_as_it_does_on_real_servers(lab: Lab, fault: str, tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        expected = await in_practice(estate, fault)
    assert not await on_the_lab(lab, fault, expected, tmp_path)


def test_every_fault_is_compared_or_cannot_be_had_on_real_servers() -> None:
    assert {*SCENARIOS} - {*CORE, *MORE} == CANNOT_BE_HAD


async def test_healthy_nodes_tell_what_real_ones_tell(shared_lab: Lab, tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        history = await history_of(estate.access)
        ours = await estate.survey()
    async with looking(shared_lab.estate_path) as access:
        real_history = await history_of(access)
        theirs = await access.survey("orders")
    assert not differences(facts_of(ours, history), facts_of(theirs, real_history))
    for mine, real in zip(ours.nodes, theirs.nodes, strict=True):
        for part in ("status", "variables"):
            invented = set(getattr(mine, part).all) - set(getattr(real, part).all)
            assert not invented, f"{part} that a real server does not have"
