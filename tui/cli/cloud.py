"""`quarterdeck cloud`: the instances of a cloud, the ways to their screens, and the acts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.cli.balancers import failover, lb, lbs
from tui.cli.cloud_acting import Act, Agreement, act_by, end_with
from tui.cli.cloud_guest import screen, serial
from tui.cli.cloud_named import INSTANCE, found_instance, note
from tui.cli.cloud_options import CLOUD, cloud_of, read_cloud
from tui.cli.opening import carry_out, estate_of, opened
from tui.cli.runbook_options import ARM, JOURNAL, JSON
from tui.cli.said import CRITICAL, NONE, UNREAD, WARNING, complain, say_json

if TYPE_CHECKING:
    from systems.openstack.readings import ConsoleReading, Instance
    from tui.works import Clouds

ACTS = ("start", "stop", "reboot", "hard-reboot")


@click.group()
def cloud() -> None:
    """Look at instances and load balancers of an OpenStack cloud, come to consoles, and act on them."""


for _command in (lbs, lb, failover, screen, serial):
    cloud.add_command(_command)


@cloud.command("list")
@CLOUD
@JSON
@click.pass_context
def list_(ctx: click.Context, name: str, *, as_json: bool) -> None:
    """List the instances, and say what is wrong with the cloud.

    Exit status: 0 nothing is wrong, 1 a warning, 2 something critical, 3 the cloud could not be read.
    """
    from runbooks.cloud.findings import judge_cloud
    from systems.errors import SystemsError
    from tui.cli.cloud_telling import instance_line, survey_record, verdict_lines

    survey = read_cloud(ctx, name, lambda clouds, chosen: clouds.reader(chosen).survey())
    said = judge_cloud(survey)
    if as_json:
        say_json(survey_record(survey, said))
    elif isinstance(survey.instances, SystemsError):
        complain(f"quarterdeck: {survey.instances}")
    else:
        for one in survey.instances.instances:
            click.echo(instance_line(one))
        for line in verdict_lines(survey.name, said):
            click.echo(line, err=True)
    is_unread = isinstance(survey.instances, SystemsError)
    raise SystemExit(UNREAD if is_unread else {1: WARNING, 2: CRITICAL}.get(said.severity, NONE))


@cloud.command()
@INSTANCE
@CLOUD
@JSON
@click.pass_context
def show(ctx: click.Context, instance: str, name: str, *, as_json: bool) -> None:
    """Show one INSTANCE (its name or id): state, fault in words, and what was done to it."""
    from tui.cli.cloud_telling import instance_lines, instance_record

    async def read(clouds: Clouds, chosen: str) -> tuple[Instance, object]:
        reader = clouds.reader(chosen)
        found = await found_instance(reader, instance)
        return found, await reader.events(found)

    found, events = read_cloud(ctx, name, read)
    if as_json:
        say_json(instance_record(found, events))
    else:
        click.echo("\n".join(instance_lines(found, events)))


@cloud.command()
@INSTANCE
@CLOUD
@click.option("--lines", default=200, show_default=True, help="So many of the last lines.")
@JSON
@click.pass_context
def log(ctx: click.Context, instance: str, name: str, *, lines: int, as_json: bool) -> None:
    """Print the end of what INSTANCE wrote to its console."""
    from systems.text import visible

    async def read(clouds: Clouds, chosen: str) -> str:
        reader = clouds.reader(chosen)
        return (await reader.console_log(await found_instance(reader, instance), lines=lines)).text

    text = read_cloud(ctx, name, read)
    if as_json:
        say_json({"instance": instance, "log": text})
    else:
        click.echo(visible(text.rstrip("\n"), newlines=True))


@cloud.command()
@INSTANCE
@CLOUD
@click.option("--type", "kind", default="spice-html5", show_default=True, help="Also: novnc, serial, ...")
@JOURNAL
@JSON
@click.pass_context
def console(
    ctx: click.Context, instance: str, name: str, *, kind: str, place: str | None, as_json: bool
) -> None:
    """Print an address of INSTANCE's console, good for minutes, and the way to it from a laptop.

    Whoever has the address has the keyboard. The journal keeps that it was given, not the address.
    """
    from tui.cli.cloud_telling import console_lines, console_record
    from tui.desk import operator_at_bastion

    estate = estate_of(ctx)
    chosen = cloud_of(estate, name)

    async def read() -> tuple[Instance, ConsoleReading]:
        async with opened(estate) as access:
            reader = access.clouds.reader(chosen)
            found = await found_instance(reader, instance)
            answer = await reader.console(found, kind)
            await note(access, place, chosen, f"an address of the {kind} console of {found.name} was given")
            return found, answer

    found, answer = carry_out(read)
    who = operator_at_bastion()
    if as_json:
        say_json(console_record(found, answer, who))
    else:
        click.echo("\n".join(console_lines(answer, who)))


@cloud.command()
@click.argument("what", type=click.Choice(ACTS))
@INSTANCE
@CLOUD
@ARM
@click.option("--yes-to", default="", metavar="NAME", help="The instance's exact name: agrees to the act.")
@JOURNAL
@JSON
@click.pass_context
def act(
    ctx: click.Context,
    what: str,
    instance: str,
    name: str,
    *,
    reason: str,
    yes_to: str,
    place: str | None,
    as_json: bool,
) -> None:
    """Start, stop, reboot or hard-reboot one INSTANCE, and wait until it is proven.

    Without --arm it says what would be sent. Exit status: 0 verified, 3 unknown, 4 refused, 5 it failed.
    """
    from runbooks.cloud.acts import ACTS as KNOWN
    from tui.instance_acting import act_on

    estate = estate_of(ctx)
    chosen = cloud_of(estate, name)
    known = KNOWN[what]
    wanted = Act(
        f"{what} {instance}",
        "instance",
        f"Nova of {chosen}",
        known.means,
        find=lambda access: found_instance(access.clouds.reader(chosen), instance),
        order=known.order,
        why_not=known.why_not,
        do=lambda works, found: act_on(works, chosen, found, known, tell=complain),
    )
    result = act_by(estate, wanted, Agreement(reason, yes_to, place))
    one = result.instance
    end_with(result, f"{what} {one.name}", as_json=as_json, status=one.status)
