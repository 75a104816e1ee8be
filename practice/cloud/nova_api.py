"""Nova's Compute API over HTTP: versions and microversions, servers and what may be done to them."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from practice.cloud import nova_telling as telling
from practice.cloud.http import Refusal, Request, Response
from practice.cloud.keystone_api import whose
from practice.cloud.nova import QUOTA_RAM_MIB, refusal
from practice.cloud.nova_telling import NEWEST, OLDEST, Version

if TYPE_CHECKING:
    from practice.cloud.consoles import Consoles
    from practice.cloud.instance import ComputeHost, Instance
    from practice.cloud.keystone import Account, Keystone
    from practice.cloud.nova import Nova

MOST = 1000
"""`[api] max_limit`: instances on one page."""
RPC_S = 60.0
"""How long nova-api waits for a nova-compute that is dead (`rpc_response_timeout`)."""
_TIMEOUT = (
    "Unexpected API Error. Please contact the administrator\n"
    "<class 'oslo_messaging.exceptions.MessagingTimeout'>"
)
_MOST_DIGITS = 9
_VERSION = re.compile(r"compute (\d{1,4})\.(\d{1,4})", re.ASCII)


class NovaApi:
    """Answers requests; `where` tells its own address, `keystone_at` that of Keystone."""

    def __init__(
        self,
        nova: Nova,
        consoles: Consoles,
        keystone: Keystone,
        *,
        where: Callable[[], str],
        keystone_at: Callable[[], str],
    ) -> None:
        self._nova, self._consoles, self._keystone = nova, consoles, keystone
        self._where, self._keystone_at = where, keystone_at

    async def handle(self, request: Request) -> Response:
        """Answer one request."""
        number = f"req-{uuid.uuid4()}"
        headers = {"X-Openstack-Request-Id": number, "X-Compute-Request-Id": number}
        headers["Vary"] = "OpenStack-API-Version, X-OpenStack-Nova-API-Version"
        try:
            version = _version_of(request)
            answer = await self._route(request, version, headers)
            headers["Openstack-Api-Version"] = f"compute {version[0]}.{version[1]}"
        except Refusal as error:
            answer = error.response
        return Response(answer.status, answer.body, headers | dict(answer.headers))

    async def _route(self, request: Request, version: Version, headers: dict[str, str]) -> Response:
        path = request.path.rstrip("/")
        if path == "":
            return Response(200, telling.versions(self._where()))
        if path == "/v2.1":
            return Response(200, telling.version(self._where()))
        account = whose(self._keystone, self._keystone_at(), request, headers)
        parts = path.removeprefix("/v2.1/").split("/") if path.startswith("/v2.1/") else []
        match parts:
            case ["servers", key, *rest] if key != "detail":
                starts_or_stops = {"os-start", "os-stop"} & set(_names(request.body))
                one = self._nova.find(key, account, by_cell=bool(starts_or_stops))
                return await self._one(request, one, rest, account, version)
        return self._all(request, parts, account, version)

    async def _one(
        self, request: Request, one: Instance, rest: list[str], account: Account, version: Version
    ) -> Response:
        """What is asked of one server."""
        match request.method, rest:
            case "GET", []:
                return Response(200, {"server": telling.server(one, self._where(), version)})
            case "GET", ["os-instance-actions"]:
                return Response(200, telling.actions(one))
            case "POST", ["action"]:
                return await self._act(request, one, account)
            case "POST", ["remote-consoles"] if version >= (2, 6):
                return await self._console(request, one, version)
        raise refusal(404, "The resource could not be found.")

    def _all(self, request: Request, parts: list[str], account: Account, version: Version) -> Response:
        match request.method, parts:
            case "GET", ["servers"] | ["servers", "detail"]:
                return Response(200, self._servers(request, account, version))
            case "POST", ["servers"]:
                return self._boot(request, account)
            case "GET", ["flavors"] | ["flavors", "detail"]:
                return Response(200, telling.flavors(self._nova.flavors.values(), self._where()))
            case "GET", ["limits"]:
                own = self._nova.seen(account, all_projects=False)
                return Response(200, telling.limits(own, QUOTA_RAM_MIB))
            case "GET", ["os-hypervisors"] | ["os-hypervisors", "detail"]:
                _administrate(account, f"os-hypervisors:{'list' if len(parts) == 1 else 'list-detail'}")
                return Response(200, telling.hypervisors(self._nova, version))
            case "GET", ["os-services"]:
                _administrate(account, "os-services:list")
                return Response(200, telling.services(self._nova, version))
        raise refusal(404, "The resource could not be found.")

    def _servers(self, request: Request, account: Account, version: Version) -> dict[str, object]:
        query = request.query
        wants_all = query.get("all_tenants", "").lower() in ("1", "true", "yes", "on")
        found = self._nova.seen(account, all_projects=wants_all)
        found = [one for one in found if _fits(one, query)]
        if "marker" in query:
            keys = [one.id for one in found]
            if query["marker"] not in keys:
                raise refusal(400, f"marker [{query['marker']}] not found")
            found = found[keys.index(query["marker"]) + 1 :]
        limit = query.get("limit", str(MOST))
        if not (limit.isascii() and limit.isdigit() and len(limit) <= _MOST_DIGITS):
            said = f"Value: {limit}. {limit!r} does not match '^[0-9]*$'"
            raise refusal(400, f"Invalid input for query parameters limit. {said}")
        size = min(int(limit) or MOST, MOST)
        page = found[:size]
        where = self._where()
        told: dict[str, object] = {"servers": [telling.server(one, where, version) for one in page]}
        if len(found) >= size and page:
            rest = "&".join(f"{k}={v}" for k, v in query.items() if k != "marker")
            href = f"{where}{request.path}?{f'{rest}&' if rest else ''}marker={page[-1].id}"
            told["servers_links"] = [{"rel": "next", "href": href}]
        return told

    def _boot(self, request: Request, account: Account) -> Response:
        name, flavor = request.part("server", "name"), request.part("server", "flavorRef")
        if not isinstance(name, str) or not isinstance(flavor, str):
            raise refusal(400, "Invalid input for field/attribute server.")
        one = self._nova.boot(name, flavor, account)
        told = {"id": one.id, "links": telling.links(self._where(), "servers", one.id)}
        return Response(202, {"server": told | {"OS-DCF:diskConfig": "MANUAL"}})

    async def _act(self, request: Request, one: Instance, account: Account) -> Response:
        body = request.body if isinstance(request.body, dict) else {}
        match list(body):
            case ["os-getConsoleOutput"]:
                await self._call(self._nova.ready(one))
                lines = _length(request.part("os-getConsoleOutput", "length"))
                return Response(200, {"output": one.guest.log(lines) if one.guest is not None else ""})
            case ["os-start"]:
                self._nova.start(one, account)
            case ["os-stop"]:
                self._nova.stop(one, account)
            case ["reboot"] if request.part("reboot", "type") in ("SOFT", "HARD"):
                self._nova.reboot(one, account, hard=request.part("reboot", "type") == "HARD")
            case _:
                raise refusal(400, f"There is no such action: {next(iter(body), None)}")
        return Response(202)

    async def _console(self, request: Request, one: Instance, version: Version) -> Response:
        protocol, kind = (request.part("remote_console", name) for name in ("protocol", "type"))
        self._consoles.check(protocol, kind, version)
        await self._call(self._nova.ready(one))
        url = self._consoles.address(one, str(kind))
        return Response(200, {"remote_console": {"protocol": protocol, "type": kind, "url": url}})

    async def _call(self, host: ComputeHost) -> None:
        """Ask a nova-compute over the message queue; one that is dead costs the whole timeout."""
        if not host.is_up:
            await asyncio.sleep(RPC_S / self._nova.clock.speed)
            raise refusal(500, _TIMEOUT)


def _version_of(request: Request) -> Version:
    said = request.headers.get("openstack-api-version", "")
    match = _VERSION.fullmatch(said)
    if said == "compute latest":
        return NEWEST
    if match is None:
        return OLDEST
    version = (int(match[1]), int(match[2]))
    if not OLDEST <= version <= NEWEST:
        words = f"Version {version[0]}.{version[1]} is not supported by the API."
        low, high = (".".join(map(str, one)) for one in (OLDEST, NEWEST))
        raise refusal(406, f"{words} Minimum is {low} and maximum is {high}.")
    return version


def _length(wanted: object) -> int | None:
    """How many lines are asked for; None: all."""
    text = str(wanted)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _names(body: object) -> list[str]:
    return list(body) if isinstance(body, dict) else []


def _administrate(account: Account, rule: str) -> None:
    if not account.is_admin:
        raise refusal(403, f"Policy doesn't allow os_compute_api:{rule} to be performed.")


def _fits(one: Instance, query: object) -> bool:
    """Whether an instance is what the filters ask for."""
    asked = query if isinstance(query, dict) else {}
    host = one.host.name if one.host is not None else ""
    try:
        named = re.search(asked.get("name", ""), one.name) is not None
    except re.error:
        named = asked["name"] in one.name
    return (
        named
        and asked.get("status", one.status).upper() == one.status
        and asked.get("host", host) == host
        and asked.get("project_id", one.project.id) == one.project.id
    )
