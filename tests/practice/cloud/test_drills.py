"""The drills of load balancers and clouds: their goals are reached by the console's own acts, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from practice.telling import state_of
from systems.consoles.terminal import Terminal
from tests.practice.cloud.test_consoles import CLOUD, instance, says
from tests.practice.inside import Inside
from tests.tui.cli.test_drill import BY_HAND
from tui.demo.drills import DRILLS, score_of

DEADLINE_S = 30.0


async def acts(estate: Inside, *words: str) -> None:
    status, said = await estate.console(*words, "--arm", "a drill")
    assert status == 0, said


async def switches_on(estate: Inside) -> None:
    await acts(estate, "cloud", "act", "start", "db3", "--yes-to", "db3")


async def lets_it_serve(estate: Inside) -> None:
    await acts(estate, "vips", "set", "orders-vip", "db3", "ready")


async def fails_over(estate: Inside) -> None:
    await acts(estate, "cloud", "failover", "shop-lb", "--yes-to", "shop-lb")


async def answers_fsck(estate: Inside) -> None:
    link = await estate.access.clouds.link(CLOUD, await instance(estate, "mon-1"), "serial")
    terminal = Terminal()
    await link.send(b"fsck -y /dev/vda1\rexit\r")
    await says(link, terminal, "mon-1 login:")
    await link.close()


WAYS: dict[str, Callable[[Inside], Awaitable[None]]] = {
    "no-power": switches_on,
    "left-in-maint": lets_it_serve,
    "balancer-error": fails_over,
    "asks-for-fsck": answers_fsck,
}


def points(estate: Inside, name: str) -> int:
    state = state_of(estate.serving.practice)
    return score_of(state, took_s=1.0, outside=0, hints=0, beside=DRILLS[name].beside).points


def test_each_of_them_has_a_way_here() -> None:
    assert set(WAYS) == BY_HAND


@pytest.mark.parametrize("name", WAYS)
async def test_the_goal_is_reached_by_acts_of_the_console(estate: Inside, name: str) -> None:
    await estate.breaks(DRILLS[name].fault, seconds=15.0)
    assert points(estate, name) == 0
    await WAYS[name](estate)
    async with asyncio.timeout(DEADLINE_S):
        while points(estate, name) != 100:
            await estate.pass_time(2.0)
            await asyncio.sleep(0)
