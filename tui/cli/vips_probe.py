"""`quarterdeck vips probe`: fresh connections through a virtual address, told as they come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import click

from tui.cli.opening import opened
from tui.cli.said import CRITICAL, NONE, WARNING, say_json

if TYPE_CHECKING:
    from runbooks.vips.trial import Trial
    from systems.estate import LoadedEstate
    from systems.haproxy.attempt import Client

_TELL_EVERY_S = 5.0


class Way(NamedTuple):
    """What is tried and how."""

    name: str
    times: int | None
    seconds: float | None
    rate: float | None
    origin: str


async def probe(estate: LoadedEstate, way: Way, *, as_json: bool) -> int:
    """Try it, and tell it; returns the exit status. Raises a `SystemsError` when it cannot be tried."""
    from runbooks.vips.look import members
    from runbooks.vips.trial import A_MEMBER, told

    async with opened(estate) as access:
        client = await access.client(way.name, origin=way.origin)
        found = members(await access.look_at_vip(way.name))
        expected = list(dict.fromkeys(one.host or one.server.name for one in found if one.server.serves))
        times = way.times or A_MEMBER * max(1, len({one.server.name for one in found}))
        trial = await _tried(client, way, times, quiet=as_json)
    now_s = asyncio.get_running_loop().time()
    severity, sentence = told(trial, expected, now_s)
    if as_json:
        say_json(_record(way.name, client, trial, sentence))
    else:
        head = f"{'●▲✖'[severity]} {way.name}: {sentence}"
        click.echo("\n".join(_lines(client, trial, head)))
    return (NONE, WARNING, CRITICAL)[severity]


async def _tried(client: Client, way: Way, times: int, *, quiet: bool) -> Trial:
    from runbooks.vips.trial import RATE, try_for, try_some

    if way.seconds is None:
        return await try_some(client.attempt, times)
    clock = asyncio.get_running_loop().time
    told_s = clock()

    def tell(trial: Trial) -> None:
        nonlocal told_s
        if not quiet and clock() - told_s >= _TELL_EVERY_S:
            told_s = clock()
            gap_s = trial.longest_gap_s(clock())
            seconds = trial.lasted_s(clock())
            numbers = f"{len(trial.attempts)} connections, {trial.failed} errors, gap {gap_s:.1f} s"
            click.echo(f"  {seconds:4.0f} s  {numbers}")

    return await try_for(client.attempt, way.seconds, rate=way.rate or RATE, tell=tell)


def _lines(client: Client, trial: Trial, head: str) -> list[str]:
    from systems.text import visible

    lines = [head, f"  {client.origin}, as {client.user}, in {trial.lasted_s(0.0):.1f} s"]
    lines += [f"  {host:<12} {number:>6}" for host, number in sorted(trial.landed.items())]
    lines += [f"  {'error':<12} {number:>6}  {words}" for words, number in trial.errors.most_common()]
    return [visible(line) for line in lines]


def _record(name: str, client: Client, trial: Trial, sentence: str) -> dict[str, object]:
    return {
        "vip": name,
        "verdict": sentence,
        "origin": client.origin,
        "connections": len(trial.attempts),
        "landed": dict(trial.landed),
        "errors": dict(trial.errors),
        "failed": trial.failed,
        "not_begun": trial.held_back,
        "seconds": round(trial.lasted_s(0.0), 3),
        "longest_gap_s": round(trial.longest_gap_s(0.0), 3),
    }
