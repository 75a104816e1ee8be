"""Nova's own fake hypervisor driver, which here outlives a restart of nova-compute and has a real guest.

The plain one invents the id of its node at each start and forgets its guests, so a second start is refused.
Every console leads to the one guest of lab/guest.sh: LAB_GUEST_PORT is its serial line, the next two are VNC
and SPICE.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nova import context, objects
from nova.console import type as console
from nova.virt import fake, node

HERE = "127.0.0.1"
PORT = int(os.environ.get("LAB_GUEST_PORT", "27000"))
LOG = Path(os.environ.get("LAB_GUEST_LOG", "/nonexistent"))


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

    def get_serial_console(self, context: object, instance: object) -> Any:  # noqa: ARG002
        return console.ConsoleSerial(host=HERE, port=PORT)

    def get_vnc_console(self, context: object, instance: object) -> Any:  # noqa: ARG002
        return console.ConsoleVNC(host=HERE, port=PORT + 1)

    def get_spice_console(self, context: object, instance: object) -> Any:  # noqa: ARG002
        return console.ConsoleSpice(host=HERE, port=PORT + 2, tlsPort=None)

    def get_console_output(self, context: object, instance: object) -> Any:
        """What the guest wrote; where there is none, what the fake driver says."""
        return LOG.read_bytes() if LOG.exists() else super().get_console_output(context, instance)
