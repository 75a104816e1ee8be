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
from systems.errors import SystemsError
from systems.estate import load
from systems.galera.evidence import HostEvidence
from systems.galera.readings import ZERO_UUID, ClusterSurvey, NodeSurvey, WsrepStatus, WsrepVariables
from systems.secrets import Redactor
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
)
ON = {"boot-unit": "db3"}
"""Where the two have another host in mind when none is named."""
SAME_STATUS = ("cluster_status", "cluster_size", "state_comment", "ready", "connected", "evs_state")
SAME_UNIT = ("load", "active", "sub", "result", "enabled")
UNITS = ("mariadb", "mysql@bootstrap")
NEVER = "(never set there)"


def facts_of(survey: ClusterSurvey, history: str) -> dict[str, object]:
    """What must agree of one look, each fact by its name."""
    found: dict[str, object] = {"scenario": verdict(survey, triage(survey)).scenario}
    for node in survey.nodes:
        for name, value in _node(node, history):
            found[f"{node.host} {name}"] = value
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
    if isinstance(node.variables, WsrepVariables):
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


def _whose(uuid: str, history: str) -> str:
    return {history: "ours", ZERO_UUID: "zero", "": "none"}.get(uuid, "another")


def differences(practice: Mapping[str, object], real: Mapping[str, object]) -> list[str]:
    names = sorted({*practice, *real})
    pairs = [(name, practice.get(name, NEVER), real.get(name, NEVER)) for name in names]
    return [f"{name}: practice {ours!r}, real {theirs!r}" for name, ours, theirs in pairs if ours != theirs]


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
    return facts_of(await estate.survey(), history)


async def on_the_lab(lab: Lab, fault: str, expected: Mapping[str, object]) -> list[str]:
    """What differs still when real servers have had time to settle."""
    async with looking(lab.estate_path) as access:
        history = await history_of(access)
        lab.breaks(fault, *filter(None, [ON.get(fault)]))
        end = time.monotonic() + 40
        while True:
            await access.survey("orders")
            found = differences(expected, facts_of(await access.survey("orders"), history))
            if not found or time.monotonic() > end:
                return found


@pytest.mark.parametrize("fault", [*CORE, *(pytest.param(name, marks=pytest.mark.whole) for name in MORE)])
async def test_a_fault_reads_as_it_does_on_real_servers(lab: Lab, fault: str, tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        expected = await in_practice(estate, fault)
    assert not await on_the_lab(lab, fault, expected)


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
