"""The whole campaign: python -m tests.practice.campaign [--book B] [--case C] [--only WAY] [--jobs N] ...

The table goes to stdout, a row as soon as it and all above it are done, with what is wrong below its row; how
far it is goes to stderr. The exit status is 1 when anything is not as it must be.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field

from runbooks.words import count, span
from tests.practice.campaign.crew import Result, Task, carry_out
from tests.practice.campaign.site import PATIENCE
from tests.practice.campaign.tables import CASES, WAYS

_BEAT_S = 60.0


@dataclass
class Cell:
    """What came of one row in one way, over its variants."""

    results: list[Result] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        return [result.problem for result in self.results if result.problem]

    def __str__(self) -> str:
        done, interrupted = len(self.results), sum(result.cuts + result.kills for result in self.results)
        told = f"{done - len(self.problems)}/{done}" if self.problems else "ok"
        return f"{told} {interrupted}" if interrupted else told


class Table:
    """Grows as results come in, and is printed in the order of its rows."""

    def __init__(self, rows: list[int], ways: list[str], patience: float) -> None:
        self.tasks = [
            Task(row, way, place, patience) for row in rows for way in ways for place in range(len(WAYS[way]))
        ]
        self._rows, self._ways, self._printed = rows, ways, 0
        self._cells: dict[tuple[int, str], Cell] = defaultdict(Cell)
        self._began_s = time.monotonic()

    def add(self, task: Task, result: Result) -> None:
        """Take a result, and print every row that is complete with it."""
        self._cells[task.row, task.way].results.append(result)
        while self._printed < len(self._rows) and self._is_complete(self._rows[self._printed]):
            self._print(self._rows[self._printed])
            self._printed += 1

    def _is_complete(self, row: int) -> bool:
        return all(len(self._cells[row, way].results) == len(WAYS[way]) for way in self._ways)

    def begin(self) -> None:
        """Print its head."""
        _say(f"{'runbook':<24}{'fault':<30}{''.join(f'{way:<12}' for way in self._ways)}seconds")

    def _print(self, row: int) -> None:
        case, cells = CASES[row], [self._cells[row, way] for way in self._ways]
        lasted_s = sum(result.lasted_s for cell in cells for result in cell.results)
        _say(f"{case.book:<24}{case.name:<30}{''.join(f'{cell!s:<12}' for cell in cells)}{lasted_s:.0f}")
        for problem in (problem for cell in cells for problem in cell.problems):
            _say(problem + "\n")

    @property
    def bad(self) -> list[str]:
        """Names of the cells that are not as they must be."""
        return [
            f"{CASES[row].book} {CASES[row].name}, {way}"
            for (row, way), cell in sorted(self._cells.items())
            if cell.problems
        ]

    def beat(self) -> str:
        """How far it is, and how long it takes yet."""
        done, passed_s = len(self._results), time.monotonic() - self._began_s
        left = f", about {span(passed_s / done * (len(self.tasks) - done))} left" if done else ""
        return f"{done} of {len(self.tasks)} runs, {count(len(self.bad), 'bad cell')}{left}"

    def summary(self) -> str:
        """Counts of everything, by runbook and together."""
        lines = [self._counted(book) for book in dict.fromkeys(CASES[row].book for row in self._rows)]
        computed_s = sum(result.computed_s for result in self._results)
        took = f"{span(time.monotonic() - self._began_s)}; the estates computed {span(computed_s)}"
        bad = [f"not as it must be: {name}" for name in self.bad]
        return "\n".join(["", *lines, f"{self._counted('')}; {took}", *bad])

    def _counted(self, book: str) -> str:
        cells = [cell for (row, _), cell in self._cells.items() if book in ("", CASES[row].book)]
        results = [result for cell in cells for result in cell.results]
        return (
            f"{book or 'all':<24}{sum(not cell.problems for cell in cells)} of {len(cells)} cells good; "
            f"{count(len(results), 'run')}, {count(sum(result.cuts for result in results), 'link')} cut, "
            f"{count(sum(result.kills for result in results), 'console')} killed"
        )

    @property
    def _results(self) -> list[Result]:
        return [result for cell in self._cells.values() for result in cell.results]


async def campaign(table: Table, jobs: int) -> None:
    """Carry all of it out, telling how far it is."""
    table.begin()
    beating = asyncio.create_task(_beat(table))
    try:
        await carry_out(table.tasks, jobs, table.add)
    finally:
        beating.cancel()
    _say(table.summary())


async def _beat(table: Table) -> None:
    while True:
        await asyncio.sleep(_BEAT_S)
        sys.stderr.write(f"{table.beat()}\n")
        sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the command line, and run what it names."""
    parser = argparse.ArgumentParser("python -m tests.practice.campaign")
    parser.add_argument("--book", help="only this runbook")
    parser.add_argument("--case", action="append", help="only this fault; several times for several")
    parser.add_argument("--only", action="append", choices=sorted(WAYS), help="plain, cuts or kills alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="runs at once")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="how much longer consoles wait on a busy machine"
    )
    arguments = parser.parse_args()
    rows = [
        row
        for row, case in enumerate(CASES)
        if arguments.book in (None, case.book) and (not arguments.case or case.name in arguments.case)
    ]
    if not rows:
        parser.error("no row of the tables has that name")
    table = Table(rows, [way for way in WAYS if way in (arguments.only or WAYS)], arguments.patience)
    asyncio.run(campaign(table, max(1, arguments.jobs)))
    return 1 if table.bad else 0


if __name__ == "__main__":
    sys.exit(main())
