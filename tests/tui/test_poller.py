"""The poller asks exactly what is seen, and says so when a watch breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from systems.galera.readings import NodeSurvey
from tests.scenes import killed
from tests.scripted import ScriptedSource
from tui.picture import Picture
from tui.poller import Poller


def a_poller(source: ScriptedSource) -> tuple[Poller, Picture, list[int]]:
    picture, firsts = Picture(), list[int]()
    picture.plan(source.inventory.clusters)
    return Poller(source, picture, lambda: firsts.append(1)), picture, firsts


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_look_is_judged_when_it_is_complete() -> None:
    poller, picture, firsts = a_poller(ScriptedSource({"orders": killed()}))
    poller.attend({"orders"})
    await settle()
    assert poller.digest()
    assert "db2 is down" in picture.clusters["orders"].sentence
    assert len(firsts) == 3
    assert not poller.digest()
    await poller.stop()


async def test_what_is_not_attended_any_more_is_not_asked() -> None:
    source = ScriptedSource({"orders": killed()})
    poller, _, _ = a_poller(source)
    poller.attend({"orders"})
    await settle()
    assert source.watched == {"orders"}
    poller.attend(())
    await settle()
    assert source.watched == set()


async def test_a_watch_that_breaks_by_a_bug_is_told() -> None:
    class Broken(ScriptedSource):
        async def watch(self, cluster: str) -> AsyncIterator[NodeSurvey]:
            raise RuntimeError("a bug")
            yield

    poller, _, _ = a_poller(Broken({"orders": killed()}))
    poller.attend({"orders"})
    await settle()
    assert poller.broken() == ["orders: RuntimeError('a bug')"]
    assert poller.attended == frozenset()
