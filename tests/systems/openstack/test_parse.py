"""Answers of the Compute API as readings: what a real Nova said, and what nobody should ever say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.errors import NotUnderstood
from systems.openstack.asking import Reply
from systems.openstack.parse import (
    instances_reading,
    parse_console,
    parse_console_log,
    parse_events,
    parse_hypervisors,
    parse_instance,
    parse_page,
    parse_services,
)
from systems.openstack.readings import Address, Power
from tests.systems.openstack.recorded import AT, made, reply

PARSERS: tuple[Callable[[Reply], object], ...] = (
    parse_page,
    parse_instance,
    parse_hypervisors,
    parse_services,
    parse_events,
    parse_console_log,
    lambda answer: parse_console(answer, ttl_s=600.0),
)


def test_a_list_tells_state_host_addresses_and_age() -> None:
    (web, net), marker = parse_page(reply("servers"))
    assert (web.name, web.status, web.task, web.power) == ("web-1", "ACTIVE", "", Power.RUNNING)
    assert web.host == "lab-compute-1"
    assert web.flavor == "lab.tiny"
    assert web.created_at == datetime(2026, 11, 22, 9, 36, 47, tzinfo=UTC)
    assert web.launched_at == datetime(2026, 11, 22, 9, 36, 49, tzinfo=UTC)
    assert net.addresses == (Address("lab-net", "10.77.0.76"),)
    assert marker == ""


def test_an_instance_in_error_has_its_fault_and_no_host() -> None:
    broken = parse_instance(reply("server-error"))
    assert (broken.status, broken.host, broken.power) == ("ERROR", "", Power.UNKNOWN)
    assert broken.fault is not None
    assert (broken.fault.message, broken.fault.code) == ("No valid host was found.", 500)


def test_an_account_that_is_not_told_the_host_is_not_told_there_is_none() -> None:
    assert parse_instance(made({"server": {"id": "a"}})).host is None
    assert parse_instance(made({"server": {"id": "a", "OS-EXT-SRV-ATTR:host": None}})).host == ""


def test_floating_addresses_are_told_apart() -> None:
    both = [{"addr": "10.0.0.4"}, {"addr": "203.0.113.9", "OS-EXT-IPS:type": "floating"}]
    found = parse_instance(made({"server": {"id": "a", "addresses": {"net": both}}})).addresses
    assert [one.is_floating for one in found] == [False, True]


def test_a_page_that_has_more_after_it_names_where_that_begins() -> None:
    more = {"servers": [{"id": "a"}, {"id": "b"}], "servers_links": [{"rel": "next", "href": "x"}]}
    page, marker = parse_page(made(more))
    assert marker == "b"
    again, _ = parse_page(made({"servers": [{"id": "b", "name": "later"}, {"id": "c"}]}))
    whole = instances_reading([page, again], made({}), is_all_projects=True)
    assert [one.name for one in whole.instances] == ["a", "later", "c"]


def test_services_and_hypervisors_are_up_or_down() -> None:
    assert [one.is_up for one in parse_services(reply("services")).services] == [True, True, True]
    down = parse_services(reply("services-down")).services
    assert [one.binary for one in down if not one.is_up] == ["nova-compute"]
    assert [one.is_up for one in parse_hypervisors(reply("hypervisors-down")).hypervisors] == [False]
    (hypervisor,) = parse_hypervisors(reply("hypervisors")).hypervisors
    assert (hypervisor.host, hypervisor.is_up, hypervisor.is_enabled) == ("lab-compute-1", True, True)


def test_events_stand_newest_first_with_the_request_that_nova_logs() -> None:
    events = parse_events(reply("events")).events
    assert [one.action for one in events] == ["reboot", "start", "stop", "create"]
    assert events[0].request == "req-6a0ee9af-d964-4bab-8ccd-06a1ca918c04"


def test_a_console_log_is_text_as_it_came() -> None:
    assert parse_console_log(reply("console-log")).text.splitlines()[-1] == "LAST LINE"
    assert parse_console_log(made({"output": None})).text == ""


def test_a_console_is_good_for_its_time_and_its_token_is_no_part_of_its_repr() -> None:
    console = parse_console(reply("console-spice"), ttl_s=600.0)
    assert console.type == "spice-html5"
    assert "spice_auto.html?token=" in console.url
    assert "token" not in repr(console)
    assert console.left_s(AT + timedelta(seconds=90)) == 510.0
    assert console.left_s(AT + timedelta(hours=1)) == 0.0


def test_the_console_of_an_old_nova_is_read_too() -> None:
    old = made({"console": {"type": "spice-html5", "url": "http://x/?token=t"}})
    assert parse_console(old, ttl_s=600.0).url == "http://x/?token=t"
    with pytest.raises(NotUnderstood, match="holds none"):
        parse_console(made({}), ttl_s=600.0)


def test_a_body_is_no_part_of_the_repr_of_a_reply() -> None:
    assert "token=" not in repr(reply("console-spice"))


@pytest.mark.parametrize("parse", PARSERS)
@settings(deadline=None)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_a_reading_or_one_sentence(parse: Callable[[Reply], object], body: bytes) -> None:
    with pytest.raises(NotUnderstood, match=r"^kilo: the answer to .* cannot be read: [^\n]*$"):
        parse(made(body))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_KEYS = ("id", "name", "status", "created", "addresses", "fault", "flavor", "OS-EXT-STS:power_state")


@settings(deadline=None)
@given(server=st.dictionaries(st.sampled_from(_KEYS), _VALUES))
def test_any_instance_is_one_or_one_sentence(server: dict[str, object]) -> None:
    said = ""
    try:
        assert parse_instance(made({"server": server})).id == server["id"]
    except NotUnderstood as error:
        said = str(error)
    assert "\n" not in said
