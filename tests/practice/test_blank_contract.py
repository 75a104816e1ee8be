"""Fresh hosts of the practice estate are as the lab's: what galera-bootstrap plans from agrees.

Where they differ, the practice estate is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pytest

from practice.faults import On, faults_on
from runbooks.library import RUNBOOKS
from runbooks.model import Look, Refusal
from systems.galera.evidence import HostEvidence
from systems.galera.preparation import PreparationReading
from tests.lab.lab import Lab
from tests.practice.inside import inside
from tests.practice.test_contract import as_in_practice, differences, facts_of, looking
from tui.access import Access

pytestmark = pytest.mark.lab

AT_ONCE = (("lost-and-found", "db2"), ("port-taken", "db3"))
"""Beside an untouched host; each in a host of its own, so that one look judges all."""
ALONE = (
    "cloned",
    "other-version",
    "data-there",
    "lost-and-found",
    "no-rsync",
    "flag-in-options",
    "flag-in-environment",
    "port-taken",
    "unknown-option",
    "masked",
    "no-datadir",
    "disk-full",
    "host-off",
    "link-cut",
    "wrong-sudo",
    "host-key-changed",
)
CANNOT_BE_HAD = {"clock-skew", "slow-link", "partition"}
"""The hosts share the machine's clock and its links have no delay; hosts without databases have no peers."""
SAME = (
    "conflicting",
    "datadir",
    "datadir_state",
    "schemas",
    "datadir_owner",
    "datadir_mode",
    "wrong_owners",
    "has_lost_found",
    "certificates_in_datadir",
    "gcache_pages",
    "configured_twice",
    "server_id",
    "node_name",
    "notify_cmd",
    "server_uuid",
    "hostname",
    "selinux",
    "selinux_configured",
    "datadir_label",
    "firewalls",
    "swap",
    "requires_mounts",
    "timeout_start_s",
    "enabled",
    "listens_4567",
    "certificates",
)
"""Fields of the preparation whose very values agree; of the others, whether they are told."""
SAME_EVIDENCE = ("bootstrap_flags", "unmounted", "datadir_exists", "gcache_bytes", "gra_logs", "pid_files")
LABS_OWN = "openssl"
"""A tool that the lab's hosts lack; nothing that these plans need."""
_ID = re.compile(r"[0-9a-f]{32}")
BOOK = RUNBOOKS["galera-bootstrap"]
VALUES = {item.name: item.default for item in BOOK.inputs}


def facts_of_hosts(look: Look) -> dict[str, object]:
    """What must agree of one look at fresh hosts, and what galera-bootstrap makes of it."""
    found = facts_of(look.survey, history="none yet")
    for node in look.survey.nodes:
        prepared = look.preparation[node.host]
        found[f"{node.host} preparation"] = type(prepared).__name__
        if isinstance(prepared, PreparationReading):
            found |= {f"{node.host} preparation {name}": value for name, value in _prepared(prepared)}
        if isinstance(node.evidence, HostEvidence):
            found |= {f"{node.host} {name}": repr(getattr(node.evidence, name)) for name in SAME_EVIDENCE}
    found["identities"] = len({host.machine_id for host in _evidence(look)})
    found["versions"] = len({host.server_version for host in _evidence(look)})
    answer = BOOK.plan(look, VALUES, {})
    if isinstance(answer, Refusal):
        found["plan"] = ("refused", _ID.sub("ID", answer.sentence), answer.gotchas)
    else:
        found["plan"] = [step.key for step in answer.steps]
    return found


def _evidence(look: Look) -> list[HostEvidence]:
    return [node.evidence for node in look.survey.nodes if isinstance(node.evidence, HostEvidence)]


def _prepared(prepared: PreparationReading) -> list[tuple[str, object]]:
    told = [(f"tells {field.name}", getattr(prepared, field.name) is not None) for field in fields(prepared)]
    same = [(name, getattr(prepared, name)) for name in SAME]
    tools = {tool: is_there for tool, is_there in prepared.tools.items() if tool != LABS_OWN}
    return [*told, *same, ("tools", tools), ("packages", sorted(prepared.packages or {}))]


def invented(practice: Look, real: Look) -> set[tuple[str, str]]:
    """Options that stand in the option files of the practice estate alone."""
    pairs = zip(_evidence(practice), _evidence(real), strict=True)
    return {
        option
        for ours, theirs in pairs
        for option in {*ours.configured.items()} - {*theirs.configured.items()}
    }


async def look_of(access: Access) -> Look:
    await access.look("orders", preparation=True)
    return await access.look("orders", preparation=True)


async def in_practice(faults: Sequence[tuple[str, str]], folder: Path) -> Look:
    async with inside(folder, blank=True) as estate:
        for fault, host in faults:
            await estate.breaks(fault, host)
        return await look_of(estate.access)


async def on_the_lab(lab: Lab, faults: Sequence[tuple[str, str]], folder: Path) -> Look:
    """A second time changes nothing."""
    for fault, host in faults:
        lab.breaks(fault, host)
        lab.breaks(fault, host)
    async with looking(as_in_practice(lab, folder, password="not there yet")) as access:
        return await look_of(access)


async def agrees(lab: Lab, faults: Sequence[tuple[str, str]], folder: Path) -> None:
    ours = await in_practice(faults, folder)
    theirs = await on_the_lab(lab, faults, folder)
    assert not differences(facts_of_hosts(ours), facts_of_hosts(theirs))
    assert not invented(ours, theirs)


async def test_fresh_hosts_two_of_them_spoiled_read_as_real_ones_do(blank_lab: Lab, tmp_path: Path) -> None:
    await agrees(blank_lab, AT_ONCE, tmp_path)


@pytest.mark.whole
@pytest.mark.parametrize("fault", ALONE)
async def test_a_fault_of_one_fresh_host_reads_as_on_a_real_one(
    blank_lab: Lab, fault: str, tmp_path: Path
) -> None:
    await agrees(blank_lab, ((fault, "db3"),), tmp_path)


@pytest.mark.whole
async def test_untouched_hosts_are_planned_for_as_real_ones_are(blank_lab: Lab, tmp_path: Path) -> None:
    await agrees(blank_lab, (), tmp_path)


def test_every_fault_of_fresh_hosts_is_compared_or_cannot_be_had_on_real_ones() -> None:
    assert set(faults_on(On.BLANK)) - set(ALONE) == CANNOT_BE_HAD
