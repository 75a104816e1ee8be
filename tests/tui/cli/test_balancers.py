"""`quarterdeck cloud lbs`, `lb` and `failover`: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from runbooks.journal.entries import Kind
from runbooks.journal.place import ENVIRONMENT, open_journal
from systems.openstack.octavia_readings import Balancer, Generation
from tests.clouds import FakeClouds, FakeNova
from tests.octavias import FakeOctavia, a_balancer, a_member, a_pool, locked, standing
from tests.runbooks.read_only_hosts import ReadOnlyHosts
from tui.cli.group import cli


class Clouds(FakeClouds):
    async def close(self) -> None:
        """Nothing is open."""


class Estate:
    """A real estate file and journal, and a cloud in memory."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.octavia = FakeOctavia.of(a_balancer("orders"))
        monkeypatch.setattr("tui.access.SshHosts", lambda **_: ReadOnlyHosts())
        monkeypatch.setattr(
            "tui.access.EstateClouds", lambda *_: Clouds(FakeNova.of(), octavias=[self.octavia])
        )
        (folder / "estate.toml").write_text('[estate]\nname = "north"\n[[cloud]]\nname = "kilo"\n')
        monkeypatch.setenv("QUARTERDECK_ESTATE", str(folder / "estate.toml"))
        monkeypatch.setenv(ENVIRONMENT, str(folder / "journal.sqlite"))

    def has(self, *balancers: Balancer, generation: Generation = Generation.OCTAVIA) -> None:
        self.octavia = FakeOctavia.of(*balancers, generation=generation)

    def call(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ("cloud", *words), catch_exceptions=False)

    def kinds(self) -> list[Kind]:
        journal = open_journal(estate="north")
        kinds = [entry.kind for entry in journal.entries()]
        journal.close()
        return kinds


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Estate:
    return Estate(tmp_path, monkeypatch)


def test_the_worst_stands_first_and_the_status_tells_how_bad_it_is(estate: Estate) -> None:
    estate.has(
        a_balancer("orders"), a_balancer("mail", standing("ERROR", "OFFLINE")), a_balancer("web", locked(3))
    )
    called = estate.call("lbs")
    assert called.exit_code == 2
    names = [line.split()[1] for line in called.stdout.splitlines()]
    assert names == ["mail", "web", "orders"]
    assert "PENDING_UPDATE  ONLINE" in called.stdout
    assert "✖ kilo: 3 load balancers; mail is in ERROR" in called.stderr
    assert "web is locked for 3 min: PENDING_UPDATE." in called.stderr


def test_one_that_is_well_ends_with_none(estate: Estate) -> None:
    called = estate.call("lbs")
    assert (called.exit_code, called.stderr) == (0, "● kilo: 1 load balancer\n")
    assert "3 of 3 members up" in called.stdout


def test_programs_get_both_statuses_and_their_words(estate: Estate) -> None:
    estate.has(a_balancer("orders", locked(3)))
    told = json.loads(estate.call("lbs", "--json").stdout)
    (tree,) = told["load_balancers"]
    first = tree["tree"][0]
    assert (first["provisioning_status"], first["operating_status"]) == ("PENDING_UPDATE", "ONLINE")
    assert first["provisioning"].startswith("locked for 3 min: Octavia is changing it")
    assert [one["kind"] for one in tree["tree"]] == [
        *("load balancer", "listener", "pool", "monitor"),
        *["member"] * 3,
    ]
    assert told["findings"][0]["id"] == "LB-18"
    assert told["generation"] == "octavia"


def test_the_tree_has_each_status_in_words(estate: Estate) -> None:
    off = a_member("db2", standing(operating="OFFLINE", is_enabled=False))
    estate.has(a_balancer("orders", standing(), a_pool(a_member("db1"), off)))
    called = estate.call("lb", "orders")
    assert "└ listener mysql  TCP 3306" in called.stdout
    assert "member db2" in called.stdout
    assert "switched off: its admin_state_up is false" in called.stdout
    assert "OCT-06  orders: db2 (switched off) of the pool galera taken out by hand" in called.stderr


def test_an_old_cloud_is_recognised_and_told_as_not_managed(estate: Estate) -> None:
    estate.has(generation=Generation.LBAAS_V1)
    called = estate.call("lbs")
    assert (called.exit_code, called.stdout) == (0, "")
    assert "LBaaS v1 of Neutron: recognised, not managed here" in called.stderr
    assert estate.call("lb", "orders").exit_code == 64


def test_an_octavia_that_refuses_ends_with_unread(estate: Estate) -> None:
    estate.octavia.refusals["/lbaas/loadbalancers"] = (
        403,
        "Policy does not allow this request to be performed.",
    )
    called = estate.call("lbs")
    assert (called.exit_code, called.stdout) == (3, "")
    assert "the account lacks a role for it" in called.stderr


def test_a_name_that_is_not_there_or_twice_is_told(estate: Estate) -> None:
    assert "no load balancer 'web'" in estate.call("lb", "web").stderr
    twin = a_balancer("orders", id="id-twin")
    estate.has(a_balancer("orders"), twin)
    called = estate.call("failover", "orders")
    assert (called.exit_code, "give the id of one: id-orders, id-twin" in called.stderr) == (64, True)
    assert estate.call("lb", "id-twin").exit_code == 0


def test_hostile_names_are_shown_and_not_obeyed(estate: Estate) -> None:
    estate.has(a_balancer("[/x]\x1b]52;c;ZXZpbA==\x07", standing("ERROR"), id="id-evil"))
    for words in (("lbs",), ("lb", "id-evil"), ("lbs", "--json")):
        called = estate.call(*words)
        assert "\x1b" not in called.stdout + called.stderr
        assert "[/x]" in called.stdout
    estate.has(a_balancer("[/x]\x1b]52;c;ZXZpbA==\x07", locked(3), id="id-evil"))
    called = estate.call("failover", "id-evil")
    assert "not now: [/x]␛]52;c;ZXZpbA==" in called.stdout
    assert "\x1b" not in called.stdout


def test_an_unarmed_failover_says_what_it_would_send_and_sends_nothing(estate: Estate) -> None:
    called = estate.call("failover", "orders")
    assert called.exit_code == 4
    assert "would send to Octavia of kilo: PUT /lbaas/loadbalancers/id-orders/failover" in called.stdout
    assert "nothing was sent" in called.stdout
    assert estate.octavia.orders == []


def test_an_armed_failover_is_sent_proven_and_journalled(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbooks.cloud.failover.EVERY_S", 0.0)
    called = estate.call("failover", "orders", "--arm", "INC-1432", "--yes-to", "orders")
    assert (called.exit_code, called.stdout) == (0, "")
    assert "failover orders: orders is ACTIVE, operating ONLINE" in called.stderr
    assert estate.octavia.orders == ["PUT /lbaas/loadbalancers/id-orders/failover"]
    assert estate.kinds() == [Kind.ARMED, Kind.CHANGE, Kind.OUTCOME, Kind.VERIFIED]


def test_a_failover_of_a_locked_one_is_not_sent(estate: Estate) -> None:
    estate.has(a_balancer("orders", locked(3)))
    assert "not now: orders is locked: PENDING_UPDATE" in estate.call("failover", "orders").stdout
    called = estate.call("failover", "orders", "--arm", "INC-1432", "--yes-to", "orders", "--json")
    assert (called.exit_code, json.loads(called.stdout)["outcome"]) == (4, "blocked")
    assert estate.octavia.orders == []
