"""`quarterdeck why HOST`: why it is red, rung by rung."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from tui.cli.opening import carry_out, estate_of, opened
from tui.cli.runbook_options import JSON
from tui.cli.said import CRITICAL, NONE, UNREAD, USAGE, fail, say_json

if TYPE_CHECKING:
    from runbooks.ladder.rungs import Ladder
    from systems.estate import LoadedEstate


@click.command()
@click.argument("host")
@JSON
@click.pass_context
def why(ctx: click.Context, host: str, *, as_json: bool) -> None:
    """Say why HOST is red: from the virtual address down to the certificate, to the first broken rung.

    Exit status: 0 nothing is red, 2 something is, 3 nothing could be asked.
    """
    from runbooks.ladder.rungs import State

    estate = estate_of(ctx)
    if host not in estate.hosts:
        fail(f"{host} is no host of {estate.path}", USAGE)
    ladder = carry_out(lambda: _climb(estate, host))
    if as_json:
        say_json(_record(ladder))
    else:
        click.echo("\n".join(_lines(ladder)))
    if ladder.cause is not None:
        raise SystemExit(CRITICAL)
    raise SystemExit(NONE if any(rung.state is State.WELL for rung in ladder.rungs) else UNREAD)


async def _climb(estate: LoadedEstate, host: str) -> Ladder:
    """Look at the host's cluster, at an address that leads to it, and at the host; then climb."""
    from dataclasses import replace

    from runbooks.ladder.climb import climb
    from runbooks.ladder.rungs import subject_in
    from systems.errors import SystemsError
    from systems.host import HostReading, read_host

    cluster = next((one.name for one in estate.clusters if host in one.nodes), "")
    vip = next(
        (one.name for one in estate.balancers if host in one.hosts or (cluster == one.settings.serves != "")),
        "",
    )

    async with opened(estate) as access:

        async def machine() -> HostReading | SystemsError:
            try:
                return await read_host(access.hosts.reader(host))
            except SystemsError as error:
                return error

        look, said = await asyncio.gather(access.look_at_vip(vip) if vip else _nothing(), machine())
        survey = look.survey if look is not None and cluster else None
        if survey is None and cluster:
            survey = await access.survey(cluster)
        subject = replace(subject_in(host, look, survey), machine=said)
        return await climb(subject, access.hosts.reader, opens=access.opens)


async def _nothing() -> None:
    return None


_SIGNS = {"well": "●", "red": "▲", "broken": "✖", "unread": "?", "not asked": "–"}


def _lines(ladder: Ladder) -> list[str]:
    from systems.text import visible

    lines = [f"{ladder.sentence}."]
    for rung in ladder.rungs:
        sign = "✖" if rung is ladder.cause else _SIGNS[rung.state.value]
        words = rung.sentence
        if rung.state.value == "not asked":
            words = f"not asked{f': {words}' if words else ''}"
        lines.append(f"  {sign} {rung.title:<16} {words}")
        lines += [f"      {line}" for line in rung.evidence]
    return [visible(line) for line in lines]


def _record(ladder: Ladder) -> dict[str, object]:
    return {
        "host": ladder.subject,
        "sentence": ladder.sentence,
        "cause": ladder.cause.name if ladder.cause is not None else None,
        "rungs": [
            {
                "rung": rung.name,
                "state": rung.state.value,
                "sentence": rung.sentence,
                "evidence": list(rung.evidence),
            }
            for rung in ladder.rungs
        ],
    }
