"""Octavia's objects as its API v2 tells them, field by field."""

from __future__ import annotations

from datetime import UTC, datetime

from practice.cloud.balancer import AnyPart, Balancer, Listener, Member, Monitor, Part, Pool

Told = dict[str, object]


def _time(seconds: float | None) -> str | None:
    return (
        None if seconds is None else datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    )


def _common(part: Part, operating: str) -> Told:
    return {
        "id": part.id,
        "name": part.name,
        "provisioning_status": part.provisioning,
        "operating_status": operating,
        "admin_state_up": part.is_enabled,
        "project_id": part.project,
        "tenant_id": part.project,
        "created_at": _time(part.created_s),
        "updated_at": _time(part.updated_s),
        "tags": [],
    }


def refs(parts: list[AnyPart]) -> list[Told]:
    """Only their ids."""
    return [{"id": one.id} for one in parts]


def balancer(one: Balancer) -> Told:
    """One load balancer by itself."""
    return _common(one, one.operating) | {
        "description": "",
        "vip_address": one.address,
        "vip_subnet_id": one.subnet or None,
        "additional_vips": [],
        "listeners": refs([*one.listeners]),
        "pools": refs([*one.pools]),
        "provider": "amphora",
        "flavor_id": None,
        "vip_qos_policy_id": None,
        "availability_zone": None,
    }


def listener(owner: Balancer, one: Listener) -> Told:
    """One listener."""
    return _common(one, one.operating) | {
        "description": "",
        "protocol": one.protocol,
        "protocol_port": one.port,
        "connection_limit": -1,
        "default_pool_id": one.default_pool,
        "l7policies": [],
        "insert_headers": {},
        "loadbalancers": refs([owner]),
        "timeout_client_data": one.client_ms,
        "timeout_member_connect": 5000,
        "timeout_member_data": one.member_ms,
        "timeout_tcp_inspect": 0,
        "allowed_cidrs": one.allowed_cidrs,
    }


def pool(owner: Balancer, one: Pool) -> Told:
    """One pool."""
    return _common(one, one.operating) | {
        "description": "",
        "protocol": one.protocol,
        "lb_algorithm": one.algorithm,
        "session_persistence": None,
        "loadbalancers": refs([owner]),
        "listeners": [{"id": key} for key in one.listeners],
        "members": refs([*one.members]),
        "healthmonitor_id": one.monitor.id if one.monitor is not None else None,
        "tls_enabled": False,
    }


def member(owner: Pool, one: Member) -> Told:
    """One member."""
    return _common(one, one.operating(owner.monitor)) | {
        "address": one.address,
        "protocol_port": one.port,
        "weight": one.weight,
        "backup": one.is_backup,
        "subnet_id": None,
        "monitor_address": None,
        "monitor_port": one.monitor_port,
    }


def monitor(owner: Pool, one: Monitor) -> Told:
    """One health monitor."""
    return _common(one, one.operating) | {
        "type": one.kind,
        "delay": one.delay_s,
        "timeout": one.timeout_s,
        "max_retries": one.rise,
        "max_retries_down": one.fall,
        "http_method": "GET" if one.url_path else None,
        "url_path": one.url_path,
        "expected_codes": one.expected_codes,
        "pools": refs([owner]),
    }


def statuses(one: Balancer) -> Told:
    """The whole tree, with both statuses of each part."""
    pools = {pool.id: _pool_status(pool) for pool in one.pools}
    listeners = [
        _status(part, part.operating)
        | {"pools": [pools[pool.id] for pool in one.pools if part.id in pool.listeners]}
        for part in one.listeners
    ]
    return {"statuses": {"loadbalancer": _status(one, one.operating) | {"listeners": listeners}}}


def _status(part: Part, operating: str) -> Told:
    return {
        "id": part.id,
        "name": part.name,
        "operating_status": operating,
        "provisioning_status": part.provisioning,
    }


def _pool_status(one: Pool) -> Told:
    told = _status(one, one.operating)
    if one.monitor is not None:
        told["health_monitor"] = _status(one.monitor, one.monitor.operating) | {"type": one.monitor.kind}
    told["members"] = [
        _status(part, part.operating(one.monitor)) | {"address": part.address, "protocol_port": part.port}
        for part in one.members
    ]
    return told
