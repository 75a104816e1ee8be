"""Nova's objects as its API tells them, field by field."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practice.cloud.instance import Action, ComputeHost, Flavor, Instance
    from practice.cloud.nova import Nova

Told = dict[str, object]
Version = tuple[int, int]
OLDEST: Version = (2, 1)
NEWEST: Version = (2, 104)
CONTROLLER = "ctl1"


def stamp(seconds: float | None) -> str | None:
    """A time as rows have it."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000000")


def zulu(seconds: float) -> str:
    """A time as servers have it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def links(url: str, kind: str, key: str) -> list[Told]:
    """Where it is found."""
    return [
        {"rel": "self", "href": f"{url}/v2.1/{kind}/{key}"},
        {"rel": "bookmark", "href": f"{url}/{kind}/{key}"},
    ]


def server(one: Instance, url: str, version: Version) -> Told:
    """One server in detail."""
    host = one.host.name if one.host is not None else None
    told: Told = {
        "accessIPv4": "",
        "accessIPv6": "",
        "addresses": _addresses(one),
        "created": zulu(one.created_s),
        "flavor": _size(one.flavor, url, version),
        "hostId": hashlib.sha224(f"{one.project.id}{host}".encode()).hexdigest() if host else "",
        "id": one.id,
        "image": "",
        "links": links(url, "servers", one.id),
        "metadata": {},
        "name": one.name,
        "status": one.status,
        "tenant_id": one.project.id,
        "user_id": one.user,
        "updated": zulu(one.updated_s),
        "OS-DCF:diskConfig": "MANUAL",
        "OS-EXT-AZ:availability_zone": "nova" if host else "",
        "config_drive": "",
        "key_name": None,
        "OS-SRV-USG:launched_at": stamp(one.launched_s),
        "OS-SRV-USG:terminated_at": None,
        "OS-EXT-SRV-ATTR:host": host,
        "OS-EXT-SRV-ATTR:instance_name": f"instance-{one.number:08x}",
        "OS-EXT-SRV-ATTR:hypervisor_hostname": host,
        "OS-EXT-STS:task_state": one.task,
        "OS-EXT-STS:vm_state": one.vm_state,
        "OS-EXT-STS:power_state": int(one.power),
        "os-extended-volumes:volumes_attached": [],
    }
    if one.status in ("ACTIVE", "BUILD", "REBOOT", "HARD_REBOOT"):
        told["progress"] = 0
    if one.fault is not None:
        told["fault"] = {"code": 500, "created": zulu(one.fault.wall_s), "message": one.fault.message}
    if version >= (2, 9):
        told["locked"] = one.is_locked
    if version >= (2, 16):
        told["host_status"] = ("UP" if one.host.is_up else "UNKNOWN") if one.host is not None else ""
    return told


def _addresses(one: Instance) -> Told:
    if not one.address:
        return {}
    where = {
        "version": 4,
        "addr": one.address,
        "OS-EXT-IPS:type": "fixed",
        "OS-EXT-IPS-MAC:mac_addr": f"fa:16:3e:00:{one.number >> 8:02x}:{one.number & 0xFF:02x}",
    }
    return {"internal": [where]}


def _size(flavor: Flavor, url: str, version: Version) -> Told:
    if version < (2, 47):
        return {
            "id": flavor.id,
            "links": [{"rel": "bookmark", "href": f"{url}/flavors/{flavor.id}"}],
        }
    return {
        "vcpus": flavor.vcpus,
        "ram": flavor.ram_mib,
        "disk": flavor.disk_gib,
        "ephemeral": 0,
        "swap": 0,
        "original_name": flavor.name,
        "extra_specs": {},
    }


def flavors(found: Iterable[Flavor], url: str) -> Told:
    """All flavors in detail."""
    rows = [
        {
            "id": one.id,
            "name": one.name,
            "ram": one.ram_mib,
            "disk": one.disk_gib,
            "swap": "",
            "vcpus": one.vcpus,
            "os-flavor-access:is_public": True,
            "rxtx_factor": 1.0,
            "links": links(url, "flavors", one.id),
        }
        for one in found
    ]
    return {"flavors": rows}


def hypervisors(nova: Nova, version: Version) -> Told:
    """All hypervisors in detail."""
    return {
        "hypervisors": [
            {
                "id": at if version < (2, 53) else host.id,
                "hypervisor_hostname": host.name,
                "state": "up" if host.is_up else "down",
                "status": "enabled",
                "hypervisor_type": "QEMU",
                "hypervisor_version": 7_002_000,
                "host_ip": host.address,
                "service": {
                    "id": at if version < (2, 53) else host.id,
                    "host": host.name,
                    "disabled_reason": None,
                },
            }
            for at, host in enumerate(nova.hosts.values(), 1)
        ]
    }


def services(nova: Nova, version: Version) -> Told:
    """All processes that report."""
    rows = [_service(nova, binary, CONTROLLER, None) for binary in ("nova-scheduler", "nova-conductor")]
    rows += [_service(nova, "nova-compute", host.name, host) for host in nova.hosts.values()]
    for at, row in enumerate(rows, 1):
        row["id"] = at if version < (2, 53) else f"00000000-0000-4000-8000-{at:012x}"
    return {"services": rows}


def _service(nova: Nova, binary: str, name: str, host: ComputeHost | None) -> Told:
    return {
        "binary": binary,
        "host": name,
        "zone": "nova" if host is not None else "internal",
        "status": "enabled",
        "state": "up" if host is None or host.is_up else "down",
        "updated_at": stamp(nova.reported_wall_s(host)),
        "disabled_reason": None,
        "forced_down": False,
    }


def actions(one: Instance) -> Told:
    """What was done to an instance, newest first."""
    return {"instanceActions": [_action(one, done) for done in reversed(one.actions)]}


def _action(one: Instance, done: Action) -> Told:
    return {
        "action": done.name,
        "instance_uuid": one.id,
        "request_id": done.request,
        "user_id": done.user,
        "project_id": one.project.id,
        "start_time": stamp(done.wall_s),
        "message": None,
    }


def limits(own: Iterable[Instance], quota_ram_mib: int) -> Told:
    """What a project may have, and has."""
    found = list(own)
    absolute = {
        "maxTotalCores": -1,
        "maxTotalInstances": -1,
        "maxTotalRAMSize": quota_ram_mib,
        "totalRAMUsed": sum(one.flavor.ram_mib for one in found),
        "totalCoresUsed": sum(one.flavor.vcpus for one in found),
        "totalInstancesUsed": len(found),
    }
    return {"limits": {"rate": [], "absolute": absolute}}


def versions(url: str) -> Told:
    """The versions of the Compute API."""
    old = {"id": "v2.0", "status": "DEPRECATED", "version": "", "min_version": ""}
    old |= {"updated": "2025-07-04T12:00:00Z"}
    rows = [
        {**old, "links": [{"rel": "self", "href": f"{url}/v2/"}]},
        {**_CURRENT, "links": [{"rel": "self", "href": f"{url}/v2.1/"}]},
    ]
    return {"versions": rows}


def version(url: str) -> Told:
    """The current one."""
    about = {"rel": "describedby", "type": "text/html", "href": "http://docs.openstack.org/"}
    kind = "application/vnd.openstack.compute+json;version=2.1"
    return {
        "version": {
            **_CURRENT,
            "links": [{"rel": "self", "href": f"{url}/v2.1/"}, about],
            "media-types": [{"base": "application/json", "type": kind}],
        }
    }


_CURRENT = {
    "id": "v2.1",
    "status": "CURRENT",
    "version": f"{NEWEST[0]}.{NEWEST[1]}",
    "min_version": f"{OLDEST[0]}.{OLDEST[1]}",
    "updated": "2013-07-23T11:33:21Z",
}
