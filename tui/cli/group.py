"""The click group: its subcommands are imported when one of them is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from tui.cli.options import Options, default_estate
from tui.cli.said import UNHEARD, USAGE, say_nothing_more

SUBCOMMANDS = {
    "demo": "tui.cli.demo:demo",
    "drill": "tui.cli.drill:drill",
    "triage": "tui.cli.triage:triage",
    "exec": "tui.cli.exec:exec_",
    "doctor": "tui.cli.doctor:doctor",
    "runbook": "tui.cli.runbook:runbook",
    "journal": "tui.cli.journal:journal",
    "cloud": "tui.cli.cloud:cloud",
    "lease": "tui.cli.lease:lease",
    "vips": "tui.cli.vips:vips",
    "why": "tui.cli.why:why",
}
"""Name of a subcommand -> the module and the click command in it."""


class LazyGroup(click.Group):
    """A group that knows its subcommands by name and imports one when it is asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Whoever reads our output may go, as `head` does: that is no error of ours, and says nothing."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            say_nothing_more()
            ctx.exit(UNHEARD)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *SUBCOMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = SUBCOMMANDS.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            message = f"{place} is not a click command"
            raise TypeError(message)
        return command


@click.group(cls=LazyGroup, invoke_without_command=True)
@click.option(
    "--estate",
    type=click.Path(path_type=Path),
    default=None,
    help="The estate file. Without it: $QUARTERDECK_ESTATE, else estate.toml in the settings folder.",
)
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII signs only.")
@click.version_option(package_name="quarterdeck")
@click.pass_context
def cli(ctx: click.Context, *, estate: Path | None, ascii_only: bool) -> None:
    """Watch, explain, guide and prove: a console for the people who run a private cloud.

    Without a subcommand it opens the console, read-only until it is armed.
    """
    ctx.obj = Options(estate.expanduser() if estate else default_estate(), ascii_only)
    if ctx.invoked_subcommand is None:
        from tui.cli.console import open_console

        ctx.exit(open_console(ctx.obj))


def run_cli() -> int:
    """Run a subcommand; a call that is wrong ends with 64, since click's own 2 would read as "critical"."""
    try:
        status = cli.main(prog_name="quarterdeck", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        return 130
    return status if isinstance(status, int) else 0
