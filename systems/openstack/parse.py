"""Answers of the Compute API as readings. Pure: its tests are answers recorded from a real Nova."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from systems.errors import NotUnderstood
from systems.openstack.asking import Reply
from systems.openstack.readings import (
    Address,
    ConsoleLogReading,
    ConsoleReading,
    Event,
    EventsReading,
    Fault,
    Hypervisor,
    HypervisorsReading,
    Instance,
    InstancesReading,
    Power,
    Service,
    ServicesReading,
)
from systems.openstack.wire import (
    WireActions,
    WireFault,
    WireHypervisors,
    WireOneServer,
    WireOutput,
    WireRemoteConsole,
    WireServer,
    WireServers,
    WireServices,
    decoded,
    time_of,
)

_POWER = {
    0: Power.UNKNOWN,
    1: Power.RUNNING,
    3: Power.PAUSED,
    4: Power.SHUT_DOWN,
    6: Power.CRASHED,
    7: Power.SUSPENDED,
}


def parse_page(reply: Reply) -> tuple[tuple[Instance, ...], str]:
    """One page of the list of servers, and the id after which the next begins; empty: it was the last."""
    page = decoded(reply, WireServers, "the list of instances")
    instances = tuple([_instance(server) for server in page.servers])
    has_more = any(link.get("rel") == "next" for link in page.servers_links)
    return instances, instances[-1].id if has_more and instances else ""


def instances_reading(
    pages: Sequence[tuple[Instance, ...]], last: Reply, *, is_all_projects: bool
) -> InstancesReading:
    """All pages as one reading; an instance that moved between two pages stands once."""
    by_id = {instance.id: instance for page in pages for instance in page}
    return InstancesReading(last.at, tuple(by_id.values()), is_all_projects)


def parse_instance(reply: Reply) -> Instance:
    """One instance by itself."""
    return _instance(decoded(reply, WireOneServer, "an instance").server)


def _instance(server: WireServer) -> Instance:
    return Instance(
        id=server.id,
        name=server.name or server.id,
        status=server.status,
        task=server.task_state or "",
        vm_state=server.vm_state or "",
        power=_POWER.get(server.power_state or 0, Power.UNKNOWN),
        host=None if server.host is UNSET else server.host or "",
        addresses=tuple(
            [
                Address(network, one.addr, one.type == "floating")
                for network, addresses in server.addresses.items()
                for one in addresses
            ]
        ),
        flavor=(server.flavor.original_name or server.flavor.id) if server.flavor else "",
        project=server.tenant_id or "",
        created_at=time_of(server.created),
        launched_at=time_of(server.launched_at),
        updated_at=time_of(server.updated),
        is_locked=bool(server.locked),
        fault=_fault(server.fault),
    )


def _fault(fault: WireFault | None) -> Fault | None:
    return Fault(fault.message.strip(), fault.code, time_of(fault.created)) if fault else None


def parse_hypervisors(reply: Reply) -> HypervisorsReading:
    """All hypervisors."""
    found = decoded(reply, WireHypervisors, "the list of hypervisors").hypervisors
    return HypervisorsReading(
        reply.at,
        tuple(
            [
                Hypervisor(
                    name=one.hypervisor_hostname,
                    host=one.service.host or one.hypervisor_hostname,
                    kind=one.hypervisor_type,
                    is_up=one.state == "up",
                    is_enabled=one.status == "enabled",
                    disabled_reason=one.service.disabled_reason or "",
                )
                for one in found
            ]
        ),
    )


def parse_services(reply: Reply) -> ServicesReading:
    """All processes of Nova that report."""
    found = decoded(reply, WireServices, "the list of services").services
    return ServicesReading(
        reply.at,
        tuple(
            [
                Service(
                    binary=one.binary,
                    host=one.host,
                    is_up=one.state == "up",
                    is_enabled=one.status == "enabled",
                    is_forced_down=one.forced_down,
                    disabled_reason=one.disabled_reason or "",
                    reported_at=time_of(one.updated_at),
                )
                for one in found
            ]
        ),
    )


def parse_events(reply: Reply) -> EventsReading:
    """What was done to an instance, newest first as Nova tells it."""
    found = decoded(reply, WireActions, "the events of an instance").actions
    return EventsReading(
        reply.at,
        tuple(
            [
                Event(
                    action=one.action,
                    request=one.request_id or "",
                    user=one.user_id or "",
                    begun_at=time_of(one.start_time),
                    message=one.message or "",
                )
                for one in found
            ]
        ),
    )


def parse_console_log(reply: Reply) -> ConsoleLogReading:
    """The end of what the instance wrote."""
    return ConsoleLogReading(reply.at, decoded(reply, WireOutput, "a console log").output or "")


def parse_console(reply: Reply, *, ttl_s: float) -> ConsoleReading:
    """The way to a screen."""
    answer = decoded(reply, WireRemoteConsole, "a console")
    console = answer.remote_console or answer.console
    if console is None:
        raise NotUnderstood(f"{reply.cloud}: the answer to a console holds none; is {reply.where} Nova?")
    return ConsoleReading(reply.at, console.type, console.url, ttl_s)
