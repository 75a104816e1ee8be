"""The practice cloud answers as real ones were recorded: the same refusals, fields and types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from practice.clock import Clock
from practice.cloud.cloud import Cloud
from practice.cloud.http import Refusal, Request, Response
from practice.cloud.keystone_api import KeystoneApi
from practice.cloud.nova_api import NovaApi
from practice.cloud.octavia_api import OctaviaApi
from practice.cloud.serving import CloudServing
from practice.estate import build_demo
from tests.systems.openstack.recorded import DATA as SHARED

OWN = Path(__file__).parent / "data"
_IDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def recorded(name: str) -> tuple[int, Any]:
    """Status and body of a recorded answer."""
    folder = OWN if (OWN / f"{name}.http").exists() else SHARED
    _, status, _, _, body = (folder / f"{name}.http").read_text().split("\n", 4)
    return int(status.split()[1]), json.loads(body.replace('"lab-net"', '"internal"'))


@dataclass
class Asked:
    """The APIs of a practice cloud without a wire."""

    cloud: Cloud
    apis: Mapping[str, KeystoneApi | NovaApi | OctaviaApi]

    async def ask(
        self,
        api: str,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        version: str = "2.100",
    ) -> Response:
        where, _, query = path.partition("?")
        told = dict(pair.split("=") for pair in query.split("&") if pair)
        headers = {"x-auth-token": token, "openstack-api-version": f"compute {version}"}
        try:
            return await self.apis[api].handle(Request(method, where, told, headers, body))
        except Refusal as error:
            return error.response

    def token(self, name: str = "ops") -> str:
        account = self.cloud.keystone.accounts[name]
        return self.cloud.keystone.login(name, account.password, account.project.name) or ""


@pytest.fixture
def asked() -> Asked:
    cloud = build_demo(Clock(runs=False, speed=1e6)).cloud
    assert cloud is not None
    serving = CloudServing(cloud)
    return Asked(cloud, serving.apis)


def without_ids(body: object) -> object:
    return json.loads(_IDS.sub("ID", json.dumps(body)))


def fields(found: object) -> object:
    """Names and types of what is told, all the way down; a list by its first."""
    if isinstance(found, dict):
        return {name: fields(value) for name, value in found.items() if value is not None}
    if isinstance(found, list):
        return [fields(found[0])] if found else []
    return type(found).__name__


def unlike(mine: Mapping[str, Any], real: Mapping[str, Any]) -> dict[str, object]:
    """Fields of mine that a real one has not, or in another type; what is empty on a side is left out."""
    known = fields(real)
    assert isinstance(known, dict)
    told = fields(mine)
    assert isinstance(told, dict)
    return {
        name: (value, known.get(name, "missing"))
        for name, value in told.items()
        if name not in real
        or (real[name] not in (None, [], {}, "") and mine[name] not in ([], {}, "") and known[name] != value)
    }


async def console(asked: Asked, name: str, kind: str, protocol: str) -> Response:
    one = asked.cloud.nova.named(name)
    body = {"remote_console": {"protocol": protocol, "type": kind}}
    path = f"/v2.1/servers/{one.id}/remote-consoles"
    return await asked.ask("compute", "POST", path, body, token=asked.token(), version="2.99")


async def test_refusals_of_nova_are_word_for_word_those_that_were_recorded(asked: Asked) -> None:
    cloud, token = asked.cloud, asked.token()
    web = cloud.nova.named("web-1")
    cloud.nova.fail(cloud.nova.put("big-1", cloud.flavor("m1.huge"), cloud.accounts["operations"]), "no")
    action = f"/v2.1/servers/{web.id}/action"
    user = asked.token("web")
    answers = {
        "wrong-state": await asked.ask("compute", "POST", action, {"os-start": None}, token=token),
        "too-new": await asked.ask("compute", "GET", "/v2.1/servers", token=token, version="2.999"),
        "bad-token": await asked.ask("compute", "GET", "/v2.1/servers", token="gAAAA-old"),
        "gone": await asked.ask(
            "compute", "GET", "/v2.1/servers/deadbeef-0000-0000-0000-000000000000", token=token
        ),
        "no-all-projects": await asked.ask(
            "compute", "GET", "/v2.1/servers/detail?all_tenants=1", token=user
        ),
        "not-ready": await console(asked, "big-1", "novnc", "vnc"),
    }
    assert web.host is not None
    web.host.consoles.clear()
    answers["no-novnc"] = await console(asked, "web-1", "novnc", "vnc")
    answers["no-spice"] = await console(asked, "web-1", "spice-html5", "spice")
    answers["no-serial"] = await console(asked, "web-1", "serial", "serial")
    cloud.nova.silence(web.host, since_s=90.0)
    answers["compute-down"] = await console(asked, "web-1", "novnc", "vnc")
    for name, answer in answers.items():
        assert (answer.status, without_ids(answer.body)) == (
            recorded(name)[0],
            without_ids(recorded(name)[1]),
        ), name


async def test_refusals_of_octavia_and_keystone_are_word_for_word_those_that_were_recorded(
    asked: Asked,
) -> None:
    octavia, token = asked.cloud.octavia, asked.token()
    shop = octavia.named("shop-lb")
    path = f"/v2.0/lbaas/loadbalancers/{shop.id}/failover"
    gone = "/v2.0/lbaas/loadbalancers/11111111-2222-3333-4444-555555555555/failover"
    about = {"loadbalancer_id": shop.id, "protocol": "TCP", "protocol_port": 3306}
    login = {
        "identity": {"password": {"user": {"name": "ops", "password": "nope"}}},
        "scope": {"project": {"name": "operations"}},
    }
    answers = {
        "octavia-failover-gone": await asked.ask("load-balancer", "PUT", gone, token=token),
        "octavia-failover-policy": await asked.ask("load-balancer", "PUT", path, token=asked.token("web")),
        "octavia-no-token": await asked.ask("load-balancer", "GET", "/v2.0/lbaas/loadbalancers"),
        "keystone-wrong-password": await asked.ask("identity", "POST", "/v3/auth/tokens", {"auth": login}),
    }
    shop.provisioning = "PENDING_CREATE"
    answers["octavia-failover-locked"] = await asked.ask("load-balancer", "PUT", path, token=token)
    answers["octavia-immutable"] = await asked.ask(
        "load-balancer", "POST", "/v2.0/lbaas/listeners", {"listener": about}, token=token
    )
    for name, answer in answers.items():
        assert (answer.status, without_ids(answer.body)) == (
            recorded(name)[0],
            without_ids(recorded(name)[1]),
        ), name


async def test_what_nova_tells_has_the_fields_and_types_that_were_recorded(asked: Asked) -> None:
    token, cloud = asked.token(), asked.cloud
    cloud.nova.stop(cloud.nova.named("web-1"), cloud.accounts["operations"])
    cloud.clock.advance(10.0)
    key = cloud.nova.named("web-1").id
    lists = {
        "servers": ("/v2.1/servers/detail?all_tenants=1", "servers"),
        "hypervisors": ("/v2.1/os-hypervisors/detail", "hypervisors"),
        "services": ("/v2.1/os-services", "services"),
        "events": (f"/v2.1/servers/{key}/os-instance-actions", "instanceActions"),
        "nova-versions": ("/", "versions"),
    }
    for name, (path, items) in lists.items():
        answer = await asked.ask("compute", "GET", path, token=token)
        assert answer.status == 200
        assert isinstance(answer.body, dict)
        assert unlike(answer.body[items][-1], recorded(name)[1][items][-1]) == {}, name
    one = await asked.ask("compute", "GET", "/v2.1", token=token)
    assert one.body == json.loads(
        json.dumps(recorded("nova-version")[1]).replace("http://127.0.0.1:18774", "http://127.0.0.1:0")
    )
    limits = await asked.ask("compute", "GET", "/v2.1/limits", token=token)
    assert isinstance(limits.body, dict)
    assert unlike(limits.body["limits"]["absolute"], recorded("nova-limits")[1]["limits"]["absolute"]) == {}


async def test_the_addresses_of_consoles_have_the_form_that_was_recorded(asked: Asked) -> None:
    asked.cloud.consoles.bases = {
        "novnc": "http://127.0.0.1:16080/vnc_auto.html?path=%3Ftoken%3D",
        "serial": "ws://127.0.0.1:16083/?token=",
        "spice-html5": "http://127.0.0.1:16082/spice_auto.html?token=",
    }
    for kind, protocol, name in (
        ("novnc", "vnc", "console-novnc"),
        ("serial", "serial", "console-serial"),
        ("spice-html5", "spice", "console-spice"),
    ):
        answer = await console(asked, "web-1", kind, protocol)
        assert without_ids(answer.body) == without_ids(recorded(name)[1])


async def test_what_octavia_tells_has_the_fields_and_types_that_were_recorded(asked: Asked) -> None:
    pool = asked.cloud.octavia.named("orders-lb").pools[0]
    lists = {
        "octavia-loadbalancers": ("loadbalancers", "loadbalancers"),
        "octavia-listeners": ("listeners", "listeners"),
        "octavia-pools": ("pools", "pools"),
        "octavia-healthmonitors": ("healthmonitors", "healthmonitors"),
        "octavia-members": (f"pools/{pool.id}/members", "members"),
    }
    for name, (path, items) in lists.items():
        answer = await asked.ask("load-balancer", "GET", f"/v2.0/lbaas/{path}", token=asked.token())
        assert isinstance(answer.body, dict)
        assert set(answer.body) == set(recorded(name)[1])
        assert unlike(answer.body[items][0], recorded(name)[1][items][0]) == {}, name


@pytest.mark.parametrize(("name", "down"), [("octavia-one-down", 1), ("octavia-all-down", 3)])
async def test_the_tree_of_statuses_is_as_one_that_an_amphora_reported(
    asked: Asked, name: str, down: int
) -> None:
    orders = asked.cloud.octavia.named("orders-lb")
    for member in orders.pools[0].members[:down]:
        member.is_up = False
    path = f"/v2.0/lbaas/loadbalancers/{orders.id}/status"
    answer = await asked.ask("load-balancer", "GET", path, token=asked.token())
    assert statuses(answer.body) == statuses(recorded(name)[1])


def statuses(body: object) -> dict[str, object]:
    """Both statuses of every part of a tree; of the members how many have which."""
    assert isinstance(body, dict)
    top = body["statuses"]["loadbalancer"]
    (listener,) = top["listeners"]
    (pool,) = listener["pools"]
    parts = {"balancer": top, "listener": listener, "pool": pool, "monitor": pool["health_monitor"]}
    told = {name: (one["provisioning_status"], one["operating_status"]) for name, one in parts.items()}
    members = sorted((one["provisioning_status"], one["operating_status"]) for one in pool["members"])
    return {**told, "members": members, "fields": sorted(top)}


async def test_a_token_comes_with_the_fields_that_were_recorded(asked: Asked) -> None:
    login = {
        "identity": {"methods": ["password"], "password": {"user": {"name": "ops", "password": "practice"}}},
        "scope": {"project": {"name": "operations"}},
    }
    answer = await asked.ask("identity", "POST", "/v3/auth/tokens", {"auth": login})
    status, real = recorded("keystone-token")
    assert answer.status == status
    assert isinstance(answer.body, dict)
    assert set(answer.body["token"]) == set(real["token"])
    assert unlike(answer.body["token"], real["token"]) == {}
    version = await asked.ask("identity", "GET", "/v3")
    assert isinstance(version.body, dict)
    assert set(version.body["version"]) == set(recorded("keystone-version")[1]["version"])


async def test_a_list_comes_in_pages_and_by_filters(asked: Asked) -> None:
    async def page(query: str) -> dict[str, Any]:
        answer = await asked.ask("compute", "GET", f"/v2.1/servers/detail?{query}", token=asked.token())
        assert isinstance(answer.body, dict)
        return answer.body

    first = await page("all_tenants=1&limit=5")
    names = [one["name"] for one in first["servers"]]
    more = str(first["servers_links"][0]["href"]).partition("?")[2]
    while more:
        following = await page(more)
        names += [one["name"] for one in following["servers"]]
        links = following.get("servers_links", [])
        more = str(links[0]["href"]).partition("?")[2] if links else ""
    assert len(names) == len(set(names)) == 12
    off = await page("all_tenants=1&status=SHUTOFF")
    assert [one["name"] for one in off["servers"]] == ["build-1"]
    webs = await page("all_tenants=1&name=web-&host=cmp2")
    assert [one["name"] for one in webs["servers"]] == ["web-2"]
    assert {one["name"] for one in (await page(""))["servers"]} >= {"db1", "mon-1"}
