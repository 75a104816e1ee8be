"""The same on a real Keystone and Nova: lists, consoles, refusals and acts, as they really answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runbooks.arming import Arming
from runbooks.cloud.acts import ACTS, ActResult, carry_out
from runbooks.cloud.findings import judge_cloud
from runbooks.journal.entries import Kind
from systems.errors import LoginRefused, Refused, SystemsError, Unreachable
from systems.openstack.access import Api, CloudAccess
from systems.openstack.asking import Reply
from systems.openstack.cloud import CloudReader
from systems.openstack.decoding import Asked
from systems.openstack.hands import CloudHands
from systems.openstack.readings import Instance, InstancesReading, Power
from systems.openstack.refusals import refusal
from systems.openstack.session import CloudSession
from systems.secrets import Redactor
from tests.lab.openstack import PASSWORD, OpenStack
from tests.runbooks.journals import a_journal

pytestmark = pytest.mark.cloud

DEADLINE_S = 90.0


@asynccontextmanager
async def session_of(place: Path, cloud: str = "lab") -> AsyncIterator[CloudSession]:
    session = CloudSession(CloudAccess(cloud, str(place)), Redactor().add)
    try:
        yield session
    finally:
        await session.close()


class Operator:
    """Boots what a test needs, as an operator would by another tool."""

    def __init__(self, session: CloudSession) -> None:
        self.session, self.reader = session, CloudReader(session)

    async def post(self, path: str, body: Mapping[str, object], service: str = "compute") -> Reply:
        """Send what no reader may send, by the session's own way."""
        await self.session.newest()
        way = self.session._way
        assert way is not None
        answer = await asyncio.to_thread(
            way.session.request,
            path,
            "POST",
            json=body,
            raise_exc=False,
            endpoint_filter={"service_type": service, "interface": "public"},
            headers={"OpenStack-API-Version": "compute 2.37"},
        )
        at = (await self.reader.services()).taken_at
        return Reply("lab", way.endpoints[Api.COMPUTE].where, answer.status_code, answer.content, at)

    async def get(self, path: str, service: str = "compute") -> Any:
        way = self.session._way
        assert way is not None
        filters = {"service_type": service, "interface": "public"}
        answer = await asyncio.to_thread(way.session.request, path, "GET", endpoint_filter=filters)
        return json.loads(answer.content)

    async def boot(self, name: str, flavor: str = "lab.tiny") -> Reply:
        await self.session.newest()
        flavors = {one["name"]: one["id"] for one in (await self.get("/flavors"))["flavors"]}
        (image,) = (await self.get("/v2/images", "image"))["images"]
        server = {"name": name, "flavorRef": flavors[flavor], "imageRef": image["id"], "networks": "none"}
        return await self.post("/servers", {"server": server})

    async def instance(self, name: str, *statuses: str) -> Instance:
        """Wait until it is in one of these statuses; fails after a deadline."""
        loop = asyncio.get_running_loop()
        end = loop.time() + DEADLINE_S
        while True:
            found = {one.name: one for one in (await self.reader.instances()).instances}
            if name in found and found[name].status in statuses and not found[name].task:
                return found[name]
            assert loop.time() < end, f"{name} is {found.get(name)}"
            await asyncio.sleep(0.3)

    async def running(self, name: str = "web-1") -> Instance:
        """An instance that runs; booted when there is none of that name."""
        if name not in [one.name for one in (await self.reader.instances()).instances]:
            assert (await self.boot(name)).status == 202
        return await self.instance(name, "ACTIVE")


@asynccontextmanager
async def operator_of(cloud: OpenStack, name: str = "lab") -> AsyncIterator[Operator]:
    async with session_of(cloud.clouds_yaml, name) as session:
        yield Operator(session)


async def test_a_cloud_tells_its_instances_services_and_hypervisors(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud) as operator:
        web = await operator.running()
        assert (web.power, web.host, web.flavor) == (Power.RUNNING, "lab-compute-1", "lab.tiny")
        survey = await operator.reader.survey()
        assert isinstance(survey.instances, InstancesReading)
        assert survey.instances.is_all_projects
        assert not isinstance(survey.services, SystemsError)
        assert {one.binary for one in survey.services.services if one.is_up} == {
            "nova-compute",
            "nova-conductor",
            "nova-scheduler",
        }
        assert not isinstance(survey.hypervisors, SystemsError)
        assert [(one.kind, one.is_up) for one in survey.hypervisors.hypervisors] == [("fake", True)]
        assert [one.action for one in (await operator.reader.events(web)).events][-1] == "create"
        log = (await operator.reader.console_log(web)).text
        assert "FAKE CONSOLE OUTPUT" in log or "Linux version" in log  # of a guest that another test booted


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("spice-html5", "/spice_auto.html?token="),
        ("novnc", "/vnc_auto.html?path=%3Ftoken%3D"),
        ("serial", "/?token="),
        ("spice-direct", "token="),
    ],
)
async def test_a_console_by_type(openstack_cloud: OpenStack, kind: str, part: str) -> None:
    async with operator_of(openstack_cloud) as operator:
        console = await operator.reader.console(await operator.running(), kind)
        assert console.type == kind
        assert part in console.url


async def test_consoles_that_are_disabled_become_the_decoded_sentence(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud) as operator:
        web = await operator.running()
        openstack_cloud.consoles(SPICE="false", SERIAL="false")
        try:
            for kind, section in (("spice-html5", "spice"), ("serial", "serial_console")):
                with pytest.raises(Refused) as caught:
                    await operator.reader.console(web, kind)
                said = str(caught.value)
                assert f"nova-compute that runs on lab-compute-1 has [{section}] enabled = False" in said
                assert "hard reboot the instance" in said
            assert (await operator.reader.console(web, "novnc")).url
        finally:
            openstack_cloud.consoles()


async def test_an_instance_in_error_has_no_console_and_a_fault_in_words(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud) as operator:
        await operator.session.newest()
        project = (await operator.running()).project
        way = operator.session._way
        assert way is not None
        raised = await asyncio.to_thread(
            way.endpoints[Api.COMPUTE].adapter.request,
            f"/os-quota-sets/{project}",
            "PUT",
            json={"quota_set": {"ram": -1}},
        )
        assert raised.status_code == 200
        await operator.boot("web-7", "lab.huge")
        broken = await operator.instance("web-7", "ERROR")
        with pytest.raises(Refused) as caught:
            await operator.reader.console(broken, "spice-html5")
        assert caught.value.status == 409
        assert "web-7 is in ERROR and has no host" in str(caught.value)
        said = judge_cloud(await operator.reader.survey())
        assert "1 in ERROR (web-7: No valid host was found" in said.sentence
        (finding,) = [one for one in said.findings if one.id == "CLOUD-04"]
        assert "scheduler found no compute host" in finding.advice


async def test_a_quota_that_is_used_up_is_told(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud, "lab-user") as operator:
        async with operator_of(openstack_cloud) as admin:
            await admin.session.newest()
            server = await admin.get("/flavors")
            image = (await admin.get("/v2/images", "image"))["images"][0]["id"]
        huge = next(one["id"] for one in server["flavors"] if one["name"] == "lab.huge")
        way_to = {"name": "big-1", "flavorRef": huge, "imageRef": image, "networks": "none"}
        await operator.session.newest()
        way = operator.session._way
        assert way is not None
        answer = await asyncio.to_thread(
            way.endpoints[Api.COMPUTE].adapter.request,
            "/servers",
            "POST",
            json={"server": way_to},
            raise_exc=False,
            microversion="2.37",
        )
        at = (await operator.reader.instances()).taken_at
        reply = Reply("lab-user", way.endpoints[Api.COMPUTE].where, answer.status_code, answer.content, at)
        said = str(refusal(reply, Asked("to boot big-1")))
        assert "the project's quota of ram is used up" in said
        assert "openstack quota set" in said


async def test_an_account_of_one_project_sees_its_own_and_is_told_so(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud, "lab-user") as operator:
        survey = await operator.reader.survey()
        assert isinstance(survey.instances, InstancesReading)
        assert not survey.instances.is_all_projects
        assert isinstance(survey.services, Refused)
        assert "os_compute_api:os-services:list" in str(survey.services)


async def test_a_token_that_was_revoked_is_renewed_where_there_is_a_password(
    openstack_cloud: OpenStack,
) -> None:
    async with operator_of(openstack_cloud) as operator:
        await operator.reader.instances()
        way = operator.session._way
        assert way is not None
        token = str(way.session.get_token())
        headers = {"X-Subject-Token": token}
        gone = await asyncio.to_thread(
            way.session.request, f"{openstack_cloud.keystone}/auth/tokens", "DELETE", headers=headers
        )
        assert gone.status_code == 204
        assert await operator.reader.instances()
        assert str(way.session.get_token()) != token


async def test_a_token_without_a_password_behind_it_is_told_when_it_has_expired(
    openstack_cloud: OpenStack, tmp_path: Path
) -> None:
    place = tmp_path / "clouds.yaml"
    endpoint = f"http://127.0.0.1:{openstack_cloud.port + 2}/v2.1"
    auth = {"endpoint": endpoint, "token": "gAAAAA-expired-long-ago"}
    place.write_text(json.dumps({"clouds": {"lab": {"auth_type": "admin_token", "auth": auth}}}))
    async with session_of(place) as session:
        with pytest.raises(LoginRefused) as caught:
            await CloudReader(session).instances()
    assert "the token has expired, or was revoked" in str(caught.value)
    assert "gAAAAA" not in str(caught.value)


async def test_a_wrong_password_is_told(openstack_cloud: OpenStack, tmp_path: Path) -> None:
    place = tmp_path / "clouds.yaml"
    place.write_text(openstack_cloud.clouds_yaml.read_text().replace(PASSWORD, "wrong-one"))
    async with session_of(place) as session:
        with pytest.raises(LoginRefused) as caught:
            await CloudReader(session).instances()
    said = str(caught.value)
    assert said.startswith(f"lab: Keystone at {openstack_cloud.keystone} let nobody in (HTTP 401)")
    assert "wrong-one" not in said


async def test_a_dead_endpoint_is_told_with_its_address_and_comes_back(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud) as operator:
        await operator.reader.instances()
        openstack_cloud.stop("nova")
        try:
            with pytest.raises(Unreachable) as caught:
                await operator.reader.instances()
        finally:
            openstack_cloud.start("nova")
        where = f"http://127.0.0.1:{openstack_cloud.port + 2}/v2.1"
        assert str(caught.value).startswith(f"lab: Nova at {where} cannot be reached: connection refused")
        assert await operator.reader.instances()


@pytest.mark.parametrize(
    ("name", "status"),
    [("stop", "SHUTOFF"), ("start", "ACTIVE"), ("reboot", "ACTIVE"), ("hard-reboot", "ACTIVE")],
)
async def test_an_act_is_journalled_and_proven(
    openstack_cloud: OpenStack, tmp_path: Path, name: str, status: str
) -> None:
    journal = a_journal(tmp_path)
    arming = Arming(journal)
    arming.arm("the test wants it", minutes=60)

    async with operator_of(openstack_cloud) as operator:
        if name == "start":
            before = await operator.instance("web-1", "SHUTOFF")
        else:
            before = await operator.running()

        def hands(act: object, now: Instance) -> CloudHands:
            return CloudHands(operator.session, arming.permit(lambda text: text, system="lab"))

        result: ActResult = await carry_out(ACTS[name], before, operator.reader, hands)
        assert (result.kind, result.instance.status) == (Kind.VERIFIED, status), result.sentence
    kinds = [entry.kind for entry in journal.entries()]
    assert kinds == [Kind.ARMED, Kind.CHANGE, Kind.OUTCOME]


async def test_a_thousand_instances_are_listed(openstack_cloud: OpenStack) -> None:
    async with operator_of(openstack_cloud) as operator:
        await operator.running()
        with openstack_cloud.copies("web-1", 1000):
            reading = await operator.reader.instances()
            assert len({one.id for one in reading.instances}) >= 1001  # a page of Nova's holds 1,000
            told = judge_cloud(await operator.reader.survey()).sentence
            assert told.startswith(f"{len(reading.instances)} instances")
