"""`quarterdeck journal list|show|grep|verify|export`: what was done, and the proof that nobody changed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.said import CRITICAL, UNREAD, USAGE, fail, json_text, say_json, sentences

if TYPE_CHECKING:
    from runbooks.journal.entries import Entry
    from runbooks.journal.port import Filter, Journal

JOURNAL = click.option(
    "--journal", "place", default=None, help="The journal's file; else $QUARTERDECK_JOURNAL."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")


@click.group()
def journal() -> None:
    """Read the record of what was done: append-only, and each entry is chained to the one before it."""


def _open(place: str | None) -> Journal:
    from runbooks.journal.place import open_journal

    with sentences():
        return open_journal(place, read_only=True)


def _wanted(run: str, host: str, system: str, since: datetime | None, last: int) -> Filter:
    from runbooks.journal.port import Filter

    return Filter(run=run, host=host, system=system, since=since.astimezone() if since else None, last=last)


def _print(entries: Iterable[Entry], *, as_json: bool) -> int:
    """Print them; the number that were printed."""
    from runbooks.journal.search import as_json as to_json
    from runbooks.journal.words import describe
    from systems.text import visible

    count = 0
    if as_json:
        found = [to_json(entry) for entry in entries]
        say_json(found)
        return len(found)
    for entry in entries:
        at = entry.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        who = visible(f"{entry.operator:<10}  {entry.run or '-':<22}")
        click.echo(f"{entry.number:>6}  {at}  {who}  {describe(entry)}")
        count += 1
    return count


@journal.command("list")
@JOURNAL
@JSON
@click.option("--run", default="", help="Only this run.")
@click.option("--host", default="", help="Only this host.")
@click.option("--system", default="", help="Only this system.")
@click.option("--since", type=click.DateTime(), default=None, help="Only from this (local) time on.")
@click.option("--last", default=0, help="Only so many of the newest.")
def list_(
    place: str | None, *, as_json: bool, run: str, host: str, system: str, since: datetime | None, last: int
) -> None:
    """List entries, oldest first."""
    with sentences():
        count = _print(_open(place).entries(_wanted(run, host, system, since, last)), as_json=as_json)
    if not count and not as_json:
        click.echo("No entry matches.", err=True)


@journal.command()
@JOURNAL
@JSON
@click.argument("number", type=int)
def show(place: str | None, number: int, *, as_json: bool) -> None:
    """Show one entry whole, with the long outputs that it names."""
    import json

    from runbooks.journal.kept import kept_in
    from runbooks.journal.search import as_json as to_json
    from systems.text import visible

    with sentences():
        store = _open(place)
        entry = store.entry(number)
    if entry is None:
        fail(
            f"the journal {store.place} has no entry {number}; `quarterdeck journal list` shows them.", UNREAD
        )
    if as_json:
        say_json(to_json(entry))
        return
    for name, value in {**to_json(entry), "data": ""}.items():
        if value not in ("", 0):
            click.echo(f"{name:<10} {visible(str(value))}")
    if entry.data:
        click.echo(visible(json.dumps(entry.data, ensure_ascii=False, indent=2), newlines=True))
    with sentences():
        for kept in kept_in(entry.data):
            click.echo(f"\n--- {kept.name}{' (cut)' if kept.is_cut else ''}")
            click.echo("\n".join(visible(line) for line in store.kept(kept).splitlines()))


@journal.command()
@JOURNAL
@JSON
@click.option("--run", default="", help="Only this run.")
@click.argument("pattern")
def grep(place: str | None, pattern: str, *, as_json: bool, run: str) -> None:
    """List entries whose text matches the regular expression PATTERN. Exit status 1: none does."""
    from runbooks.journal.search import grep as search

    with sentences():
        found = _print(search(_open(place), pattern, _wanted(run, "", "", None, 0)), as_json=as_json)
    raise SystemExit(0 if found else 1)


@journal.command()
@JOURNAL
@JSON
@click.option("--known", multiple=True, help="A hash noted elsewhere, which must be in the chain.")
def verify(place: str | None, *, as_json: bool, known: tuple[str, ...]) -> None:
    """Recompute the chain. Exit status 0: it holds; 2: it does not, and the first bad entry is named."""
    with sentences():
        proof = _open(place).verify(known)
    if as_json:
        say_json(
            {
                "holds": proof.holds,
                "entries": proof.entries,
                "head": proof.head,
                "bad": proof.bad,
                "sentence": proof.sentence,
            }
        )
    else:
        click.echo(proof.sentence)
    raise SystemExit(0 if proof.holds else CRITICAL)


@journal.command()
@JOURNAL
@click.option("--run", default="", help="The run to report on; without it, the last one.")
@click.option("--json", "as_json", is_flag=True, help="The entries as JSON instead of a report.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=None,
    help="Write to this new file (mode 0600).",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(place: str | None, *, run: str, as_json: bool, output: Path | None, force: bool) -> None:
    """Write a Markdown report of one run for a colleague: who, why, what, and the proof."""
    from runbooks.journal.port import Filter
    from runbooks.journal.search import as_json as to_json
    from runbooks.report import report
    from tui.new_file import write_new

    with sentences():
        store = _open(place)
        chosen = run or _last_run(store)
        if as_json:
            entries = [to_json(entry) for entry in store.entries(Filter(run=chosen))]
            text = json_text(entries, indent=2) + "\n"
        else:
            text = report(store, chosen)
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        write_new(output, text, replaces=force)
    except FileExistsError:
        fail(
            f"{output} is there and was left as it is. Give another file, or --force to write over it.", USAGE
        )
    except OSError as error:
        fail(f"the report could not be written to {output}: {error.strerror}. Give another file.", UNREAD)
    click.echo(f"Report of {chosen} written to {output}.")


def _last_run(store: Journal) -> str:
    from runbooks.journal.entries import Kind
    from runbooks.journal.port import Filter

    for entry in store.entries(Filter(kinds=frozenset({Kind.RUN_BEGUN}), last=1)):
        return entry.run
    raise ValueError("the journal holds no run yet; there is nothing to report on.")
