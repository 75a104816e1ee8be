"""`quarterdeck doctor`: what each host, load balancer and cloud lacks, with the line that mends it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

import click

from systems.errors import SystemsError
from tui.cli.opening import Systems, carry_out, estate_of, opened, systems_of
from tui.cli.runbook_options import JSON
from tui.cli.said import NONE, UNREAD, WARNING, say_json

if TYPE_CHECKING:
    from runbooks.doctor import Lack
    from runbooks.model import Gotcha, Look
    from systems.estate import LoadedEstate
    from tui.access import Access


class Seen(NamedTuple):
    """A system, what is asked of it, what that lacks, and the gotchas that hold there."""

    name: str
    parts: tuple[str, ...]
    """Hosts; of a cloud its own name."""
    what: str
    """One of the parts: "host"."""
    lacks: list[Lack]
    gotchas: tuple[tuple[Gotcha, str], ...] = ()


SUDO_S = 10.0


@click.command()
@click.argument("systems", nargs=-1)
@JSON
@click.pass_context
def doctor(ctx: click.Context, *, systems: tuple[str, ...], as_json: bool) -> None:
    """Say what hosts lack (a login, a tool, a sudo rule, a grant) and how to mend it. Changes nothing.

    Exit status: 0 nothing is missing, 1 something is, 3 a host cannot be read at all.
    """
    estate = estate_of(ctx)
    wanted = systems_of(estate, systems)
    seen = carry_out(lambda: _examine(estate, wanted))
    if as_json:
        say_json([_record(one) for one in seen])
    else:
        for one in seen:
            _print(one)
    lacks = [lack for one in seen for lack in one.lacks]
    raise SystemExit(UNREAD if any(lack.is_fatal for lack in lacks) else WARNING if lacks else NONE)


async def _examine(estate: LoadedEstate, wanted: Systems) -> list[Seen]:
    async with opened(estate) as access:
        looks = [
            *(_system(access, name) for name in wanted.clusters),
            *(_balancers(access, name) for name in wanted.vips),
            *(_cloud(access, name) for name in wanted.clouds),
        ]
        return list(await asyncio.gather(*looks))


async def _cloud(access: Access, name: str) -> Seen:
    """Whether its account comes in, and whether it may see what the console shows."""
    from runbooks.doctor import cloud_lacks

    look = await access.look_at_cloud(name)
    return Seen(name, (name,), "cloud", list(cloud_lacks(look.instances, look.balancers)))


async def _balancers(access: Access, name: str) -> Seen:
    """What load balancers lack before they can be asked, and the gotchas that hold behind them."""
    from runbooks.doctor import balancer_lacks
    from runbooks.gotchas import CATALOGUE
    from runbooks.vips.findings import judge_vip

    look = await access.look_at_vip(name)
    lacks = [lack for one in look.balancers for lack in balancer_lacks(one)]
    found = judge_vip(look).findings
    gotchas = tuple((CATALOGUE[one.id], one.sentence) for one in found if one.id in CATALOGUE)
    return Seen(name, tuple([one.host for one in look.balancers]), "load balancer", lacks, gotchas)


async def _system(access: Access, name: str) -> Seen:
    from runbooks.doctor import standing
    from runbooks.gotchas import CATALOGUE

    look = await access.look(name, preparation=True)
    hosts = [node.host for node in look.survey.nodes]
    found = await asyncio.gather(*(_host(access, look, host) for host in hosts))
    lacks = [lack for own in found for lack in own]
    return Seen(name, tuple(hosts), "host", lacks, standing(look, CATALOGUE))


async def _host(access: Access, look: Look, host: str) -> tuple[Lack, ...]:
    from runbooks.doctor import lacks_of
    from systems.shell import Probe

    user, reach, sudo = "", None, None
    try:
        user = await access.hosts.login_user(host)
        await access.hosts.reader(host).read(Probe("true"), timeout_s=SUDO_S)
    except SystemsError as error:
        reach = error
    if reach is None:
        try:
            await access.hosts.reader(host).read(Probe("true", as_root=True), timeout_s=SUDO_S)
        except SystemsError as error:
            sudo = error
    return lacks_of(
        host,
        user=user,
        reach=reach,
        sudo=sudo,
        preparation=look.preparation.get(host),
        node=look.survey.node(host),
    )


def _record(seen: Seen) -> dict[str, object]:
    held = [{"id": g.id, "title": g.title, "evidence": words, "fix": g.fix} for g, words in seen.gotchas]
    return {"system": seen.name, "lacks": [asdict(lack) for lack in seen.lacks], "gotchas": held}


def _print(seen: Seen) -> None:
    from runbooks.words import count
    from systems.text import visible

    click.echo(f"{seen.name}: {count(len(seen.parts), seen.what)}")
    for host in seen.parts:
        own = [lack for lack in seen.lacks if lack.host == host]
        click.echo(f"  {'✖' if own else '✔'} {host}{'' if own else ': nothing is missing'}")
        for lack in own:
            click.echo(f"      {visible(lack.sentence)}\n      mend  {visible(lack.fix)}")
    if seen.gotchas:
        click.echo("  what would go wrong here:")
    for gotcha, evidence in seen.gotchas:
        click.echo(f"  ▲ {gotcha.id} {gotcha.title}: {visible(evidence)}\n      do    {gotcha.fix}")
