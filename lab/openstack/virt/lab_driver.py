"""Nova's own fake hypervisor driver, which here outlives a restart of nova-compute.

The plain one invents the id of its node at each start and forgets its guests, so a second start is refused.
"""

from __future__ import annotations

from typing import Any

from nova import context, objects
from nova.virt import fake, node


class LabDriver(fake.FakeDriver):
    """A fake hypervisor with one lasting node."""

    def get_nodenames_by_uuid(self, refresh: bool = False) -> dict[str, str]:  # noqa: ARG002
        return {node.get_local_node_uuid(): name for name in self.get_available_nodes()}

    def get_available_resource(self, nodename: str) -> dict[str, Any]:
        return {**super().get_available_resource(nodename), "uuid": node.get_local_node_uuid()}

    def init_host(self, host: str) -> None:
        super().init_host(host)
        for guest in objects.InstanceList.get_by_host(context.get_admin_context(), host):
            self.instances[guest.uuid] = fake.FakeInstance(guest.name, guest.power_state, guest.uuid)
