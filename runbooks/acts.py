"""What a step does: one command on one host, or one order to a cloud. Data; nothing here sends anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems.shell import Command

if TYPE_CHECKING:
    from systems.openstack.asking import AnyOrder
    from systems.openstack.decoding import Asked


@dataclass(frozen=True, slots=True)
class CloudOrder:
    """One request to a cloud that changes something there, and what it asks for in words."""

    order: AnyOrder
    asked: Asked


@dataclass(frozen=True, slots=True)
class Act:
    """One command on one host, or one order to a cloud: shown word for word, then sent word for word."""

    host: str
    """Of an order, the name of the cloud."""
    command: Command
    timeout_s: float = 60.0
    accepts: tuple[int, ...] = (0,)
    """Exit statuses that are not a failure; green still means verified."""
    order: CloudOrder | None = None
    """What is sent to a cloud instead; `command` tells it as it is shown."""

    @classmethod
    def of_cloud(cls, cloud: str, order: AnyOrder, asked: Asked) -> Act:
        """One order to a cloud. A cloud keeps no jobs: where its answer is not seen, the verify decides."""
        return cls(cloud, Command(order.line, as_root=False), order=CloudOrder(order, asked))
