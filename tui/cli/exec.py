"""`quarterdeck exec HOSTS -- COMMAND`: run it on many hosts, stream what they say."""

from __future__ import annotations

import asyncio
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from systems.errors import SystemsError
from tui.cli.opening import carry_out, estate_of, opened
from tui.cli.runbook_options import ARM, JOURNAL, JSON
from tui.cli.said import NONE, UNREAD, USAGE, WARNING, complain, fail

if TYPE_CHECKING:
    from runbooks.permit import RunPermit
    from systems.estate import LoadedEstate
    from systems.shell import Sink
    from tui.access import Access
    from tui.cli.exec_output import LinePrinter

FANOUT = 64
"""Hosts at once; the rest wait for a place."""
PAGE_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run where."""

    line: str
    hosts: tuple[str, ...]
    as_root: bool
    timeout_s: float | None
    reason: str
    journal: str | None


@click.command("exec")
@click.argument("hosts")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--root", "as_root", is_flag=True, help="As root: by sudo where the login is not root.")
@click.option("--timeout", "timeout_s", type=float, default=None, help="Seconds after which it is given up.")
@click.option("--group", "grouped", is_flag=True, help="Wait for all, then print equal answers once.")
@ARM
@JOURNAL
@JSON
@click.pass_context
def exec_(
    ctx: click.Context,
    hosts: str,
    command: tuple[str, ...],
    *,
    as_root: bool,
    timeout_s: float | None,
    grouped: bool,
    reason: str,
    place: str | None,
    as_json: bool,
) -> None:
    """Run COMMAND on HOSTS and stream its output, each line with its host.

    HOSTS is a node set: db[1-3],lb1; @NAME stands for the nodes of a system. One COMMAND word is a line for
    the host's shell, several are quoted. What is not known to only read needs --arm "reason", and is
    journalled.

    Exit status: 0 all ended with 0, 1 some did not, 3 some host could not be asked, 64 the call is wrong.
    """
    estate = estate_of(ctx)
    line = command[0] if len(command) == 1 else shlex.join(command)
    order = Order(line, _hosts(estate, hosts), as_root, timeout_s, reason, place)
    _refuse_unarmed(order)
    raise SystemExit(carry_out(lambda: _carry(estate, order, grouped=grouped, as_json=as_json)))


def _hosts(estate: LoadedEstate, text: str) -> tuple[str, ...]:
    from systems.nodes import NodesNotUnderstood, expand_nodes

    found: list[str] = []
    plain = []
    for part in text.split(","):
        if not part.startswith("@"):
            plain.append(part)
            continue
        try:
            found += estate.cluster(part[1:]).nodes
        except KeyError:
            known = ", ".join(f"@{cluster.name}" for cluster in estate.clusters)
            fail(f"{part} is no system of {estate.path}; it has: {known}", USAGE)
    if plain:
        try:
            found += expand_nodes(",".join(plain))
        except NodesNotUnderstood as error:
            fail(f"HOSTS {error}", USAGE)
    return tuple(dict.fromkeys(found))


def _refuse_unarmed(order: Order) -> None:
    from systems.readonly import is_read_only

    if not order.reason and not is_read_only(order.line):
        fail(
            f"{order.line!r} is not known to only read, so nothing was sent: "
            'give --arm "reason" to run it; it will stand in the journal.',
            USAGE,
        )


async def _carry(estate: LoadedEstate, order: Order, *, grouped: bool, as_json: bool) -> int:
    async with opened(estate) as access:
        if grouped:
            return await _grouped(access, order)
        from tui.cli.exec_output import LinePrinter

        printer = LinePrinter(_write, as_json)
        return await _all(access, order, printer, printer)


async def _grouped(access: Access, order: Order) -> int:
    """Keep all output on disk until the last host has ended; then print each different answer once."""
    from systems.spool.answers import group_answers
    from systems.spool.spool import Spool
    from systems.text import visible

    spool = Spool()
    try:
        worst = await _all(access, order, spool, None)
        spool.finish()
        for group in group_answers(spool):
            click.echo(f"--- {','.join(group.hosts)} ({len(group.hosts)})")
            for first in range(0, spool.lines, PAGE_LINES):
                for line in spool.read(first, PAGE_LINES):
                    if line.source.host == group.hosts[0]:
                        click.echo(visible(line.text.decode("utf-8", "replace")))
        return worst
    finally:
        spool.close()


async def _all(access: Access, order: Order, sink: Sink, printer: LinePrinter | None) -> int:
    """Run it everywhere, side by side; no host waits for another. The worst exit status."""
    places = asyncio.Semaphore(FANOUT)
    permit = await _permit(access, order) if order.reason else None

    async def one(host: str) -> int:
        async with places:
            try:
                status = await _run(access, order, host, sink, permit)
            except SystemsError as error:
                complain(f"{host}: {error}" if host not in str(error) else str(error))
                return UNREAD
            finally:
                if printer is not None:
                    printer.finish(host)
        if status:
            click.echo(f"{host}: ended with status {status}", err=True)
        return WARNING if status else NONE

    return max(await asyncio.gather(*map(one, order.hosts)), default=NONE)


async def _run(access: Access, order: Order, host: str, sink: Sink, permit: RunPermit | None) -> int:
    from systems.shell import Command, Probe

    if permit is None:
        probe = Probe(order.line, as_root=order.as_root, accepts=None)
        return await access.hosts.reader(host).stream(probe, sink, timeout_s=order.timeout_s)
    command = Command(order.line, as_root=order.as_root)
    return await access.hosts.hands(host, permit).stream(command, sink, timeout_s=order.timeout_s)


async def _permit(access: Access, order: Order) -> RunPermit:
    """Arm for this one order; its entries are of the kind "exec"."""
    from runbooks.journal.entries import Kind
    from tui.open_works import open_works

    works = await asyncio.to_thread(open_works, access, journal=order.journal)
    await works.aside(works.arming.arm, order.reason)
    return works.arming.permit(access.redactor.redact, kind=Kind.EXEC)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
