"""`quarterdeck runbook rehearse`: a plan on a practice copy first, and what a real run is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from tui.cli.runbook_inputs import named, plain_values
from tui.cli.runbook_options import JOURNAL, JSON, SET, TARGET
from tui.cli.said import NONE, REFUSED, STOPPED, say_json

if TYPE_CHECKING:
    from runbooks.journal.entries import Entry
    from runbooks.model import Plan, Refusal
    from runbooks.rehearsal.record import Rehearsal, StepRecord
    from tui.access import Access
    from tui.works import Works


@click.command()
@JSON
@TARGET
@SET
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 1000),
    default=1.0,
    show_default=True,
    help="How much faster than life durations run on the copy, such as those of full copies (SST).",
)
@JOURNAL
@click.argument("name")
@click.pass_context
def rehearse(
    ctx: click.Context,
    name: str,
    *,
    target: str,
    settings: tuple[str, ...],
    speed: float,
    place: str | None,
    as_json: bool,
) -> None:
    """Rehearse a procedure on a practice copy of the system, and show what each step is expected to change.

    The real system is only read. The next `run` of the same procedure and system is compared with the
    rehearsal, and stops where it is otherwise. Exit status: 0 rehearsed to its end, 4 refused, 5 the
    rehearsal stopped before its end, 3 something could not be read, 64 the call is wrong.
    """
    from runbooks.model import Refusal
    from tui.cli.rehearsing import Part
    from tui.cli.runbook_running import with_access

    book = named(name)
    part = Part(book, target, plain_values(book, settings))

    async def carry(works: Works, access: Access) -> tuple[Rehearsal, Entry] | Refusal:
        from runbooks.rehearsal.keeping import keep_rehearsal
        from tui.cli.rehearsing import rehearse as carry_out

        made = await carry_out(works, access, part, speed=speed, news=_Telling(as_json=as_json))
        if isinstance(made, Refusal):
            return made
        return made, await works.aside(keep_rehearsal, works.journal, made)

    made = with_access(ctx, place, carry, target=target, book=book)
    if isinstance(made, Refusal):
        _refuse(made, as_json=as_json)
    _end(*made, as_json=as_json)


class _Telling:
    """Tells people each step as it is recorded; programs get one document at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def begun(self, plan: Plan) -> None:
        """Each step names itself."""

    def step(self, record: StepRecord) -> None:
        from systems.text import visible
        from tui.cli.rehearsal_telling import step_lines

        if not self._as_json:
            for line in step_lines(record):
                click.echo(visible(line))


def _refuse(refusal: Refusal, *, as_json: bool) -> NoReturn:
    from runbooks.engine.text import refusal_data, refusal_text

    say_json(refusal_data(refusal)) if as_json else click.echo(refusal_text(refusal))
    raise SystemExit(REFUSED)


def _end(rehearsal: Rehearsal, entry: Entry, *, as_json: bool) -> NoReturn:
    from runbooks.rehearsal.record import DONE
    from systems.text import visible
    from tui.cli.rehearsal_telling import end_lines, rehearsal_data

    if as_json:
        say_json(rehearsal_data(rehearsal, entry.number))
    else:
        click.echo("\n".join(visible(line) for line in ("", *end_lines(rehearsal, entry.number))))
    raise SystemExit(NONE if rehearsal.ending == DONE else STOPPED)
