"""`quarterdeck drill list|start|hint|score`: incidents to practise before they happen."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from systems.errors import SystemsError
from tui.cli.options import Options
from tui.cli.said import CRITICAL, NONE, UNREAD, USAGE, fail, say_json, sentences
from tui.demo.drills import DRILLS, Drill, Score, score_of

if TYPE_CHECKING:
    from pathlib import Path

    from runbooks.journal.entries import Data
    from runbooks.journal.sqlite import SqliteJournal
    from tui.cli.practice_process import PracticeProcess

JOURNAL = click.option("--journal", "place", default=None, help="Its file; else $QUARTERDECK_JOURNAL.")
WHAT = "drill"
"""Name of the field by which the journal knows the results."""


@click.group()
def drill() -> None:
    """Practise incidents on simulated hosts; what came of each goes into your journal."""


@drill.command("list")
def list_() -> None:
    """List the incidents, each with its goal; the easier ones first."""
    for one in DRILLS.values():
        click.echo(f"{one.name:<14} {one.goal}")


@drill.command()
@click.argument("name")
def hint(name: str) -> None:
    """Tell all hints of the incident NAME; in the console, : and hint tells one at a time."""
    for number, words in enumerate(_named(name).hints, 1):
        click.echo(f"{number}  {words}")


@drill.command()
@JOURNAL
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same numbers.")
@click.option("--speed", type=click.FloatRange(0.01, 1000), default=1.0, help="How much faster than life.")
@click.argument("name")
@click.pass_context
def start(ctx: click.Context, name: str, *, place: str | None, seed: int, speed: float) -> None:
    """Open the console on the incident NAME; leaving it says how you did (exit 2: not the goal)."""
    one = _named(name)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        fail("a drill needs a terminal; `quarterdeck demo` tells an incident as text.", USAGE)
    options = ctx.find_object(Options)
    from runbooks.journal.place import journal_path

    own = journal_path(place)  # before the environment names that of the practice estate
    try:
        score = _carry_out(one, seed=seed, speed=speed, ascii_only=bool(options and options.ascii_only))
    except SystemsError as error:
        fail(str(error), UNREAD)
    click.echo(f"{one.name}: {score.sentence}")
    _note(own, one, score)
    raise SystemExit(NONE if score.is_whole else CRITICAL)


@drill.command()
@JOURNAL
@click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
def score(place: str | None, *, as_json: bool) -> None:
    """List what came of the drills that stand in the journal, oldest first."""
    from runbooks.journal.entries import Kind
    from runbooks.journal.place import open_journal
    from runbooks.journal.port import Filter

    with sentences():
        notes = open_journal(place, read_only=True).entries(Filter(kinds=frozenset({Kind.NOTE})))
        found = [entry for entry in notes if WHAT in entry.data]
    if as_json:
        say_json([{"at": entry.at.isoformat(), "operator": entry.operator, **entry.data} for entry in found])
        return
    for entry in found:
        at = entry.at.astimezone().strftime("%Y-%m-%d %H:%M")
        click.echo(f"{at}  {entry.operator:<10}  {entry.data['sentence']}")
    if not found:
        click.echo("No drill stands in the journal.", err=True)


def _named(name: str) -> Drill:
    if name not in DRILLS:
        fail(f"there is no drill {name!r}; there are: {', '.join(DRILLS)}", USAGE)
    return DRILLS[name]


def _carry_out(one: Drill, *, seed: int, speed: float, ascii_only: bool) -> Score:
    """Open the console on it, and judge when it is left; raises `PracticeFailed`."""
    import asyncio

    from tui.cli.demo_console import make_console_on
    from tui.cli.practice_process import practice_estate
    from tui.demo.control import Control
    from tui.demo.drilling import DrillDemo

    with practice_estate(seed=seed, speed=speed) as practice:
        practice.wait_ready()
        practice.break_((one.fault,))
        os.environ.update(practice.private_environment())
        control = Control(practice.control)
        demo = DrillDemo(control, one)
        begun = time.monotonic()
        make_console_on(practice, demo, ascii_only=ascii_only).run()
        took_s = time.monotonic() - begun
        state = asyncio.run(control.state())
        outside, hints = None if one.is_by_hand else _outside(practice), demo.hints_given
        return score_of(state, took_s=took_s, outside=outside, hints=hints, beside=one.beside)


def _outside(practice: PracticeProcess) -> int:
    """Lines in the drill's own journal that no runbook sent."""
    from runbooks.journal.entries import Kind
    from runbooks.journal.place import open_journal
    from runbooks.journal.port import Filter

    store = open_journal(str(practice.journal), read_only=True)
    try:
        return sum(1 for _ in store.entries(Filter(kinds=frozenset({Kind.EXEC}))))
    finally:
        store.close()


def _note(place: Path, one: Drill, score: Score) -> None:
    """Write the result into the operator's journal; that it cannot be is said, and is no missed goal."""
    from runbooks.journal.entries import Draft, Kind
    from runbooks.journal.place import open_journal

    data: Data = {WHAT: one.name, "points": score.points, "sentence": f"drill {one.name}: {score.sentence}"}
    try:
        store: SqliteJournal = open_journal(str(place), estate="practice")
        store.append(Draft(Kind.NOTE, data=data))
        store.close()
    except SystemsError as error:
        click.echo(f"quarterdeck: the result is not in the journal: {error}", err=True)
