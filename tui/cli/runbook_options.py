"""Options that the runbook commands share."""

from __future__ import annotations

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
TARGET = click.option("--target", required=True, help="The system, as the estate file names it.")
SET = click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="An input; see `show`.")
SECRET = click.option(
    "--secret",
    "references",
    multiple=True,
    metavar="NAME=REFERENCE",
    help="A secret input: env:NAME, file:PATH, cmd:COMMAND or prompt:.",
)
ARM = click.option("--arm", "reason", default="", help="Why: arms this run, and stands in the journal.")
MINUTES = click.option("--minutes", default=60.0, show_default=True, help="How long it stays armed.")
YES_TO = click.option(
    "--yes-to",
    "names",
    multiple=True,
    metavar="NAME",
    help="Exact name of an object whose point of no return is agreed to; once for each.",
)
WITHOUT_REHEARSAL = click.option(
    "--without-rehearsal", is_flag=True, help="Do not hold it against the rehearsal that there is."
)
JOURNAL = click.option("--journal", "place", default=None, help="Its file; else $QUARTERDECK_JOURNAL.")
