"""Every fault of clouds and load balancers, looked at by the console's own adapters, and healed again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from practice.faults import FAULTS, On, apply, faults_on
from runbooks.cloud.balancers import judge_balancers
from runbooks.cloud.findings import judge_cloud
from runbooks.vips.findings import judge_vip
from systems.consoles.glyphs import read_text
from systems.consoles.rfb import RfbScreen
from systems.consoles.screens import first_look
from systems.errors import Refused
from systems.openstack.readings import InstancesReading
from tests.practice.inside import Inside

VIP, CLOUD = "orders-vip", "north"
NOVA = {
    "compute-down": ("CLOUD-02", "nova-compute is down on cmp2; 4 instances there cannot be reached by Nova"),
    "no-valid-host": ("CLOUD-04", "batch-1"),
    "task-stuck": ("CLOUD-05", "app-2"),
    "cloud-password": ("CLOUD-01", "let nobody in (HTTP 401)"),
    "nova-api-down": ("CLOUD-01", "cannot be reached: connection refused"),
}
OCTAVIA = {
    "lb-locked": ("LB-18", "shop-lb is locked for 40 min: PENDING_UPDATE"),
    "lb-error": ("LB-18", "shop-lb is in ERROR"),
    "lb-member-down": ("OCT-03", "web-2"),
    "check-account": ("OCT-02", "orders-lb has no member up"),
}
VIPS = {
    "balancer-dead": ("VIP-01", "lb1 cannot be asked"),
    "maint-forgotten": ("", "db3 is out of the VIP"),
    "check-account": ("LB-13", "db1"),
    "check-disabled": ("LB-09", "db3"),
}
BY_HAND = {"console-disabled", "fsck-asks"}
"""Those that no finding tells: somebody asks for a console."""


async def nova(estate: Inside) -> tuple[tuple[str, str], ...]:
    judged = judge_cloud(await estate.access.clouds.reader(CLOUD).survey())
    return tuple((one.id, one.sentence) for one in judged.findings)


async def octavia(estate: Inside) -> tuple[tuple[str, str], ...]:
    judged = judge_balancers(await estate.access.clouds.balancers(CLOUD).survey())
    return tuple((one.id, one.sentence) for one in judged.findings)


async def vips(estate: Inside) -> tuple[tuple[str, str], ...]:
    judged = judge_vip(await estate.access.look_at_vip(VIP))
    return tuple((one.id, one.sentence) for one in judged.findings)


ROWS = [
    *[(nova, fault, *told) for fault, told in NOVA.items()],
    *[(octavia, fault, *told) for fault, told in OCTAVIA.items()],
    *[(vips, fault, *told) for fault, told in VIPS.items()],
]


def test_every_fault_of_them_has_a_row_here_and_says_what_it_is_in_a_sentence() -> None:
    known = faults_on(On.BALANCED | On.CLOUD)
    assert {row[1] for row in ROWS} | BY_HAND == set(known)
    assert all(FAULTS[name].what.endswith(".") and len(FAULTS[name].what) < 120 for name in known)


@pytest.mark.parametrize(
    ("told", "fault", "finding", "words"), ROWS, ids=[f"{row[1]}-{row[0].__name__}" for row in ROWS]
)
async def test_the_console_names_a_fault_and_healed_it_is_quiet(
    estate: Inside,
    told: Callable[[Inside], Awaitable[tuple[tuple[str, str], ...]]],
    fault: str,
    finding: str,
    words: str,
) -> None:
    assert await told(estate) == ()
    await estate.breaks(fault, seconds=20.0)
    found = await told(estate)
    assert any((not finding or name == finding) and words in said for name, said in found), found
    await estate.heals(fault)
    assert await told(estate) == ()
    assert estate.serving.practice.broken == {}


async def test_a_screen_that_is_disabled_is_told_by_the_host_that_has_none(estate: Inside) -> None:
    reader = estate.access.clouds.reader(CLOUD)
    reading = await reader.instances()
    assert isinstance(reading, InstancesReading)
    web = next(one for one in reading.instances if one.name == "web-1")
    await estate.breaks("console-disabled")
    for kind, section in (("novnc", "vnc"), ("spice-html5", "spice")):
        with pytest.raises(Refused) as caught:
            await reader.console(web, kind)
        assert f"nova-compute that runs on cmp1 has [{section}] enabled = False" in str(caught.value)
    assert (await reader.console(web, "serial")).url
    await estate.heals("console-disabled")
    assert (await reader.console(web, "novnc")).url


async def test_a_guest_that_asks_for_fsck_says_so_on_its_log_and_screen(estate: Inside) -> None:
    clouds = estate.access.clouds
    await estate.breaks("fsck-asks", seconds=10.0)
    instances = (await clouds.reader(CLOUD).instances()).instances
    mon = next(one for one in instances if one.name == "mon-1")
    assert mon.status == "ACTIVE"  # for Nova all is well
    assert "RUN fsck MANUALLY" in (await clouds.reader(CLOUD).console_log(mon)).text
    link = await clouds.link(CLOUD, mon, "novnc")
    told = read_text(await first_look(RfbScreen(link)))
    await link.close()
    assert told is not None
    assert "RUN fsck MANUALLY" in told.text
    assert "(initramfs)" in told.text
    await estate.heals("fsck-asks")
    assert "mon-1 login:" in (await clouds.reader(CLOUD).console_log(mon)).text.splitlines()[-1]


async def test_a_fault_that_is_there_already_tells_whom_it_befell(estate: Inside) -> None:
    befallen = [await apply(estate.serving, "compute-down") for _ in range(2)]
    assert befallen == ["cmp2", "cmp2"]
    befallen = [await apply(estate.serving, "kill-one", host=host) for host in ("db2", "db1")]
    assert befallen == ["db2", "db2"]
