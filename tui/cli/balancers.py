"""`quarterdeck cloud lbs`, `lb` and `failover`: the load balancers of a cloud's Octavia."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

from tui.cli.cloud_options import CLOUD, cloud_of
from tui.cli.opening import carry_out, estate_of, opened
from tui.cli.runbook_options import ARM, JOURNAL, JSON
from tui.cli.said import CRITICAL, NONE, REFUSED, STOPPED, UNREAD, USAGE, WARNING, complain, fail, say_json

if TYPE_CHECKING:
    from runbooks.cloud.failover import FailoverResult
    from systems.estate import LoadedEstate
    from systems.openstack.octavia import BalancerReader
    from systems.openstack.octavia_readings import Balancer, BalancersReading

T = TypeVar("T")
BALANCER = click.argument("balancer")
_STATUSES = {1: WARNING, 2: CRITICAL}


@click.command()
@CLOUD
@JSON
@click.pass_context
def lbs(ctx: click.Context, name: str, *, as_json: bool) -> None:
    """List the load balancers (Octavia), worst first, with both statuses of each.

    Exit status: 0 nothing is wrong, 1 a warning, 2 something critical, 3 they could not be read.
    """
    from runbooks.cloud.balancers import judge_balancers
    from systems.errors import SystemsError
    from tui.cli.balancer_telling import balancer_line, balancers_record
    from tui.cli.cloud_telling import verdict_lines

    survey = _with_reader(ctx, name, lambda reader: reader.survey())
    said = judge_balancers(survey)
    if as_json:
        say_json(balancers_record(survey, said))
    elif isinstance(survey.answer, SystemsError):
        complain(f"quarterdeck: {survey.answer}")
    else:
        for one in said.judged:
            click.echo(balancer_line(one))
        for line in verdict_lines(survey.cloud, said):
            click.echo(line, err=True)
    is_unread = isinstance(survey.answer, SystemsError)
    raise SystemExit(UNREAD if is_unread else _STATUSES.get(said.severity, NONE))


@click.command()
@BALANCER
@CLOUD
@JSON
@click.pass_context
def lb(ctx: click.Context, balancer: str, name: str, *, as_json: bool) -> None:
    """Show one load BALANCER (its name or id) as a tree, each status in words, and what is wrong with it.

    Exit status as that of `lbs`.
    """
    from runbooks.cloud.balancers import judge_balancer
    from tui.cli.balancer_telling import finding_lines, judged_record, tree_lines

    async def read(reader: BalancerReader) -> tuple[Balancer, BalancersReading]:
        found = _found(await reader.balancers(), reader.name, balancer)
        whole = await reader.balancers(only=found.id)
        return _found(whole, reader.name, found.id), whole

    found, whole = _with_reader(ctx, name, read)
    judged = judge_balancer(found, cloud_of(estate_of(ctx), name), whole.taken_at)
    if as_json:
        say_json(judged_record(judged, whole.taken_at))
    else:
        click.echo("\n".join(tree_lines(judged.balancer, whole.taken_at)))
        for line in finding_lines(judged.findings):
            click.echo(line, err=True)
    raise SystemExit(_STATUSES.get(judged.severity, NONE))


@click.command()
@BALANCER
@CLOUD
@ARM
@click.option("--yes-to", default="", metavar="NAME", help="Its exact name: agrees to the failover.")
@JOURNAL
@JSON
@click.pass_context
def failover(
    ctx: click.Context,
    balancer: str,
    name: str,
    *,
    reason: str,
    yes_to: str,
    place: str | None,
    as_json: bool,
) -> None:
    """Replace the amphorae of one load BALANCER, and wait until it is ACTIVE again.

    Without --arm it says what would be sent. Exit status: 0 verified, 3 unknown, 4 refused, 5 it failed.
    """
    from runbooks.cloud.failover import MEANS, order_of, why_not
    from runbooks.journal.entries import Kind

    estate = estate_of(ctx)
    chosen = cloud_of(estate, name)
    if reason and not yes_to:
        fail(
            f'to fail {balancer} over give its exact name with --yes-to "NAME", too; nothing was sent.', USAGE
        )
    if not reason:
        found = _with_reader(ctx, name, lambda reader: _named(reader, balancer))
        click.echo(f"would send to Octavia of {chosen}: {order_of(found).line}")
        if why := why_not(found):
            click.echo(f"not now: {why}.")
        click.echo(f'{MEANS}\nnothing was sent: give --arm "reason" and --yes-to NAME to do it.')
        raise SystemExit(REFUSED)
    wanted = _Wanted(chosen, balancer, yes_to, reason, place)
    result = carry_out(lambda: _fail_over(estate, wanted))
    if as_json:
        status = result.balancer.standing.provisioning
        say_json({"outcome": result.kind.value, "sentence": result.sentence, "provisioning": status})
    else:
        complain(f"failover {result.balancer.name}: {result.sentence}")
    outcomes = {Kind.VERIFIED: NONE, Kind.UNVERIFIED: UNREAD, Kind.BLOCKED: REFUSED}
    raise SystemExit(outcomes.get(result.kind, STOPPED))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which one is to be failed over, why, and who said yes to it by name."""

    cloud: str
    balancer: str
    yes_to: str
    reason: str
    place: str | None


async def _fail_over(estate: LoadedEstate, wanted: _Wanted) -> FailoverResult:
    from tui.balancer_acting import fail_over
    from tui.open_works import open_works

    async with opened(estate) as access:
        found = await _named(access.clouds.balancers(wanted.cloud), wanted.balancer)
        if wanted.yes_to != found.name:
            words = f"--yes-to says {wanted.yes_to!r}, and the load balancer is {found.name!r}"
            fail(f"{words}; nothing was sent.", USAGE)
        works = await asyncio.to_thread(open_works, access, journal=wanted.place)
        try:
            await works.aside(works.arming.arm, wanted.reason)
            return await fail_over(works, wanted.cloud, found, tell=complain)
        finally:
            works.close()


async def _named(reader: BalancerReader, named: str) -> Balancer:
    return _found(await reader.balancers(), reader.name, named)


def _found(reading: BalancersReading, cloud: str, named: str) -> Balancer:
    """The one of that id, or the only one of that name; ends with a sentence for anything else."""
    by_id = [one for one in reading.balancers if one.id == named]
    found = by_id or [one for one in reading.balancers if one.name == named]
    if len(found) > 1:
        ids = ", ".join([one.id for one in found[:5]])
        fail(f"{cloud} has {len(found)} load balancers named {named!r}; give the id of one: {ids}", USAGE)
    if not found:
        words = "see `quarterdeck cloud lbs`"
        fail(f"{cloud} shows this account no load balancer {named!r}; {words}", USAGE)
    return found[0]


def _with_reader(ctx: click.Context, name: str, work: Callable[[BalancerReader], Awaitable[T]]) -> T:
    estate = estate_of(ctx)
    chosen = cloud_of(estate, name)

    async def run() -> T:
        async with opened(estate) as access:
            return await work(access.clouds.balancers(chosen))

    return carry_out(run)
