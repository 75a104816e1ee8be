"""`quarterdeck lease list|break`: who has the right to change what, and taking it away with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.opening import estate_of
from tui.cli.runbook_options import JOURNAL, JSON
from tui.cli.said import UNREAD, fail, say_json, sentences

if TYPE_CHECKING:
    from runbooks.journal.sqlite import SqliteJournal


@click.group()
def lease() -> None:
    """Show who is changing which system, and break a lease whose holder will not come back."""


def _open(ctx: click.Context, place: str | None, *, read_only: bool) -> SqliteJournal:
    from runbooks.journal.place import open_journal

    name = estate_of(ctx).settings.name
    with sentences():
        return open_journal(place, estate=name, read_only=read_only)


@lease.command("list")
@JOURNAL
@JSON
@click.pass_context
def list_(ctx: click.Context, place: str | None, *, as_json: bool) -> None:
    """List the live leases of this estate; those of other bastions stand on the hosts themselves."""
    from runbooks.lease.process import is_dead
    from runbooks.lease.sqlite import SqliteLeases
    from systems.text import visible

    with sentences():
        found = SqliteLeases(_open(ctx, place, read_only=True)).live()
    if as_json:
        say_json(
            [
                {
                    "system": held.system,
                    "owner": held.owner,
                    "bastion": held.bastion,
                    "run": held.run,
                    "what": held.what,
                    "since": held.since.isoformat(),
                    "expires": held.expires.isoformat(),
                    "is_dead": is_dead(held.process),
                }
                for held in found
            ]
        )
        return
    for held in found:
        gone = "; its console is gone" if is_dead(held.process) else ""
        click.echo(visible(f"{held.system:<16} {held}{gone}"))
    if not found:
        click.echo("Nobody holds a lease.", err=True)


@lease.command("break")
@JOURNAL
@click.argument("system")
@click.option("--reason", required=True, help="Why its holder will not come back; stands in the journal.")
@click.pass_context
def break_(ctx: click.Context, place: str | None, system: str, *, reason: str) -> None:
    """Take the lease of SYSTEM away from its holder, whose run stops before its next change."""
    from runbooks.lease.sqlite import SqliteLeases

    with sentences():
        leases = SqliteLeases(_open(ctx, place, read_only=False))
        try:
            broken = leases.break_up(system, reason)
        except LookupError:
            fail(f"nobody holds a lease of {system}; `quarterdeck lease list` shows those there are.", UNREAD)
    click.echo(f"Broken: the lease of {system}, held by {broken}.")
