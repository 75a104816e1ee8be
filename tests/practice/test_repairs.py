"""The console's runbooks bring the practice estate back, and no acknowledged commit is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.practice.inside import inside

CORE = ("kill-one", "power-loss-no-view")
MORE = ("kill-two", "voted-out", "stop-one", "power-loss", "sst-aborted", "zero-uuid")
AGREED = [word for name in ("db1", "db2", "db3") for word in ("--yes-to", name)]


@pytest.mark.parametrize("fault", [*CORE, *(pytest.param(name, marks=pytest.mark.whole) for name in MORE)])
async def test_galera_recover_brings_back_what_a_fault_took(fault: str, tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        await estate.breaks(fault)
        run = ("runbook", "run", "galera-recover", "--target", "orders", "--arm", "a drill", *AGREED)
        status, said = await estate.console(*run)
        assert status == 0, said
        assert estate.cluster["is_healthy"]
        assert estate.cluster["lost"] == 0
        assert (await estate.verdict()).scenario == "healthy"


@pytest.mark.whole
async def test_a_rolling_restart_loses_nothing_and_forces_nothing(tmp_path: Path) -> None:
    async with inside(tmp_path) as estate:
        status, said = await estate.console(
            "runbook", "run", "galera-rolling-restart", "--target", "orders", "--arm", "a drill"
        )
        assert status == 0, said
        assert estate.cluster["is_healthy"]
        assert (estate.cluster["lost"], estate.cluster["forced"]) == (0, 0)
