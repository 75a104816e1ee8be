"""The simulated Nova: what it takes and refuses, in its own words, and what passes in simulated time."""

from __future__ import annotations

import pytest

from practice.clock import Clock
from practice.cloud.cloud import Cloud
from practice.cloud.http import Refusal
from practice.cloud.instance import Instance, Power
from practice.estate import Practice, build_demo


def said(caught: pytest.ExceptionInfo[Refusal]) -> tuple[int, str]:
    """Status and message of a refusal."""
    response = caught.value.response
    assert isinstance(response.body, dict)
    (envelope,) = response.body.values()
    return response.status, envelope["message"]


def state(one: Instance) -> tuple[str, str | None, Power]:
    return one.status, one.task, one.power


def test_a_stop_and_a_start_pass_through_their_tasks(cloud: Cloud) -> None:
    web, ops = cloud.nova.named("web-1"), cloud.accounts["operations"]
    cloud.nova.stop(web, ops)
    assert state(web) == ("ACTIVE", "powering-off", Power.RUNNING)
    cloud.clock.advance(6.0)
    assert state(web) == ("SHUTOFF", None, Power.SHUTDOWN)
    cloud.nova.start(web, ops)
    assert state(web) == ("SHUTOFF", "powering-on", Power.SHUTDOWN)
    cloud.clock.advance(3.0)
    assert state(web) == ("ACTIVE", None, Power.RUNNING)
    assert [one.name for one in web.actions] == ["create", "stop", "start"]


@pytest.mark.parametrize(("hard", "status"), [(False, "REBOOT"), (True, "HARD_REBOOT")])
def test_a_reboot_is_a_status_of_its_own_until_the_guest_is_back(
    cloud: Cloud, hard: bool, status: str
) -> None:
    web = cloud.nova.named("web-1")
    before = web.updated_s
    cloud.nova.reboot(web, cloud.accounts["operations"], hard=hard)
    assert web.status == status
    cloud.clock.advance(20.0)
    assert state(web) == ("ACTIVE", None, Power.RUNNING)
    assert int(web.updated_s) > int(before)


def test_what_does_not_fit_its_state_is_refused_as_nova_words_it(cloud: Cloud) -> None:
    nova, ops = cloud.nova, cloud.accounts["operations"]
    web = nova.named("web-1")
    with pytest.raises(Refusal) as caught:
        nova.start(web, ops)
    assert said(caught) == (409, f"Cannot 'start' instance {web.id} while it is in vm_state active")
    nova.stop(web, ops)
    with pytest.raises(Refusal) as caught:
        nova.reboot(web, ops, hard=False)
    assert said(caught) == (409, f"Cannot 'reboot' instance {web.id} while it is in task_state powering-off")
    web.is_locked = True
    with pytest.raises(Refusal) as caught:
        nova.stop(web, ops)
    assert said(caught) == (409, f"Instance {web.id} is locked")


def test_a_flavor_that_fits_no_host_ends_in_error_without_a_host(cloud: Cloud) -> None:
    nova, ops = cloud.nova, cloud.accounts["operations"]
    big = nova.boot("big-1", cloud.flavor("m1.huge").id, ops)
    assert (big.status, big.task) == ("BUILD", "scheduling")
    cloud.clock.advance(5.0)
    assert (big.status, big.host, big.power) == ("ERROR", None, Power.NOSTATE)
    assert big.fault is not None
    assert big.fault.message == "No valid host was found. "
    with pytest.raises(Refusal) as caught:
        nova.stop(big, ops)
    assert said(caught) == (409, f"Instance {big.id} is not ready")


def test_a_project_has_a_quota_and_a_new_instance_boots_within_it(cloud: Cloud) -> None:
    nova, web = cloud.nova, cloud.accounts["shop"]
    with pytest.raises(Refusal) as caught:
        nova.boot("big-1", cloud.flavor("m1.huge").id, web)
    status, words = said(caught)
    assert status == 403
    assert words == "Quota exceeded for ram: Requested 1048576, but already used 14336 of 51200 ram"
    one = nova.boot("web-4", cloud.flavor("m1.small").id, web)
    cloud.clock.advance(5.0)
    assert state(one) == ("ACTIVE", None, Power.RUNNING)


def test_what_is_asked_of_a_dead_compute_host_waits_until_it_is_back(cloud: Cloud) -> None:
    nova, web = cloud.nova, cloud.nova.named("web-2")
    assert web.host is not None
    nova.silence(web.host, since_s=90.0)
    nova.stop(web, cloud.accounts["operations"])
    cloud.clock.advance(3600.0)
    assert state(web) == ("ACTIVE", "powering-off", Power.RUNNING)
    nova.revive(web.host)
    cloud.clock.advance(6.0)
    assert state(web) == ("SHUTOFF", None, Power.SHUTDOWN)


def test_a_host_of_the_estate_is_an_instance_power_and_all(practice: Practice, cloud: Cloud) -> None:
    nova, ops = cloud.nova, cloud.accounts["operations"]
    db2, machine = nova.named("db2"), practice.machines["db2"]
    machine.cut_power()
    nova.sync()
    assert state(db2) == ("SHUTOFF", None, Power.SHUTDOWN)
    nova.start(db2, ops)
    cloud.clock.advance(60.0)
    assert machine.is_on
    assert state(db2) == ("ACTIVE", None, Power.RUNNING)
    assert practice.server("db2").state_comment == "Synced"
    nova.stop(db2, ops)
    cloud.clock.advance(6.0)
    assert not machine.is_on


def test_accounts_see_their_own_project_and_no_other(cloud: Cloud) -> None:
    web, ops = cloud.accounts["shop"], cloud.accounts["operations"]
    assert {one.name for one in cloud.nova.seen(web, all_projects=False)} == {
        "web-1",
        "web-2",
        "web-3",
        "app-1",
        "app-2",
    }
    assert len(cloud.nova.seen(ops, all_projects=True)) == 12
    with pytest.raises(Refusal) as caught:
        cloud.nova.seen(web, all_projects=True)
    assert said(caught)[0] == 403
    with pytest.raises(Refusal) as caught:
        cloud.nova.find(cloud.nova.named("db1").id, web)
    assert said(caught)[0] == 404


def test_the_same_seed_gives_the_same_cloud() -> None:
    ids = []
    for seed in (4, 4, 5):
        practice = build_demo(Clock(runs=False), seed=seed)
        assert practice.cloud is not None
        ids.append(sorted(practice.cloud.nova.instances) + sorted(practice.cloud.octavia.balancers))
    assert ids[0] == ids[1] != ids[2]
