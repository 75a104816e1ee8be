"""Octavia's API v2 over HTTP: lists, the tree of statuses, what is made, and the failover."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from practice.cloud import octavia_telling as telling
from practice.cloud.balancer import Balancer, Beginning, Listener, Member, Monitor, Pool
from practice.cloud.http import Refusal, Request, Response
from practice.cloud.keystone_api import whose
from practice.cloud.octavia import refusal

if TYPE_CHECKING:
    from practice.cloud.keystone import Account, Keystone
    from practice.cloud.octavia import Octavia

_ALGORITHMS = ("LEAST_CONNECTIONS", "ROUND_ROBIN", "SOURCE_IP", "SOURCE_IP_PORT")
_POLICY = "Policy does not allow this request to be performed."
_LIMIT = 1000


class OctaviaApi:
    """Answers requests; `where` tells its own address, `keystone_at` that of Keystone."""

    def __init__(
        self,
        octavia: Octavia,
        keystone: Keystone,
        *,
        where: Callable[[], str],
        keystone_at: Callable[[], str],
    ) -> None:
        self._octavia, self._keystone = octavia, keystone
        self._where, self._keystone_at = where, keystone_at

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        headers = {"x-openstack-request-id": f"req-{uuid.uuid4()}"}
        try:
            answer = self._route(request, headers)
        except Refusal as error:
            answer = error.response
        return Response(answer.status, answer.body, headers | dict(answer.headers))

    def _route(self, request: Request, headers: dict[str, str]) -> Response:
        path = request.path.rstrip("/")
        if path == "":
            version = {"id": "v2.0", "status": "SUPPORTED", "updated": "2016-12-11T00:00:00Z"}
            links = [{"href": f"{self._where()}/v2", "rel": "self"}]
            return Response(200, {"versions": [version | {"links": links}]})
        account = whose(self._keystone, self._keystone_at(), request, headers)
        for version_part in ("/v2.0/lbaas/", "/v2/lbaas/"):
            if path.startswith(version_part):
                parts = path.removeprefix(version_part).split("/")
                break
        else:
            raise refusal(404, "The resource could not be found.")
        if request.method == "GET":
            return self._read(request, parts, account)
        return self._change(request, parts, account)

    # ---- reading

    def _read(self, request: Request, parts: list[str], account: Account) -> Response:
        match parts:
            case ["loadbalancers", key]:
                return Response(200, {"loadbalancer": telling.balancer(self._own(key, account))})
            case ["loadbalancers", key, "status"]:
                return Response(200, telling.statuses(self._own(key, account)))
            case ["pools", key, "members"]:
                owner, pool = self._octavia.find_pool(key)
                self._own(owner.id, account)
                return self._page(request, "members", [telling.member(pool, one) for one in pool.members])
            case [kind]:
                return self._page(request, kind, self._rows(kind, account))
        raise refusal(404, "The resource could not be found.")

    def _rows(self, kind: str, account: Account) -> list[dict[str, object]]:
        seen = [one for one in self._octavia.balancers.values() if self._may_see(one, account)]
        match kind:
            case "loadbalancers":
                return [telling.balancer(one) for one in seen]
            case "listeners":
                return [telling.listener(owner, one) for owner in seen for one in owner.listeners]
            case "pools":
                return [telling.pool(owner, one) for owner in seen for one in owner.pools]
            case "healthmonitors":
                pools = [pool for owner in seen for pool in owner.pools]
                return [telling.monitor(one, one.monitor) for one in pools if one.monitor is not None]
        raise refusal(404, "The resource could not be found.")

    def _page(self, request: Request, kind: str, rows: list[dict[str, object]]) -> Response:
        if marker := request.query.get("marker"):
            keys = [one["id"] for one in rows]
            rows = rows[keys.index(marker) + 1 :] if marker in keys else []
        limit = request.query.get("limit", "")
        is_number = limit.isascii() and limit.isdigit() and len(limit) <= len(str(_LIMIT))
        size = min(int(limit) or _LIMIT, _LIMIT) if is_number else _LIMIT
        links = []
        if len(rows) > size:
            rest = f"limit={size}&marker={rows[size - 1]['id']}"
            links = [{"rel": "next", "href": f"{self._where()}{request.path}?{rest}"}]
        return Response(200, {kind: rows[:size], f"{kind}_links": links})

    def _may_see(self, one: Balancer, account: Account) -> bool:
        return account.is_admin or one.project == account.project.id

    def _own(self, key: str, account: Account) -> Balancer:
        found = self._octavia.find(key)
        if not self._may_see(found, account):
            raise refusal(403, _POLICY)
        return found

    # ---- changing

    def _change(self, request: Request, parts: list[str], account: Account) -> Response:
        match request.method, parts:
            case "PUT", ["loadbalancers", key, "failover"]:
                found = self._octavia.find(key)
                if not account.is_admin:
                    raise refusal(403, _POLICY)
                self._octavia.failover(found)
                return Response(202)
            case "POST", ["loadbalancers"]:
                return self._make_balancer(_body(request, "loadbalancer"), account)
            case "POST", ["listeners"]:
                return self._make_listener(_body(request, "listener"), account)
            case "POST", ["pools"]:
                return self._make_pool(_body(request, "pool"), account)
            case "POST", ["pools", key, "members"]:
                return self._make_member(key, _body(request, "member"), account)
            case "POST", ["healthmonitors"]:
                return self._make_monitor(_body(request, "healthmonitor"), account)
            case "DELETE", [*_, key]:
                return self._delete(parts[0], key, account, is_all=request.query.get("cascade") == "true")
        raise refusal(404, "The resource could not be found.")

    def _delete(self, kind: str, key: str, account: Account, *, is_all: bool) -> Response:
        for owner in self._octavia.balancers.values():
            for part in owner.parts():
                if part.id == key:
                    self._octavia.remove(self._own(owner.id, account), part, cascade=is_all)
                    return Response(204)
        raise refusal(404, f"{kind} {key} not found.")

    def _new(self, body: Mapping[str, object], account: Account) -> Beginning:
        """What every part begins with."""
        return {
            "id": self._octavia.new_id(),
            "name": str(body.get("name") or ""),
            "project": str(body.get("project_id") or account.project.id),
            "created_s": self._octavia.clock.wall_s(),
            "is_enabled": body.get("admin_state_up") is not False,
        }

    def _make_balancer(self, body: Mapping[str, object], account: Account) -> Response:
        address = str(body.get("vip_address") or f"10.20.9.{10 + len(self._octavia.balancers)}")
        subnet = str(body.get("vip_subnet_id") or "")
        one = Balancer(address=address, subnet=subnet, **self._new(body, account))
        return Response(201, {"loadbalancer": telling.balancer(self._octavia.build(one))})

    def _make_listener(self, body: Mapping[str, object], account: Account) -> Response:
        owner = self._own(str(body.get("loadbalancer_id")), account)
        cidrs = body.get("allowed_cidrs")
        one = Listener(
            protocol=str(body.get("protocol")),
            port=_number(body, "protocol_port"),
            client_ms=_number(body, "timeout_client_data", 50_000),
            member_ms=_number(body, "timeout_member_data", 50_000),
            allowed_cidrs=[str(one) for one in cidrs] if isinstance(cidrs, list) else None,
            **self._new(body, account),
        )
        self._octavia.add_listener(owner, one)
        return Response(201, {"listener": telling.listener(owner, one)})

    def _make_pool(self, body: Mapping[str, object], account: Account) -> Response:
        listener = str(body.get("listener_id") or "")
        owners = [
            one
            for one in self._octavia.balancers.values()
            if one.id == body.get("loadbalancer_id") or listener in [part.id for part in one.listeners]
        ]
        if not owners:
            raise refusal(404, f"Listener {listener} not found.")
        if body.get("lb_algorithm") not in _ALGORITHMS:
            told = f"Value should be one of: {', '.join(_ALGORITHMS)}"
            said = (
                f"Invalid input for field/attribute lb_algorithm. Value: '{body.get('lb_algorithm')}'. {told}"
            )
            raise refusal(400, said)
        owner = self._own(owners[0].id, account)
        one = Pool(
            protocol=str(body.get("protocol")),
            algorithm=str(body.get("lb_algorithm")),
            listeners=[listener] if listener else [],
            **self._new(body, account),
        )
        self._octavia.add_pool(owner, one)
        return Response(201, {"pool": telling.pool(owner, one)})

    def _make_member(self, key: str, body: Mapping[str, object], account: Account) -> Response:
        owner, pool = self._octavia.find_pool(key)
        self._own(owner.id, account)
        port = body.get("monitor_port")
        one = Member(
            address=str(body.get("address")),
            port=_number(body, "protocol_port"),
            weight=_number(body, "weight", 1),
            is_backup=body.get("backup") is True,
            monitor_port=port if isinstance(port, int) else None,
            **self._new(body, account),
        )
        self._octavia.add_member(owner, pool, one)
        return Response(201, {"member": telling.member(pool, one)})

    def _make_monitor(self, body: Mapping[str, object], account: Account) -> Response:
        owner, pool = self._octavia.find_pool(str(body.get("pool_id")))
        self._own(owner.id, account)
        rise = _number(body, "max_retries")
        path, codes = body.get("url_path"), body.get("expected_codes")
        one = Monitor(
            kind=str(body.get("type")),
            delay_s=_number(body, "delay"),
            timeout_s=_number(body, "timeout"),
            rise=rise,
            fall=_number(body, "max_retries_down", 3),
            url_path=path if isinstance(path, str) else None,
            expected_codes=codes if isinstance(codes, str) else None,
            **self._new(body, account),
        )
        self._octavia.add_monitor(owner, pool, one)
        return Response(201, {"healthmonitor": telling.monitor(pool, one)})


def _body(request: Request, kind: str) -> Mapping[str, object]:
    found = request.part(kind)
    if not isinstance(found, dict):
        raise refusal(400, f"Missing data for {kind}.")
    return found


def _number(body: Mapping[str, object], name: str, otherwise: int | None = None) -> int:
    found = body.get(name, otherwise)
    if isinstance(found, bool) or not isinstance(found, int):
        said = f"Invalid input for field/attribute {name}. Mandatory field missing."
        raise refusal(400, said)
    return found
