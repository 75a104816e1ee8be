"""Changes one instance of a cloud: the one choke point, which asks the permit before it sends anything."""

from __future__ import annotations

from dataclasses import dataclass

from systems.errors import SystemsError
from systems.openstack.asking import Order, Orders, Reply
from systems.openstack.refusals import Asked, refusal
from systems.shell import Command, Output, Permit

_ACCEPTED = (200, 202)


@dataclass(frozen=True, slots=True)
class CloudHands:
    """Exists only with a `Permit` (DESIGN 3): the entry is written before the request, the outcome after."""

    api: Orders
    permit: Permit

    async def change(self, order: Order, asked: Asked, *, job: str, timeout_s: float = 15.0) -> Reply:
        """Send it once. Raises `NotArmed` before anything is sent, and what `refusal` makes of a no.

        `TimedOut` means that nobody knows whether it was taken: read the instance.
        """
        entry = self.permit.before(self.api.cloud, Command(order.line, as_root=False), job)
        try:
            reply = await self.api.order(order, timeout_s=timeout_s)
            if reply.status not in _ACCEPTED:
                raise refusal(reply, asked)
        except SystemsError as error:
            self.permit.after(entry, error)
            raise
        self.permit.after(entry, Output(f"HTTP {reply.status}, {reply.request}", "", 0, reply.at))
        return reply
