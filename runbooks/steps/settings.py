"""Steps that set one global variable of a running node, or end one connection on it."""

from __future__ import annotations

from runbooks.model import Act, Check, Context, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, every, host_answers, of, running
from runbooks.steps.node import Node
from systems.shell import Probe

_SERVERS_OWN = ("system user", "event_scheduler", "unauthenticated user")
_WHO = "SELECT user, command, time FROM information_schema.processlist WHERE id="


def set_step(
    node: Node,
    name: str,
    value: str,
    before: str,
    done: Judge,
    *,
    why: str,
    expects: str,
    gotchas: tuple[str, ...],
    deadline_s: float = 60.0,
) -> Step:
    """Set a global variable at run time; undo sets what was there before."""
    return Step(
        key=f"set:{node.host}:{name}={value}",
        title=f"{name} = {value} on {node.host}",
        why=why,
        check=every(host_answers(node.host), running(node.host)),
        verify=of(done),
        acts=(Act(node.host, commands.sql(node, f"SET GLOBAL {name}={value}")),),
        expects=expects,
        gotchas=gotchas,
        answers=gotchas,
        verify_deadline_s=deadline_s,
        undo=(Act(node.host, commands.sql(node, f"SET GLOBAL {name}={before}")),),
        undo_note=f"Sets {name} to {before} again.",
    )


def kill_step(node: Node, connection: int, done: Judge, *, why: str, gotchas: tuple[str, ...]) -> Step:
    """End one connection: what it has not committed is rolled back, and its locks are released."""
    name = f"{node.host}/{connection}"
    return Step(
        key=f"kill:{node.host}:{connection}",
        title=f"end connection {connection} on {node.host}",
        why=why,
        check=_is_a_clients(node, connection),
        verify=of(done),
        acts=(Act(node.host, commands.sql(node, f"KILL CONNECTION {connection}")),),
        expects=f"connection {connection} is gone, and writes go on",
        gotchas=gotchas,
        answers=gotchas,
        irreversible=True,
        confirm=name,
        confirm_because=f"What connection {connection} has not committed is rolled back.",
        undo_note=f"None: what connection {connection} had not committed is rolled back.",
    )


def _is_a_clients(node: Node, connection: int) -> Check:
    """Only a client's connection is ended: an applier would be missed. Ids are given anew at a restart."""
    probe = Probe.of(node.client, "-NB", "-e", f"{_WHO}{connection:d}", as_root=True)

    async def check(context: Context) -> Sighting:
        rows = (await context.reader(node.host).read(probe)).stdout.splitlines()
        found = rows[0].split("\t") if rows else []
        if not rows:
            return no(f"{node.host} has no connection {connection} any more", node.host)
        if len(found) < 3:
            return unknown(f"{node.host}: {rows[0]!r} is not understood", node.host)
        if found[0] in _SERVERS_OWN:
            return no(f"connection {connection} on {node.host} is the server's own ({found[0]})", node.host)
        return yes(f"connection {connection} of {found[0]}: {found[1]} for {found[2]} s", node.host)

    return check
