"""Load balancers of the practice estate are as the lab's: the console tells the same faults alike."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runbooks.vips.look import members
from systems.estate import load
from systems.secrets import Redactor
from tests.lab.lab import Lab
from tests.practice.inside import inside
from tests.practice.test_vips import VIP
from tui.access import Access

pytestmark = [pytest.mark.lab, pytest.mark.whole]
DEADLINE_S = 60.0
FAULTS = {"kill-one": "db3", "desync": "db2", "reject-queries": "db1"}


async def sentences(access: Access, member: str) -> list[str]:
    """What is so with a member, by balancer."""
    look = await access.look_at_vip(VIP)
    return [one.truth.sentence for one in members(look) if one.server.name == member]


@pytest.mark.parametrize("fault", FAULTS)
async def test_both_tell_a_fault_in_the_same_words(fault: str, balanced_lab: Lab, tmp_path: Path) -> None:
    host = FAULTS[fault]
    async with inside(tmp_path, balanced=True) as practice:
        await practice.breaks(fault, host, seconds=15.0)
        simulated = await sentences(practice.access, host)
    access = Access(load(balanced_lab.estate_path), Redactor())
    await asyncio.to_thread(balanced_lab.breaks, fault, host)
    loop = asyncio.get_running_loop()
    end = loop.time() + DEADLINE_S
    while True:
        real = await sentences(access, host)
        if real == simulated:
            break
        assert loop.time() < end, (real, simulated)
        await asyncio.sleep(0.5)
    await access.close()
