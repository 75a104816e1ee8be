"""A failover, carried out by an armed console or command, and what was proven written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runbooks.cloud.failover import NAME, carry_out_failover, journal_failover
from systems.errors import SystemsError

if TYPE_CHECKING:
    from runbooks.cloud.failover import FailoverResult
    from systems.openstack.hands import CloudHands
    from systems.openstack.octavia_readings import Balancer
    from tui.works import Works


async def fail_over(
    works: Works, cloud: str, balancer: Balancer, *, tell: Callable[[str], object] = lambda _: None
) -> FailoverResult:
    """Carry it out, and write what was proven into the journal. Raises `SystemsError`: nothing was sent."""
    clouds = works.clouds
    if clouds is None:
        raise SystemsError("This console has no cloud.")

    def make_hands(now: Balancer) -> CloudHands:
        data = {"balancer": now.name, "id": now.id}
        permit = works.arming.permit(works.redact, system=cloud, step=f"{NAME} {now.name}", data=data)
        return clouds.hands(cloud, permit)

    works.arming.require()
    result = await carry_out_failover(balancer, clouds.balancers(cloud), make_hands, tell)
    await works.aside(journal_failover, works.journal, works.redact, cloud, result)
    return result
