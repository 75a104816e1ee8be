"""Nova's answers as they come over the wire (its API reference), decoded and checked by msgspec."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from systems.errors import NotUnderstood
from systems.openstack.asking import Reply

T = TypeVar("T")


class WireAddress(Struct, frozen=True):
    addr: str
    type: str = named(name="OS-EXT-IPS:type", default="")


class WireFault(Struct, frozen=True):
    message: str = ""
    code: int = 0
    created: str | None = None


class WireFlavor(Struct, frozen=True):
    original_name: str = ""
    id: str = ""


class WireServer(Struct, frozen=True):
    id: str
    name: str | None = None
    status: str = "UNKNOWN"
    tenant_id: str | None = None
    created: str | None = None
    updated: str | None = None
    locked: bool | None = None
    addresses: dict[str, list[WireAddress]] = {}
    flavor: WireFlavor | None = None
    fault: WireFault | None = None
    task_state: str | None = named(name="OS-EXT-STS:task_state", default=None)
    vm_state: str | None = named(name="OS-EXT-STS:vm_state", default=None)
    power_state: int | None = named(name="OS-EXT-STS:power_state", default=None)
    host: str | UnsetType | None = named(name="OS-EXT-SRV-ATTR:host", default=UNSET)
    launched_at: str | None = named(name="OS-SRV-USG:launched_at", default=None)


class WireServers(Struct, frozen=True):
    servers: list[WireServer]
    servers_links: list[dict[str, str]] = []


class WireOneServer(Struct, frozen=True):
    server: WireServer


class WireHypervisorService(Struct, frozen=True):
    host: str = ""
    disabled_reason: str | None = None


class WireHypervisor(Struct, frozen=True):
    hypervisor_hostname: str
    state: str = ""
    status: str = ""
    hypervisor_type: str = ""
    service: WireHypervisorService = WireHypervisorService()


class WireHypervisors(Struct, frozen=True):
    hypervisors: list[WireHypervisor]


class WireService(Struct, frozen=True):
    binary: str
    host: str
    state: str = ""
    status: str = ""
    forced_down: bool = False
    disabled_reason: str | None = None
    updated_at: str | None = None


class WireServices(Struct, frozen=True):
    services: list[WireService]


class WireAction(Struct, frozen=True):
    action: str
    request_id: str | None = None
    user_id: str | None = None
    start_time: str | None = None
    message: str | None = None


class WireActions(Struct, frozen=True):
    actions: list[WireAction] = named(name="instanceActions")


class WireOutput(Struct, frozen=True):
    output: str | None


class WireConsole(Struct, frozen=True):
    type: str
    url: str


class WireRemoteConsole(Struct, frozen=True):
    """Since microversion 2.6 the answer is `remote_console`; before that, `console`."""

    remote_console: WireConsole | None = None
    console: WireConsole | None = None


def decoded(reply: Reply, kind: type[T], what: str) -> T:
    """Decode an answer, or raise `NotUnderstood`: what was asked for and what is wrong with it."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(
            f"{reply.cloud}: the answer to {what} cannot be read: {error}. "
            f"Is {reply.where} really {reply.service}, with nothing in between that answers for it?"
        ) from error


def time_of(text: str | None) -> datetime | None:
    """A time of Nova's, which is UTC with or without saying so; None: it told none, or none that is one."""
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
