"""An act on an instance, carried out by an armed console or command, and what was proven written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from runbooks.cloud.acts import InstanceAct, carry_out, journal_result
from systems.errors import SystemsError

if TYPE_CHECKING:
    from runbooks.cloud.acts import ActResult
    from systems.openstack.hands import CloudHands
    from systems.openstack.readings import Instance
    from tui.works import Works


async def act_on(
    works: Works,
    cloud: str,
    instance: Instance,
    act: InstanceAct,
    *,
    tell: Callable[[str], object] = lambda _: None,
) -> ActResult:
    """Carry it out, and write what was proven into the journal. Raises `SystemsError`: nothing was sent."""
    clouds = works.clouds
    if clouds is None:
        raise SystemsError("This console has no cloud.")

    def make_hands(act: InstanceAct, now: Instance) -> CloudHands:
        words = f"{act.name} {now.name}"
        data = {"instance": now.name, "id": now.id}
        return clouds.hands(cloud, works.arming.permit(works.redact, system=cloud, step=words, data=data))

    works.arming.require()
    result = await carry_out(act, instance, clouds.reader(cloud), make_hands, tell)
    await works.aside(journal_result, works.journal, works.redact, cloud, act.name, result)
    return result
