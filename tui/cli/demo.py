"""`quarterdeck demo`: the console on a practice estate; without a terminal, the same as a story."""

from __future__ import annotations

import sys

import click

from tui.cli.opening import TERMINATED
from tui.cli.options import Options
from tui.cli.said import UNREAD, USAGE, fail
from tui.demo.control import OrderRefused, PracticeFailed

CONSOLE_SPEED = 1.0
STORY_SPEED = 5.0
"""A log that is read later need not wait as long as life would."""


@click.command()
@click.option("--break", "faults", multiple=True, metavar="NAME", help="A fault that is there at the start.")
@click.option(
    "--blank", is_flag=True, help="Hosts with packages installed and nothing configured: make a cluster."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same numbers.")
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 1000),
    default=None,
    help="How much faster than life durations run; 1 in the console, 5 without a terminal.",
)
@click.option(
    "--surprise",
    type=click.FloatRange(0),
    default=20.0,
    show_default=True,
    help="Seconds until something breaks by itself; 0: nothing does.",
)
@click.option("--estate", "serves", is_flag=True, help="Only print the estate file, and serve until Ctrl-C.")
@click.option("--list", "lists", is_flag=True, help="List the faults, and end.")
@click.pass_context
def demo(
    ctx: click.Context,
    *,
    faults: tuple[str, ...],
    blank: bool,
    seed: int,
    speed: float | None,
    surprise: float,
    serves: bool,
    lists: bool,
) -> None:
    """Open the console on a practice estate: simulated hosts behind real SSH and SQL, to break and repair.

    Needs no configuration, no network and no root; nothing of yours is read, and nothing stays. Without a
    terminal it tells an incident from fault to report as text, and ends with 0 when all was put right.
    """
    options = ctx.find_object(Options)
    ascii_only = options is not None and options.ascii_only
    try:
        if lists:
            from tui.cli.practice_process import listed_faults

            click.echo(listed_faults(blank=blank), nl=False)
        elif serves:
            _serve(faults, seed=seed, speed=speed or CONSOLE_SPEED, blank=blank)
        elif sys.stdin.isatty() and sys.stdout.isatty():
            from tui.cli.demo_console import open_demo

            ctx.exit(
                open_demo(
                    faults,
                    seed=seed,
                    speed=speed or CONSOLE_SPEED,
                    after_s=0.0 if blank else surprise,
                    blank=blank,
                    ascii_only=ascii_only,
                )
            )
        elif blank:
            fail("demo --blank needs a terminal; for a script there is demo --blank --estate.", USAGE)
        else:
            from tui.cli.demo_story import tell_story

            ctx.exit(tell_story(faults, seed=seed, speed=speed or STORY_SPEED))
    except PracticeFailed as error:
        fail(str(error), USAGE if isinstance(error, OrderRefused) else UNREAD)
    except KeyboardInterrupt:
        fail("interrupted; the practice estate has ended.", TERMINATED)


def _serve(faults: tuple[str, ...], *, seed: int, speed: float, blank: bool) -> None:
    """Serve until Ctrl-C, or until the practice estate ends."""
    from tui.cli.practice_process import practice_estate

    with practice_estate(seed=seed, speed=speed, blank=blank) as practice:
        practice.wait_ready()
        practice.break_(faults)
        click.echo(practice.estate)
        click.echo(
            "It is served until Ctrl-C. From another terminal: quarterdeck --estate with this file.\n"
            f"QUARTERDECK_JOURNAL={practice.journal} keeps what is done there out of your own.",
            err=True,
        )
        practice.wait_ended()
    raise PracticeFailed("The practice estate has ended by itself.")
