"""The way to a cloud: logins, catalogues and silences become sentences, and no secret turns up anywhere."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from systems.errors import LoginRefused, NotUnderstood, Refused, SystemsError, TimedOut, Unreachable
from systems.openstack import bounded
from systems.openstack import session as session_module
from systems.openstack.access import Api, CloudAccess, NotInCatalogue
from systems.openstack.asking import FailoverOrder, Order, Question
from systems.openstack.session import CloudSession
from systems.secrets import Redactor
from tests.systems.openstack.stub_cloud import PASSWORD, TOKEN, StubCloud, stub_cloud

LIST = Question("/servers/detail", microversion=(2, 47))


@pytest.fixture
def stub() -> Iterator[StubCloud]:
    with stub_cloud() as stub:
        stub.answers["GET", "/servers/detail"] = (200, {"servers": []})
        yield stub


@asynccontextmanager
async def session_of(place: Path, cloud: str = "kilo", region: str = "") -> AsyncIterator[CloudSession]:
    session = CloudSession(CloudAccess(cloud, str(place), region), Redactor().add)
    try:
        yield session
    finally:
        await session.close()


async def test_an_answer_comes_with_its_status_whatever_that_is(stub: StubCloud, tmp_path: Path) -> None:
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        good = await session.ask(LIST)
        assert (good.status, good.body, good.request) == (200, b'{"servers": []}', "req-1")
        assert good.where == f"{stub.url}/v2.1"
        assert (await session.ask(Question("/os-services"))).status == 404
        assert await session.newest() == (2, 100)
    assert ("GET", "/v2.1/servers/detail", "2.47") in stub.asked
    assert ("GET", "/v2.1/os-services", "") in stub.asked
    assert sum(path == "/v3/auth/tokens" for _, path, _ in stub.asked) == 1


async def test_a_microversion_that_the_cloud_does_not_have_becomes_its_newest(
    stub: StubCloud, tmp_path: Path
) -> None:
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        await session.ask(Question("/servers/detail", microversion=(2, 999)))
    assert stub.asked[-1][2] == "2.100"


async def test_an_order_is_sent_once_even_when_nobody_answers(stub: StubCloud, tmp_path: Path) -> None:
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        await session.newest()
        stub.hold.clear()
        with pytest.raises(TimedOut, match=r"did not answer within 0.3 s"):
            await session.order(Order("a-1", {"os-stop": None}), timeout_s=0.3)
        stub.hold.set()
    assert [path for method, path, _ in stub.asked if "action" in path] == ["/v2.1/servers/a-1/action"]


async def test_an_order_that_waited_too_long_is_never_sent(
    stub: StubCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "LATE_S", 0.0)
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        await session.newest()
        # the lock is held as while another request logs in
        with session._opening, pytest.raises(TimedOut, match="no answer to POST /servers/a-1/action"):
            await session.order(Order("a-1", {"os-stop": None}), timeout_s=0.1)
        await asyncio.to_thread(session._threads.shutdown)
    assert not [path for _, path, _ in stub.asked if "action" in path]


async def test_an_answer_without_end_is_given_up(
    stub: StubCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.answers["GET", "/servers/detail"] = (200, b" " * 5_000_000)
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        assert len((await session.ask(LIST)).body) == 5_000_000
        monkeypatch.setattr(bounded, "MOST_BYTES", 1 << 20)
        with pytest.raises(NotUnderstood, match=r"the answer of .*/v2.1/servers/detail does not end: 1 MiB"):
            await session.ask(LIST)


async def test_an_answer_that_drips_does_not_hold_its_thread(stub: StubCloud, tmp_path: Path) -> None:
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        await session.newest()
        stub.drips = True
        with pytest.raises(TimedOut, match=r"Nova at .* did not answer within 0.3 s"):
            await session.ask(LIST, timeout_s=0.3)


async def test_redirects_without_end_are_given_up(stub: StubCloud, tmp_path: Path) -> None:
    stub.answers["GET", "/servers/detail"] = (302, b"")
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        assert (await session.ask(LIST)).status == 302
    assert len([path for _, path, _ in stub.asked if "detail" in path]) == bounded.MOST_REDIRECTS + 1


async def test_password_and_token_are_hidden_from_the_first_request_on(
    stub: StubCloud, tmp_path: Path
) -> None:
    redactor = Redactor()
    session = CloudSession(CloudAccess("kilo", str(stub.clouds_yaml(tmp_path))), redactor.add)
    await session.ask(LIST)
    await session.close()
    assert redactor.redact(f"{PASSWORD} {TOKEN}") == "*** ***"
    assert PASSWORD not in repr(session)
    assert TOKEN not in repr(session)


async def test_a_wrong_password_is_told_and_not_repeated(stub: StubCloud, tmp_path: Path) -> None:
    stub.login_status = 401
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        with pytest.raises(LoginRefused) as caught:
            await session.ask(LIST)
    said = str(caught.value)
    assert said.startswith(f"kilo: Keystone at {stub.url}/v3 let nobody in (HTTP 401)")
    assert "openstack --os-cloud kilo token issue" in said
    assert PASSWORD not in said


async def test_a_password_that_was_changed_since_is_told_of_keystone_and_not_of_nova(
    stub: StubCloud, tmp_path: Path
) -> None:
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        await session.ask(LIST)
        stub.answers["GET", "/servers/detail"] = (401, {})
        stub.login_status = 401
        with pytest.raises(LoginRefused) as caught:
            await session.ask(LIST)
    assert str(caught.value).startswith(f"kilo: Keystone at {stub.url}/v3 let nobody in (HTTP 401)")


async def test_a_catalogue_without_nova_is_told(stub: StubCloud, tmp_path: Path) -> None:
    stub.has_compute = False
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        with pytest.raises(Refused, match="names no Compute API for this account"):
            await session.ask(LIST)


async def test_a_region_that_clouds_yaml_does_not_have_is_told(stub: StubCloud, tmp_path: Path) -> None:
    async with session_of(stub.clouds_yaml(tmp_path), region="south") as session:
        with pytest.raises(SystemsError, match="Region south is not a valid region name"):
            await session.ask(LIST)


async def test_a_keystone_that_is_down_is_told_with_its_address(tmp_path: Path) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        stub = StubCloud()
        stub.url = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        async with session_of(stub.clouds_yaml(tmp_path)) as session:
            with pytest.raises(Unreachable) as caught:
                await session.ask(LIST)
    assert str(caught.value) == (
        f"kilo: Keystone at {stub.url}/v3 cannot be reached: connection refused. Is it up, and is the way "
        "to it open from this bastion?"
    )


async def test_a_cloud_that_comes_back_is_asked_again(stub: StubCloud, tmp_path: Path) -> None:
    stub.login_status = 503
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        with pytest.raises(Refused, match="refused the login with HTTP 503"):
            await session.ask(LIST)
        stub.login_status = 201
        assert (await session.ask(LIST)).status == 200


async def test_a_cloud_that_clouds_yaml_does_not_have_is_told(stub: StubCloud, tmp_path: Path) -> None:
    async with session_of(stub.clouds_yaml(tmp_path), "lima") as session:
        with pytest.raises(SystemsError, match=r"lima: .*clouds.yaml cannot be used for this cloud: .*lima"):
            await session.ask(LIST)


async def test_a_clouds_yaml_without_an_address_is_told(tmp_path: Path) -> None:
    place = tmp_path / "clouds.yaml"
    place.write_text("clouds: {kilo: {auth: {username: ana}}}")
    async with session_of(place) as session:
        with pytest.raises(SystemsError, match="auth_url"):
            await session.ask(LIST)


async def test_what_listens_there_and_is_no_keystone_is_told(stub: StubCloud, tmp_path: Path) -> None:
    place = stub.clouds_yaml(tmp_path)
    place.write_text(place.read_text().replace("/v3", "/v2.1/nothing"))
    async with session_of(place) as session:
        with pytest.raises(SystemsError, match=r"kilo: at .*/v2.1/nothing is no Keystone"):
            await session.ask(LIST)


@pytest.mark.parametrize("place", ["", "/", "/v2.0", "/v2/", "/load-balancer"])
async def test_an_octavia_is_asked_and_told_wherever_the_catalogue_has_it(
    stub: StubCloud, tmp_path: Path, place: str
) -> None:
    stub.octavia, stub.has_compute = place, False
    root = "/load-balancer/v2.0" if "load" in place else "/v2.0"
    stub.answers["GET", f"{root}/lbaas/pools"] = (200, {"pools": []})
    stub.answers["PUT", f"{root}/lbaas/loadbalancers/a-b/failover"] = (202, b"")
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        reply = await session.ask(Question("/lbaas/pools", api=Api.BALANCERS))
        assert (reply.status, reply.service, reply.where) == (200, "Octavia", stub.url + root)
        assert (await session.order(FailoverOrder("a-b"))).status == 202
    assert stub.asked[-2:] == [
        ("GET", f"{root}/lbaas/pools", ""),
        ("PUT", f"{root}/lbaas/loadbalancers/a-b/failover", ""),
    ]


async def test_a_cloud_without_octavia_is_told_from_one_that_does_not_answer(
    stub: StubCloud, tmp_path: Path
) -> None:
    async with session_of(stub.clouds_yaml(tmp_path)) as session:
        with pytest.raises(NotInCatalogue, match="names no API of load balancers for this account"):
            await session.ask(Question("/lbaas/pools", api=Api.BALANCERS))
        assert (await session.ask(LIST)).status == 200
