"""What is wrong beside the cluster in the demo's estate: load balancers and clouds, as lines of text."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from runbooks.model import Severity

if TYPE_CHECKING:
    from runbooks.model import Finding
    from tui.access import Access

_SIGNS = {Severity.CRITICAL: "✖", Severity.WARNING: "▲"}


async def wrong_elsewhere(access: Access) -> list[str]:
    """One look at all of them; every finding that is more than a note, the worst of a system first."""
    from runbooks.cloud.balancers import judge_balancers
    from runbooks.cloud.findings import judge_cloud
    from runbooks.vips.findings import judge_vip
    from systems.text import visible

    estate = access.estate
    looks, clouds = await asyncio.gather(
        asyncio.gather(*[access.look_at_vip(one.name) for one in estate.balancers]),
        asyncio.gather(*[access.look_at_cloud(one.name) for one in estate.clouds]),
    )
    found = [
        *[_told(look.name, judge_vip(look).findings) for look in looks],
        *[_told(instances.name, judge_cloud(instances).findings) for instances, _ in clouds],
        *[_told(balancers.cloud, judge_balancers(balancers).findings) for _, balancers in clouds],
    ]
    return [visible(line) for lines in found for line in lines]


def _told(system: str, findings: Sequence[Finding]) -> list[str]:
    return [
        line
        for one in findings
        if one.severity > Severity.INFO
        for line in (f"{_SIGNS[one.severity]} {system}: {one.id}  {one.sentence}", f"    do  {one.advice}")
    ]
