"""Every runbook against its table of faults: plain, with every link cut, with every console killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from practice.faults import On, faults_on
from tests.practice.campaign.carrying import Cut, Interruption, Kill, carried_out
from tests.practice.campaign.cases import Case, Comes
from tests.practice.campaign.gates import Moment
from tests.practice.campaign.site import site
from tests.practice.campaign.tables import CASES, WAYS

CORE: tuple[tuple[str, str, Interruption], ...] = (
    ("galera-recover", "kill-one", None),
    ("galera-recover", "kill-one", Cut(Moment.DURING)),
    ("galera-recover", "kill-one", Kill(Moment.AFTER)),
    ("galera-bootstrap", "no-datadir", None),
    ("galera-bootstrap", "nothing", None),
)
EVERY = [
    pytest.param(case, interruption, marks=pytest.mark.whole, id=f"{case.book}-{case}-{interruption}")
    for case in CASES
    for way in WAYS.values()
    for interruption in way
]


@pytest.mark.parametrize("book", sorted({case.book for case in CASES}))
def test_every_table_has_fourteen_faults_and_a_refusal(book: str) -> None:
    cases = [case for case in CASES if case.book == book]
    assert len({case.name for case in cases}) == len(cases) >= 14
    assert any(case.comes is Comes.REFUSED for case in cases)


async def judged(case: Case, interruption: Interruption, folder: Path) -> None:
    async with site(folder / "site", seed=case.seed, blank=case.blank) as place:
        await carried_out(place, case, interruption)


def test_every_fault_of_blank_hosts_has_a_row() -> None:
    rows = {do.fault for case in CASES if case.blank for do in case.breaks}
    assert rows == set(faults_on(On.BLANK))


@pytest.mark.parametrize(("book", "name", "interruption"), CORE, ids=str)
async def test_a_fault_comes_to_what_its_row_says(
    book: str, name: str, interruption: Interruption, tmp_path: Path
) -> None:
    [case] = [case for case in CASES if (case.book, case.name) == (book, name)]
    await judged(case, interruption, tmp_path)


@pytest.mark.parametrize(("case", "interruption"), EVERY)
async def test_each_fault_of_every_table_comes_to_what_its_row_says(
    case: Case, interruption: Interruption, tmp_path: Path
) -> None:
    await judged(case, interruption, tmp_path)
