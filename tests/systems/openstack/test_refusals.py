"""The error decoder: a refusal of a real Nova becomes one sentence: what, where, why and what to do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.errors import LoginRefused, Refused, SystemsError, TimedOut
from systems.openstack.decoding import Asked
from systems.openstack.faults import fault_in_words
from systems.openstack.refusals import refusal
from systems.text import is_harmless
from tests.systems.openstack.recorded import WHERE, made, reply

WEB = Asked("a spice-html5 console of web-7", "web-7", "cmp1", "ACTIVE")
BROKEN = Asked("a spice-html5 console of web-7", "web-7", "", "ERROR")
BUILDING = Asked("a spice-html5 console of web-7", "web-7", "", "BUILD")
UNREAD = Asked("a spice-html5 console of web-7")


@pytest.mark.parametrize(
    ("name", "asked", "why", "advice"),
    [
        ("no-spice", WEB, "nova-compute that runs on cmp1 has [spice] enabled = False", "hard reboot"),
        ("no-novnc", WEB, "[vnc] enabled = False", "Set [vnc] enabled = True"),
        ("no-serial", WEB, "[serial_console] enabled = False", "restart nova-compute there"),
        ("old-no-spice", WEB, "[spice] enabled = False", "or ask for another type"),
        ("old-bogus", WEB, "bogus", "type"),
        ("not-ready", BROKEN, "web-7 is in ERROR and has no host", "Its fault says why"),
        ("not-ready", BUILDING, "web-7 is still being built", "Wait until it is ACTIVE"),
        ("not-ready", UNREAD, "still being built, or it is in ERROR", "Read its status"),
        ("wrong-state", WEB, "web-7 is in the vm state active, in which Nova does not start", "Nothing was"),
        ("quota", UNREAD, "the project's quota of ram is used up", "openstack quota set"),
        ("gone", WEB, "there is no instance web-7 any more", "deleted"),
        ("gone-act", WEB, "there is no instance web-7 any more", "deleted"),
        ("bad-token", UNREAD, "the token has expired, or was revoked", "openstack token issue"),
        ("compute-down", WEB, "nova-compute on cmp1 and got no answer", "message queue"),
        ("too-new", UNREAD, "does not know the request", "asked anew"),
        ("no-all-projects", UNREAD, "os_compute_api:servers:detail:get_all_tenants", "role admin"),
        ("no-hypervisors", UNREAD, "os_compute_api:os-hypervisors:list", "role admin"),
        ("versions", UNREAD, "names no version", "/v2.1"),
    ],
)
def test_a_refusal_becomes_one_sentence(name: str, asked: Asked, why: str, advice: str) -> None:
    answer = reply(name)
    said = str(refusal(answer, asked))
    assert said.startswith(f"kilo: {asked.what} was refused by Nova at {WHERE}: ")
    assert why in said
    assert advice in said
    assert f"HTTP {answer.status}" in said
    assert "\n" not in said


def test_each_kind_of_refusal_is_an_error_of_its_own() -> None:
    assert isinstance(refusal(reply("bad-token"), UNREAD), LoginRefused)
    assert isinstance(refusal(reply("compute-down"), WEB), TimedOut)
    refused = refusal(reply("no-spice"), WEB)
    assert isinstance(refused, Refused)
    assert refused.status == 400


def test_spice_that_is_enabled_and_not_in_this_instance_is_told_apart() -> None:
    answer = made({"badRequest": {"code": 400, "message": "Unavailable console type spice."}}, 400)
    said = str(refusal(answer, WEB))
    assert "started before SPICE was enabled (SPICE-01)" in said
    assert "cuts its power" in said


def test_a_type_that_this_nova_does_not_know_is_told() -> None:
    message = "Invalid input for field/attribute type. Value: bogus. 'bogus' is not one of ['novnc']"
    said = str(refusal(made({"badRequest": {"message": message}}, 400), WEB))
    assert "this Nova knows no console of the type bogus" in said
    assert "It takes spice-html5, novnc and serial" in said


def test_a_type_that_this_nova_has_no_more_is_told() -> None:
    message = (
        "The server could not comply with the request since it is either malformed or otherwise incorrect."
    )
    said = str(refusal(made({"badRequest": {"message": message}}, 400), WEB))
    assert "it has none of that type" in said
    assert "Ask for spice-html5, novnc or serial" in said


def test_a_locked_instance_is_told() -> None:
    answer = made({"conflictingRequest": {"message": "Instance a-b is locked"}}, 409)
    assert "web-7 is locked" in str(refusal(answer, WEB))


def test_the_page_of_a_proxy_is_told_by_its_title() -> None:
    page = b"<html><body><h1>503 Service Unavailable</h1>\nNo server is available.\n</body></html>"
    said = str(refusal(made(page, 503), UNREAD))
    assert '"503 Service Unavailable"' in said
    assert "See whether nova-api, Keystone and the database are up." in said


def test_a_request_that_nova_stumbled_over_is_named_as_its_log_names_it() -> None:
    assert "request req-0358acd5-ad4b-4fd8-95fd-b684f5c87336" in str(refusal(reply("compute-down"), WEB))


def test_a_refusal_is_explained_by_the_rules_of_whoever_gave_it() -> None:
    said = {"faultstring": "Policy does not allow this request to be performed."}
    by = {
        service: str(refusal(made(said, 403, service=service), Asked("the list of Neutron's extensions")))
        for service in ("Octavia", "Neutron", "Nova")
    }
    assert "load-balancer_observer" in by["Octavia"]
    for service in ("Neutron", "Nova"):
        assert f"was refused by {service} at" in by[service]
        assert "the account may not do it" in by[service]
    down = str(refusal(made(b"", 503, service="Neutron"), UNREAD))
    assert "See whether Neutron's API, Keystone and the database are up." in down


LB = Asked("to make the listener orders-vip-3306", "orders-vip")


@pytest.mark.parametrize(
    ("status", "said", "why", "advice"),
    [
        (
            403,
            "Quota has been met for resources: Listener",
            "as many of these as its quota",
            "Nothing was made",
        ),
        (
            409,
            "Another Listener on this Load Balancer is already using protocol TCP and protocol_port 3306",
            "another listener of orders-vip has TCP port 3306 already",
            "another port",
        ),
        (
            409,
            "Another member on this pool is already using ip 10.0.0.1 on protocol_port 3306",
            "another member on this pool is already using ip 10.0.0.1 on protocol_port 3306",
            "Use the one that is there",
        ),
        (
            409,
            "This pool already has a health monitor",
            "has that place already: this pool",
            "Nothing was made",
        ),
        (
            409,
            "This listener already has a default pool",
            "has that place already: this listener",
            "Nothing was made",
        ),
        (
            400,
            "Subnet 2222-22 not found.",
            "there is no subnet 2222-22 in this cloud",
            "openstack subnet list",
        ),
        (
            400,
            "Validation failure: Cannot delete Load Balancer a-b - it has children",
            "something still hangs below orders-vip",
            "Nothing was deleted",
        ),
        (404, "Pool a-b not found.", "there is no orders-vip any more", "deleted"),
        (403, "Policy does not allow this request to be performed.", "lacks a role", "such a role"),
    ],
)
def test_a_refusal_of_what_is_made_or_deleted_in_octavia_says_why(
    status: int, said: str, why: str, advice: str
) -> None:
    error = refusal(made({"faultstring": said}, status, service="Octavia"), LB)
    assert isinstance(error, Refused)
    assert error.status == status
    assert why in str(error)
    assert advice in str(error)


def test_what_a_server_says_steers_no_terminal() -> None:
    said = str(refusal(made({"badRequest": {"message": "\x1b[2J\x07[bold]"}}, 400), UNREAD))
    assert "\x1b" not in said
    assert "␛[2J" in said


@settings(deadline=None)
@given(status=st.integers(201, 599), body=st.binary(max_size=400))
def test_any_refusal_is_one_sentence(status: int, body: bytes) -> None:
    error = refusal(made(body, status), UNREAD)
    assert isinstance(error, SystemsError)
    assert str(error).startswith("kilo: a spice-html5 console of web-7 was refused by Nova at ")
    assert is_harmless(str(error))
    assert str(error).endswith((".", "?"))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("No valid host was found. There are not enough hosts", "scheduler found no compute host"),
        ("Exceeded maximum number of retries. Exhausted all hosts", "nova-compute on cmp1"),
        ("Binding failed for port 1f, please check neutron logs", "Neutron could not bind its port"),
        ("Build of instance 1f aborted: Volume did not finish", "volume, image or port"),
        ("Something nobody has seen before", ""),
    ],
)
def test_a_fault_is_explained_as_far_as_it_is_known(message: str, words: str) -> None:
    explained = fault_in_words(message, "cmp1")
    assert words in explained
    assert bool(words) == bool(explained)
