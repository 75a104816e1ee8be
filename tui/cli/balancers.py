"""`quarterdeck cloud lbs`, `lb` and `failover`: the load balancers of a cloud's Octavia."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.cloud_acting import Act, Agreement, act_by, end_with
from tui.cli.cloud_options import CLOUD, cloud_of, read_cloud
from tui.cli.opening import estate_of
from tui.cli.runbook_options import ARM, JOURNAL, JSON
from tui.cli.said import CRITICAL, NONE, UNREAD, USAGE, WARNING, complain, fail, say_json

if TYPE_CHECKING:
    from systems.openstack.octavia import BalancerReader
    from systems.openstack.octavia_readings import Balancer, BalancersReading
    from tui.works import Clouds

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

    survey = read_cloud(ctx, name, lambda clouds, chosen: clouds.balancers(chosen).survey())
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

    async def read(clouds: Clouds, chosen: str) -> tuple[Balancer, BalancersReading]:
        reader = clouds.balancers(chosen)
        found = _found(await reader.balancers(), reader.name, balancer)
        whole = await reader.balancers(only=found.id)
        return _found(whole, reader.name, found.id), whole

    found, whole = read_cloud(ctx, name, read)
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
    from tui.balancer_acting import fail_over

    estate = estate_of(ctx)
    chosen = cloud_of(estate, name)
    wanted = Act(
        f"fail {balancer} over",
        "load balancer",
        f"Octavia of {chosen}",
        MEANS,
        find=lambda access: _named(access.clouds.balancers(chosen), balancer),
        order=order_of,
        why_not=why_not,
        do=lambda works, found: fail_over(works, chosen, found, tell=complain),
    )
    result = act_by(estate, wanted, Agreement(reason, yes_to, place))
    one = result.balancer
    end_with(result, f"failover {one.name}", as_json=as_json, provisioning=one.standing.provisioning)


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
