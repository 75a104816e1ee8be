"""The whole campaign as a table: python -m tests.practice.campaign [--book B] [--case C] [--only WAY]."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.practice.campaign import bootstrap, recover, rolling
from tests.practice.campaign.carrying import Cut, Interruption, Kill, carried_out
from tests.practice.campaign.cases import Case
from tests.practice.campaign.gates import Moment
from tests.practice.campaign.nursery import Nursery, nursery
from tests.practice.campaign.site import site

CASES: tuple[Case, ...] = (*recover.CASES, *rolling.CASES, *bootstrap.CASES)
WAYS: dict[str, tuple[Interruption, ...]] = {
    "plain": (None,),
    "cuts": tuple(Cut(moment) for moment in Moment),
    "kills": tuple(Kill(moment) for moment in Moment),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of one case, run in one way."""

    good: int
    total: int
    interruptions: int = 0
    problem: str = ""

    def __str__(self) -> str:
        done = "ok" if self.good == self.total else f"{self.good}/{self.total}"
        return f"{done} {self.interruptions}" if self.interruptions else done


async def cell(consoles: Nursery, case: Case, way: str) -> Cell:
    """Run one case in all variants of a way, each on an estate of its own."""
    found = Cell(0, 0)
    for interruption in WAYS[way]:
        problem, interruptions = "", 0
        with tempfile.TemporaryDirectory(prefix="quarterdeck-campaign-") as folder:
            async with site(Path(folder), seed=case.seed, blank=case.blank, consoles=consoles) as place:
                try:
                    story = await carried_out(place, case, interruption)
                    interruptions = story.cuts + story.kills
                except (AssertionError, TimeoutError) as error:
                    problem = f"{error or repr(error)}\n"
        found = replace(
            found,
            good=found.good + (not problem),
            total=found.total + 1,
            interruptions=found.interruptions + interruptions,
            problem=found.problem + problem,
        )
    return found


async def campaign(cases: list[Case], ways: list[str]) -> int:
    """Run them and print the table as it grows; returns how many cells are not good."""
    bad: list[str] = []
    total = dict.fromkeys(ways, 0)
    began_s = time.monotonic()
    _say(f"{'runbook':<24}{'fault':<30}{''.join(f'{way:<12}' for way in ways)}seconds\n")
    async with nursery() as consoles:
        for case in cases:
            case_s = time.monotonic()
            _say(f"{case.book:<24}{case.name:<30}")
            for way in ways:
                found = await cell(consoles, case, way)
                total[way] += found.total
                _say(f"{found!s:<12}")
                bad += [found.problem] if found.problem else []
            _say(f"{time.monotonic() - case_s:.0f}\n")
    _say("\n".join(["", *bad, ""]))
    runs = ", ".join(f"{count} {way}" for way, count in total.items())
    took = f"{time.monotonic() - began_s:.0f} s, of which the estates computed {sum(os.times()[:2]):.0f} s"
    _say(f"{len(cases)} faults; runs: {runs}; {len(bad)} cells are not as they must be; {took}\n")
    return len(bad)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _chosen(arguments: argparse.Namespace) -> Iterator[Case]:
    for case in CASES:
        if arguments.book in (None, case.book) and (not arguments.case or case.name in arguments.case):
            yield case


def main() -> int:
    """Read the command line; the exit status is 1 when anything is not as it must be."""
    parser = argparse.ArgumentParser("python -m tests.practice.campaign")
    parser.add_argument("--book", help="only this runbook")
    parser.add_argument("--case", action="append", help="only this fault; several times for several")
    parser.add_argument("--only", action="append", choices=sorted(WAYS), help="plain, cuts or kills alone")
    arguments = parser.parse_args()
    return 1 if asyncio.run(campaign(list(_chosen(arguments)), arguments.only or list(WAYS))) else 0


if __name__ == "__main__":
    sys.exit(main())
