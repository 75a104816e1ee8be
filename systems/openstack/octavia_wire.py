"""Octavia's answers as they come over the wire (its API reference v2), decoded and checked by msgspec."""

from __future__ import annotations

from msgspec import Struct
from msgspec import field as named


class WireRef(Struct, frozen=True):
    id: str


class WireLink(Struct, frozen=True):
    rel: str = ""


class WireStanding(Struct, frozen=True, kw_only=True):
    """What every object has. An admin_state_up that is missing is no reason to say that it is off."""

    id: str
    name: str | None = None
    provisioning_status: str | None = None
    operating_status: str | None = None
    admin_state_up: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None


class WireBalancer(WireStanding, frozen=True, kw_only=True):
    vip_address: str | None = None
    vip_subnet_id: str | None = None
    provider: str | None = None
    project_id: str | None = None


class WireListener(WireStanding, frozen=True, kw_only=True):
    protocol: str | None = None
    protocol_port: int | None = None
    default_pool_id: str | None = None
    loadbalancers: list[WireRef] = []
    timeout_client_data: int | None = None
    timeout_member_data: int | None = None
    allowed_cidrs: list[str] | None = None


class WirePool(WireStanding, frozen=True, kw_only=True):
    protocol: str | None = None
    lb_algorithm: str | None = None
    loadbalancers: list[WireRef] = []
    listeners: list[WireRef] = []
    members: list[WireRef] = []
    healthmonitor_id: str | None = None


class WireMember(WireStanding, frozen=True, kw_only=True):
    address: str | None = None
    protocol_port: int | None = None
    weight: int | None = None
    backup: bool | None = None
    monitor_address: str | None = None
    monitor_port: int | None = None


class WireMonitor(WireStanding, frozen=True, kw_only=True):
    type: str | None = None
    delay: int | None = None
    timeout: int | None = None
    max_retries: int | None = None
    max_retries_down: int | None = None
    url_path: str | None = None
    expected_codes: str | None = None
    pools: list[WireRef] = []


class WireBalancers(Struct, frozen=True):
    items: list[WireBalancer] = named(name="loadbalancers")
    links: list[WireLink] = named(name="loadbalancers_links", default=[])


class WireListeners(Struct, frozen=True):
    items: list[WireListener] = named(name="listeners")
    links: list[WireLink] = named(name="listeners_links", default=[])


class WirePools(Struct, frozen=True):
    items: list[WirePool] = named(name="pools")
    links: list[WireLink] = named(name="pools_links", default=[])


class WireMonitors(Struct, frozen=True):
    items: list[WireMonitor] = named(name="healthmonitors")
    links: list[WireLink] = named(name="healthmonitors_links", default=[])


class WireMembers(Struct, frozen=True):
    items: list[WireMember] = named(name="members")
    links: list[WireLink] = named(name="members_links", default=[])


class WireOneBalancer(Struct, frozen=True):
    loadbalancer: WireBalancer


class WireExtension(Struct, frozen=True):
    alias: str = ""


class WireExtensions(Struct, frozen=True):
    extensions: list[WireExtension]
