"""What breaks on real nodes is on the screen within two refreshes: in words, with proof and the runbook."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from runbooks.model import Finding
from systems.estate import load
from tests.lab.lab import Lab
from tui.live import LiveSource
from tui.source import Opinion

pytestmark = pytest.mark.lab

HOSTS = ("db1", "db2", "db3")
REFRESHES = 2
CALM_S = 60.0
"""Within it, what was let go is gone from the screen."""
LOOK_S = 60.0
"""A watch that brings nothing for so long is broken."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an operator must read of a fault: patterns, since numbers differ."""

    id: str
    sentence: str
    evidence: str
    advice: str
    verdict: str
    runbook: str | None = "galera-recover"

    def is_in(self, opinion: Opinion) -> Finding:
        """Fails with all that was said instead."""
        found = [one for one in opinion.findings if one.id == self.id]
        assert found, (opinion.sentence, [one.sentence for one in opinion.findings])
        assert re.search(self.verdict, opinion.sentence), opinion.sentence
        assert re.search(self.sentence, found[0].sentence), found[0].sentence
        assert re.search(self.evidence, "\n".join(found[0].evidence)), found[0].evidence
        assert re.search(self.advice, found[0].advice), found[0].advice
        assert found[0].runbook == self.runbook
        assert dict(found[0].values) == ({"node": found[0].hosts[0]} if self.runbook else {})
        return found[0]


LET_GO = {
    "desync": Told(
        "R-DON",
        r"^db3 is desynced by hand \(wsrep_desync is ON\): \d+ write-sets? behind, it may lag without limit",
        r"db3: wsrep_desync ON",
        r"wants wsrep_desync=OFF",
        r"^2 of 3 Synced: db3 is desynced by hand \(wsrep_desync is ON\)$",
    ),
    "flow-control": Told(
        "R-FC",
        r"^db3 holds back the writes of all \(flow control\): it applies too slowly, \d+ write-sets in its "
        r"queue; paused \d+ % of the last \d+ s$",
        r"db3: flow control active \w+, requested yes, queue \d+",
        r"in this order: end its lock or load, desync it",
        r"^3 of 3 Synced: db3 holds back the writes of all \(flow control\)$",
    ),
    "ftwrl": Told(
        "R-LOCK",
        r"^db3 is held by a global read lock \(FLUSH TABLES WITH READ LOCK.*\d+ write-sets? behind$",
        r"db3: grastate.dat [0-9a-f-]{36}:\d+ while it runs",
        r"UNLOCK TABLES",
        r"^2 of 3 Synced: db3 is held by a global read lock ",
    ),
    "boot-unit": Told(
        "PXC-03",
        r"^The bootstrap unit starts at boot: db1: ",
        r"db1: unit mysql@bootstrap is enabled",
        r"^Disable it",
        r"^The bootstrap unit starts at boot: db1",
    ),
    "frozen": Told(
        "R-MUTE",
        r"^db3 runs and its database does not answer; the cluster does not count it as a member$",
        r"^db3: SQL: the database server took the question and gave no answer within \d+ s",
        r"kill nothing, bootstrap nothing elsewhere",
        r"^2 of 3 in the cluster: db3 runs and does not answer$",
        runbook=None,
    ),
}
"""Faults that end when what holds is let go; one after the other on the same cluster."""

LASTING = {
    "donor": Told(
        "R-DON",
        r"^db[12] gives its state to db3 \(donor\): it is slower until that ends; wait$",
        r"db[12]: \d+ processes? of a state transfer",
        r"A donor at work needs only time",
        r"db3 is on its way",
    ),
    "voted-out": Told(
        "R-VOTE",
        r"^db3 has left the cluster and runs on alone: state Inconsistent",
        r"db3: grastate.dat 00000000-0000-0000-0000-000000000000:-1",
        r"^Keep its GRA_\*.log and error log, find out why it differs",
        r"^2 of 3 in the cluster: db3 was voted out$",
    ),
    "disk-full": Told(
        "REC-28",
        r"db3: /var/lib/mysql is 100 % full",
        r"db3: /var/lib/mysql is 100 % full",
        r"^Free room first; never delete",
        r"db3 ",
    ),
}


class Screen:
    """What the console would show of the cluster `orders`: its own source, and its own judgement."""

    def __init__(self, source: LiveSource) -> None:
        self._source = source

    async def refreshed(self, times: int = REFRESHES) -> Opinion:
        """What it shows once every node was looked at that often from now on."""
        arrived: Counter[str] = Counter()
        async with asyncio.timeout(LOOK_S), aclosing(self._source.watch("orders")) as watch:  # type: ignore[type-var]
            async for survey in watch:
                arrived[survey.host] += 1
                if all(arrived[host] >= times for host in HOSTS):
                    break
        latest = self._source.latest("orders")
        assert latest is not None
        return self._source.judge(latest)

    async def is_calm(self) -> None:
        """Return once it shows nothing wrong; the writes that were held are applied first."""
        async with asyncio.timeout(CALM_S):
            while any(one.severity for one in (await self.refreshed(1)).findings):
                continue


async def nobody(question: str) -> str:
    raise AssertionError(f"nothing needs to be asked: {question}")


@pytest.fixture
async def screen(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Screen]:
    monkeypatch.setenv("QUARTERDECK_JOURNAL", str(tmp_path_factory.mktemp("home") / "journal.sqlite"))
    source = LiveSource(load(lab.estate_path), nobody)
    works = await source.open()
    yield Screen(source)
    await source.close()
    works.close()


@pytest.mark.parametrize(
    "faults",
    [("desync", "flow-control", "boot-unit"), pytest.param(("ftwrl", "frozen"), marks=pytest.mark.whole)],
    ids=" ".join,
)
async def test_what_only_needs_letting_go_is_told_and_gone_again(
    lab: Lab, screen: Screen, faults: tuple[str, ...]
) -> None:
    assert (await screen.refreshed()).findings == ()
    for fault in faults:
        await asyncio.to_thread(lab.breaks, fault)
        if fault == "frozen":
            await asyncio.to_thread(lab.wait_synced, 2)
        LET_GO[fault].is_in(await screen.refreshed())
        await asyncio.to_thread(lab.heal, fault)
        await screen.is_calm()


@pytest.mark.parametrize("fault", LASTING)
async def test_what_lasts_is_told(lab: Lab, screen: Screen, fault: str) -> None:
    await screen.refreshed(1)
    await asyncio.to_thread(lab.breaks, fault)
    LASTING[fault].is_in(await screen.refreshed())
