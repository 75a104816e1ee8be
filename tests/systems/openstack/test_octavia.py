"""The reader of load balancers: one tree from four lists, in few requests, for accounts of every kind."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from systems.errors import NotUnderstood, Refused, SystemsError, Unreachable
from systems.openstack import octavia
from systems.openstack.asking import FailoverOrder, Question, Reply, lbaas_path
from systems.openstack.octavia_readings import BalancersReading, Generation, members_of
from tests.octavias import CHECK, FakeOctavia, a_balancer, a_member, a_pool, standing


async def test_the_tree_is_what_octavia_has_in_four_lists_and_one_list_of_members_a_pool() -> None:
    tree = a_balancer("orders")
    fake = FakeOctavia.of(tree)
    reading = await fake.reader().balancers()
    assert reading.generation is Generation.OCTAVIA
    assert reading.balancers == (tree,)
    assert fake.asked == [
        "/lbaas/loadbalancers",
        "/lbaas/listeners",
        "/lbaas/pools",
        "/lbaas/healthmonitors",
        "/lbaas/pools/id-galera/members",
    ]


async def test_a_cloud_without_load_balancers_costs_one_request() -> None:
    fake = FakeOctavia.of()
    assert (await fake.reader().balancers()).balancers == ()
    assert fake.asked == ["/lbaas/loadbalancers"]


async def test_all_pages_are_read_each_object_once() -> None:
    trees = [a_balancer(f"lb{number}", standing(), listeners=(), pools=()) for number in range(5)]
    fake = FakeOctavia.of(*trees, page=2)
    reading = await fake.reader().balancers()
    assert [one.name for one in reading.balancers] == [f"lb{number}" for number in range(5)]
    assert fake.asked[:3] == [
        "/lbaas/loadbalancers",
        "/lbaas/loadbalancers?marker=id-lb1",
        "/lbaas/loadbalancers?marker=id-lb3",
    ]


async def test_a_last_page_that_promises_another_ends_with_the_empty_one() -> None:
    trees = [a_balancer(f"lb{number}", standing(), listeners=(), pools=()) for number in range(4)]
    reading = await FakeOctavia.of(*trees, page=2).reader().balancers()
    assert len(reading.balancers) == 4


async def test_a_list_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(octavia, "MOST_PAGES", 3)
    trees = [a_balancer(f"lb{number}", standing(), listeners=(), pools=()) for number in range(9)]
    with pytest.raises(NotUnderstood, match="list of load balancers does not end: 6 were read in 3 pages"):
        await FakeOctavia.of(*trees, page=2).reader().balancers()


async def test_of_one_load_balancer_only_its_own_members_are_read() -> None:
    other = a_balancer("mail", standing(), a_pool(a_member("mx1"), name="smtp", monitor=None))
    fake = FakeOctavia.of(a_balancer("orders"), other)
    reading = await fake.reader().balancers(only="id-mail")
    by_name = {one.name: one for one in reading.balancers}
    assert [one.name for one in members_of(by_name["mail"].pools[0])] == ["mx1"]
    assert by_name["orders"].pools[0].members is None
    assert [path for path in fake.asked if path.endswith("/members")] == ["/lbaas/pools/id-smtp/members"]


async def test_the_worst_pools_come_first_and_what_there_is_no_time_for_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(octavia, "MEMBERS_S", 0.05)
    well = [a_pool(a_member(f"w{n}"), name=f"well{n}", monitor=None) for n in range(4)]
    bad = a_pool(a_member("b"), name="bad", monitor=None, standing=standing(operating="ERROR"))
    fake = Slow.of(a_balancer("orders", standing(), *well, bad))
    reading = await fake.reader().balancers()
    read = {one.name for one in reading.balancers[0].pools if one.members is not None}
    assert read == {"bad"}


class Slow(FakeOctavia):
    """Tells the members of the bad pool, and is mute on all others."""

    async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
        if question.path.endswith("/members") and "bad" not in question.path:
            await asyncio.Event().wait()
        return await super().ask(question, timeout_s=timeout_s)


async def test_members_that_an_account_may_not_see_are_an_error_in_their_place() -> None:
    fake = FakeOctavia.of(
        a_balancer("orders"),
        refusals={
            "/lbaas/pools/id-galera/members": (403, "Policy does not allow this request to be performed.")
        },
    )
    (tree,) = (await fake.reader().balancers()).balancers
    assert isinstance(tree.pools[0].members, Refused)
    assert "the list of members of the pool galera was refused" in str(tree.pools[0].members)


async def test_an_account_that_may_see_none_is_told_which_role_it_lacks() -> None:
    said = (403, "Policy does not allow this request to be performed.")
    survey = await FakeOctavia.of(refusals={"/lbaas/loadbalancers": said}).reader().survey()
    assert isinstance(survey.answer, Refused)
    assert survey.answer.status == 403
    assert "Octavia wants load-balancer_observer or load-balancer_member" in str(survey.answer)


@pytest.mark.parametrize("generation", [Generation.LBAAS_V1, Generation.LBAAS_V2, Generation.NONE])
async def test_what_a_cloud_has_instead_of_octavia_is_recognised_and_asked_for_once(
    generation: Generation,
) -> None:
    fake = FakeOctavia.of(generation=generation)
    reader = fake.reader()
    for _ in range(2):
        survey = await reader.survey()
        assert isinstance(survey.answer, BalancersReading)
        assert (survey.answer.generation, survey.answer.balancers) == (generation, ())
    assert fake.asked.count("/extensions") == 1


async def test_a_neutron_that_does_not_answer_leaves_it_unknown() -> None:
    fake = FakeOctavia.of(generation=Generation.NONE, refusals={"/extensions": (503, "no server")})
    survey = await fake.reader().survey()
    assert isinstance(survey.answer, SystemsError)
    assert "the list of Neutron's extensions was refused" in str(survey.answer)


async def test_an_octavia_that_is_away_is_an_answer_of_the_look() -> None:
    class Away(FakeOctavia):
        async def ask(self, question: Question, *, timeout_s: float = 15.0) -> Reply:
            raise Unreachable("kilo: Octavia at http://o cannot be reached: connection refused")

    survey = await Away.of().reader().survey()
    assert isinstance(survey.answer, Unreachable)


async def test_one_load_balancer_is_read_by_itself() -> None:
    fake = FakeOctavia.of(a_balancer("orders", standing("ERROR")))
    assert (await fake.reader().balancer(a_balancer("orders"))).standing.provisioning == "ERROR"
    with pytest.raises(Refused, match="there is no mail any more"):
        await fake.reader().balancer(a_balancer("mail"))


async def test_a_pool_that_two_listeners_share_and_one_that_none_leads_to() -> None:
    shared, loose = a_pool(a_member("db1")), a_pool(a_member("x1"), name="static", monitor=None)
    tree = a_balancer("orders", standing(), shared, loose)
    second = replace(tree.listeners[0], id="id-second", name="second", port=3307)
    tree = replace(tree, listeners=(tree.listeners[0], second))
    (read,) = (await FakeOctavia.of(tree).reader().balancers()).balancers
    assert [read.pools_of(one)[0].name for one in read.listeners] == ["galera", "galera"]
    assert [one.name for one in read.loose_pools] == ["static"]
    assert read.pools[0].monitor == CHECK


@pytest.mark.parametrize("bad", ["", "a/../b", "a?b", "a b", "x" * 65])
def test_an_id_that_is_none_makes_no_path_and_no_order(bad: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        lbaas_path("pools", bad, "/members")
    with pytest.raises(ValueError, match="no id"):
        _ = FailoverOrder(bad).line


async def test_an_id_that_would_lead_elsewhere_is_not_followed() -> None:
    """Ids come from the cloud: one that is none is a bug or an attack, and nothing is asked with it."""
    evil = a_pool(a_member("db1"), id="../../v3/users")
    fake = FakeOctavia.of(a_balancer("orders", standing(), evil))
    (tree,) = (await fake.reader().balancers()).balancers
    assert isinstance(tree.pools[0].members, NotUnderstood)
    assert not any("v3" in path for path in fake.asked)
