"""`quarterdeck cloud screen` and `serial`: what stands on a guest's screen, and its serial line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tui.cli.cloud_named import INSTANCE, found_instance, note
from tui.cli.cloud_options import CLOUD, cloud_of
from tui.cli.opening import carry_out, estate_of, opened
from tui.cli.runbook_options import ARM, JOURNAL, JSON
from tui.cli.said import NONE, UNREAD, WARNING, complain, say_json

if TYPE_CHECKING:
    from systems.consoles.glyphs import ScreenText
    from systems.consoles.link import Link
    from systems.consoles.picture import Picture
    from systems.estate import LoadedEstate
    from systems.openstack.readings import Instance
    from tui.access import Access

_KINDS = {None: ("novnc", "spice-html5"), "vnc": ("novnc",), "spice": ("spice-html5",)}
TYPE = click.option(
    "--type", "protocol", type=click.Choice(["vnc", "spice"]), default=None,
    help="By which protocol; without it by VNC, or by SPICE where there is no VNC.",
)  # fmt: skip
UNTIL = click.option("--until", default="", metavar="TEXT", help="Wait until that stands there.")
WITHIN = click.option(
    "--within", type=click.FloatRange(0.1, 86_400), default=60.0, show_default=True, metavar="SECONDS",
    help="How long --until is waited for.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which guest, what is waited for, and for how long."""

    estate: LoadedEstate
    cloud: str
    instance: str
    place: str | None
    """Of the journal."""
    until: str = ""
    within_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Seen:
    picture: Picture
    text: ScreenText | None
    is_there: bool
    """What was waited for stands there."""
    lacks: str
    """What of the screen could not be drawn; empty: nothing."""


@click.command()
@INSTANCE
@CLOUD
@TYPE
@UNTIL
@WITHIN
@JOURNAL
@JSON
@click.pass_context
def screen(
    ctx: click.Context,
    instance: str,
    name: str,
    *,
    protocol: str | None,
    until: str,
    within: float,
    place: str | None,
    as_json: bool,
) -> None:
    """Print the text that stands on the screen of INSTANCE; no key is sent.

    It is read by VNC, or by SPICE where the cloud has no VNC. SPICE has one viewer: whoever looks by SPICE
    at that moment is cut off.

    Exit status: 0 it is printed, 1 the screen shows a picture or nothing, 3 it could not be read, or what
    --until waits for did not come.
    """
    estate = estate_of(ctx)
    wanted = Wanted(estate, cloud_of(estate, name), instance, place, until, within)
    seen = carry_out(lambda: _look(wanted, _KINDS[protocol]))
    size = f"{seen.picture.width} x {seen.picture.height}"
    if as_json:
        say_json(
            {
                "instance": instance,
                "size": size,
                "text": seen.text.text if seen.text else None,
                "unknown_cells": seen.text.unknown if seen.text else None,
                "not_drawn": seen.lacks or None,
                "is_there": seen.is_there if until else None,
            }
        )
    elif seen.text is not None:
        click.echo(seen.text.text)
    else:
        complain(f"quarterdeck: {instance} shows no text but a picture of {size} dots: {_kind(seen.picture)}")
    if seen.lacks and not as_json:
        complain(f"quarterdeck: not all of it could be drawn: it comes as {seen.lacks}")
    if until and not seen.is_there:
        complain(f"quarterdeck: {until!r} did not come within {within:g} s")
        raise SystemExit(UNREAD)
    raise SystemExit(NONE if seen.text is not None else WARNING)


def _kind(picture: Picture) -> str:
    from systems.consoles.glyphs import is_blank

    if is_blank(picture):
        return "all of one colour, so it is asleep, or nothing was written to it."
    return (
        "look at it in the console (d in the pane of consoles), or in a browser (cloud console --type novnc)."
    )


async def _look(wanted: Wanted, kinds: Sequence[str]) -> _Seen:
    from systems.consoles.glyphs import read_text
    from systems.consoles.screens import WAYS, first_look

    async with guest_link(wanted, *kinds) as (_, _, kind, link):
        guest = WAYS[kind].look(link)
        try:
            text = read_text(await first_look(guest))
            async with asyncio.timeout(wanted.within_s if wanted.until else 0):
                while text is None or wanted.until not in text.text:
                    await guest.update()
                    text = read_text(guest.picture)
        except TimeoutError:
            return _Seen(guest.picture, text, is_there=False, lacks=guest.lacks)
        finally:
            await guest.close()
    return _Seen(guest.picture, text, is_there=True, lacks=guest.lacks)


@asynccontextmanager
async def guest_link(wanted: Wanted, *kinds: str) -> AsyncIterator[tuple[Access, Instance, str, Link]]:
    """The link to a guest's console, of the first type that its cloud has.

    That it was opened is in the journal before anything is shown.
    """
    from systems.consoles.screens import first_open

    async with opened(wanted.estate) as access:
        found = await found_instance(access.clouds.reader(wanted.cloud), wanted.instance)
        what = "serial console" if kinds == ("serial",) else "screen"
        kind, link = await first_open(kinds, lambda kind: access.clouds.link(wanted.cloud, found, kind))
        try:
            await note(access, wanted.place, wanted.cloud, f"the {what} of {found.name} was opened")
            yield access, found, kind, link
        finally:
            await link.close()


@click.command()
@INSTANCE
@CLOUD
@ARM
@UNTIL
@click.option(
    "--for", "for_s", type=click.FloatRange(0, 86_400), default=None, metavar="SECONDS",
    help="End after that long; without it, it ends with Ctrl-C or ctrl+].",
)  # fmt: skip
@JOURNAL
@click.pass_context
def serial(
    ctx: click.Context,
    instance: str,
    name: str,
    *,
    reason: str,
    until: str,
    for_s: float | None,
    place: str | None,
) -> None:
    """Attach to the serial line of INSTANCE: read-only, or with keys when --arm says why.

    What the guest says is shown without whatever would do more to this terminal than write, colour and move.
    ctrl+] ends it. The journal keeps that it was opened and typed into, not what was typed.

    Exit status: 0 it was ended, or --until came; 3 the link was cut or refused, or --until did not come.
    """
    from tui.cli.cloud_serial import attach

    estate = estate_of(ctx)
    within_s = 60.0 if until and for_s is None else for_s
    wanted = Wanted(estate, cloud_of(estate, name), instance, place, until, within_s or 0.0)
    is_there = carry_out(lambda: attach(wanted, reason, is_endless=within_s is None))
    if until and not is_there:
        complain(f"quarterdeck: {until!r} did not come within {within_s:g} s")
        raise SystemExit(UNREAD)
