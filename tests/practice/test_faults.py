"""Every fault, looked at by the console's own adapters: it names the scenario that the fault makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.faults import FAULTS, On, faults_on
from tests.practice.inside import inside

SCENARIOS = {
    "kill-one": "R-1C",
    "kill-two": "R-5",
    "stop-one": "R-1G",
    "stop-two": "R-2",
    "stop-all": "R-3",
    "power-loss": "R-7A",
    "power-loss-no-view": "R-6",
    "never-returns": "STOP-SURVEY",
    "never-returns-waiting": "R-7B",
    "sst-aborted": "R-SST",
    "boot-unit": "PXC-03",
    "disk-full": "R-LOOP",
    "flow-control": "R-FC",
    "desync": "R-DON",
    "donor": "R-WAIT",
    "voted-out": "R-VOTE",
    "foreign-uuid": "R-FOR",
    "zero-uuid": "R-1Z",
    "two-clusters": "R-SEP",
    "unequal-seqno": "STOP-SURVEY",
    "partition": "R-NET",
    "split-brain": "R-SB",
    "link-cut": "R-HOST",
    "host-off": "R-HOST",
    "slow-link": "healthy",
    "wrong-sudo": "healthy",
    "host-key-changed": "R-HOST",
    "clock-skew": "K.1-clock",
    "writes-stop": "healthy",
    "schema-change": "R-DDL",
    "long-statement": "healthy",
    "backup": "healthy",
    "cache-purged": "healthy",
    "unit-masked": "healthy",
    "reject-queries": "REC-35",
}


def test_every_fault_has_a_scenario_here_and_says_what_it_is_in_a_sentence() -> None:
    assert set(SCENARIOS) == set(faults_on(On.CLUSTER))
    assert all(fault.what.endswith(".") and len(fault.what) < 120 for fault in FAULTS.values())


@pytest.mark.parametrize("fault", SCENARIOS)
async def test_the_console_names_a_fault_and_healed_it_has_lost_nothing(fault: str, tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        await estate.breaks(fault)
        said = await estate.until_verdict(SCENARIOS[fault])
        assert said.sentence
        await estate.heals(fault)
        assert estate.cluster["is_healthy"], estate.cluster
        assert estate.cluster["lost"] == 0
        assert estate.serving.practice.broken == {}
