"""Changes one object of a cloud: the one choke point, which asks the permit before it sends anything."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from systems.errors import LinkLost
from systems.openstack.asking import AnyOrder, Orders, Reply
from systems.openstack.decoding import Asked
from systems.openstack.refusals import refusal
from systems.shell import Command, Output, Permit

_ACCEPTED = (200, 201, 202, 204)


@dataclass(frozen=True, slots=True)
class CloudHands:
    """Exists only with a `Permit` (DESIGN 3): the entry is written before the request, the outcome after."""

    api: Orders
    permit: Permit

    async def change(self, order: AnyOrder, asked: Asked, *, job: str, timeout_s: float = 15.0) -> Reply:
        """Send it once. Raises `NotArmed` before anything is sent, and what `refusal` makes of a no.

        `TimedOut`, `LinkLost` and `NotUnderstood`: nobody saw whether it was taken, so read the object.
        """
        cloud = self.api.cloud
        entry = self.permit.before(cloud, Command(order.line, as_root=False), job)
        try:
            reply = _accepted(await self.api.order(order, timeout_s=timeout_s), asked)
        except asyncio.CancelledError:
            service = order.api.service
            gone = LinkLost(f"{cloud}: the console stopped waiting; {service} may have taken the order")
            self.permit.after(entry, gone)
            raise
        except Exception as error:
            self.permit.after(entry, error)
            raise
        self.permit.after(entry, Output(f"HTTP {reply.status}, {reply.request}", "", 0, reply.at))
        return reply


def _accepted(reply: Reply, asked: Asked) -> Reply:
    if reply.status not in _ACCEPTED:
        raise refusal(reply, asked)
    return reply
