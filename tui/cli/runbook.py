"""`quarterdeck runbook list|show|plan|rehearse|run|resume|undo|runs`: the engine without the wizard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.runbook_inputs import named, plain_values, secret_values
from tui.cli.runbook_options import JOURNAL, JSON, SECRET, SET, TARGET
from tui.cli.runbook_rehearse import rehearse
from tui.cli.runbook_running import resume, run, runs, undo, with_works
from tui.cli.said import REFUSED, say_json

if TYPE_CHECKING:
    from runbooks.model import Plan, Refusal
    from tui.works import Works


@click.group()
def runbook() -> None:
    """Show procedures, plan and rehearse them, run them unattended, and go on with one that stopped.

    Exit status of rehearse, run, resume and undo: 0 done and verified, 4 refused, 5 stopped before its end,
    3 something could not be read, 64 the call is wrong.
    """


@runbook.command("list")
@JSON
def list_(*, as_json: bool) -> None:
    """List the procedures."""
    from runbooks.library import RUNBOOKS

    if as_json:
        say_json(
            [{"name": book.name, "title": book.title, "purpose": book.purpose} for book in RUNBOOKS.values()]
        )
        return
    for book in RUNBOOKS.values():
        click.echo(f"{book.name:<24} {book.title}")


@runbook.command()
@JSON
@click.argument("name")
def show(name: str, *, as_json: bool) -> None:
    """Show what a procedure is for, its inputs, and what goes wrong in it."""
    from runbooks.gotchas import CATALOGUE

    book = named(name)
    if as_json:
        inputs = [
            {
                "name": item.name,
                "title": item.title,
                "kind": item.kind.value,
                "default": item.default,
                "required": item.required,
                "choices": list(item.choices),
                "help": item.help,
            }
            for item in book.inputs
        ]
        say_json(
            {
                "name": book.name,
                "title": book.title,
                "purpose": book.purpose,
                "inputs": inputs,
                "gotchas": book.gotchas,
            }
        )
        return
    click.echo(f"{book.title}\n\n{book.purpose}\n\nInputs (--set NAME=VALUE):")
    for item in book.inputs:
        needed = "required" if item.required and not item.default else f"default {item.default or 'none'}"
        click.echo(f"  {item.name:<20} {item.kind.value}, {needed}. {item.help}")
    click.echo("\nWatched for:")
    for gotcha in book.gotchas:
        click.echo(f"  {gotcha}  {CATALOGUE[gotcha].title}")


@runbook.command()
@JSON
@TARGET
@SET
@SECRET
@JOURNAL
@click.argument("name")
@click.pass_context
def plan(
    ctx: click.Context,
    name: str,
    *,
    target: str,
    settings: tuple[str, ...],
    references: tuple[str, ...],
    place: str | None,
    as_json: bool,
) -> None:
    """Survey the system and show every command that a run would send. Changes nothing. Exit 4: refused."""
    from runbooks.engine.text import plan_data, plan_text, refusal_data, refusal_text
    from runbooks.model import Refusal

    book = named(name)
    values = plain_values(book, settings)

    async def prepare(works: Works) -> Plan | Refusal:
        return await works.engine.prepare(book, target, {**values, **await secret_values(references)})

    made = with_works(ctx, place, prepare, target=target, book=book, is_dry=True)
    if isinstance(made, Refusal):
        say_json(refusal_data(made)) if as_json else click.echo(refusal_text(made))
        raise SystemExit(REFUSED)
    say_json(plan_data(made)) if as_json else click.echo(plan_text(made))


for command in (rehearse, run, resume, undo, runs):
    runbook.add_command(command)
