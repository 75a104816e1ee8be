"""Steps in which the operator, the network or the cluster itself acts, and the console watches."""

from __future__ import annotations

from shlex import quote

from runbooks.model import Check, Context, Sighting, Step, yes
from runbooks.steps.checks import Judge, nothing_to_check, of, synced
from runbooks.steps.node import Node
from runbooks.steps.start import has_room
from systems.errors import SystemsError
from systems.shell import Probe

WAIT_S = 900.0
_ROOM_S = 3600.0


def wait_step(
    host: str, why: str, gotchas: tuple[str, ...], *, is_cut: bool, deadline_s: float = WAIT_S
) -> Step:
    """Wait until a node is Synced by itself; where it is cut off, somebody heals the network meanwhile."""
    heal = " Open TCP 4567 between it and the others; never make it Primary by itself." if is_cut else ""
    return Step(
        key=f"wait:{host}",
        title=f"wait until {host} is Synced",
        why=f"{why}.{heal}",
        check=nothing_to_check,
        verify=of(synced(host)),
        expects=f"{host} Synced by itself; this step only reads",
        gotchas=gotchas,
        answers=gotchas,
        verify_deadline_s=deadline_s,
        verify_every_s=2.0,
    )


def watch_step(
    key: str,
    title: str,
    why: str,
    until: Judge,
    *,
    expects: str,
    gotchas: tuple[str, ...] = (),
    deadline_s: float = WAIT_S,
    replans: bool = False,
) -> Step:
    """Wait until a look says so; nothing is changed."""
    return Step(
        key=key,
        title=title,
        why=why,
        check=nothing_to_check,
        verify=of(until),
        expects=f"{expects}; this step only reads",
        gotchas=gotchas,
        answers=gotchas,
        verify_deadline_s=deadline_s,
        verify_every_s=2.0,
        replans=replans,
        lasting=False,
    )


def room_step(node: Node) -> Step:
    """Wait until somebody has made room: what may be deleted, a console does not know (REC-28)."""
    disk = node.evidence.filesystem
    where = disk.target if disk else node.datadir
    return Step(
        key=f"room:{node.host}",
        title=f"make room on {where} of {node.host}",
        why=(
            f"{where} is full. Never delete ibdata*, ib_logfile*, #ib_redo*, undo* or a binary log by hand; "
            "galera.cache may go while the node is stopped, and costs its IST."
        ),
        check=_what_is_big(node, where),
        verify=of(has_room(node.host)),
        expects="room enough for crash recovery; nothing is deleted by this console",
        gotchas=("REC-28", "REC-19"),
        answers=("REC-28", "REC-19"),
        verify_deadline_s=_ROOM_S,
        verify_every_s=5.0,
        lasting=False,
    )


def _what_is_big(node: Node, where: str) -> Check:
    """Name the biggest things on the volume; not being able to does not stop anybody from making room."""
    probe = Probe(f"du -xm --max-depth=2 {quote(where)} | sort -rn | head -n 8", as_root=True, accepts=None)

    async def check(context: Context) -> Sighting:
        try:
            answer = await context.reader(node.host).read(probe, timeout_s=45.0)
        except SystemsError as error:
            return yes(f"what is big on {where} could not be read: {error}", node.host)
        lines = [line.split("\t", 1) for line in answer.stdout.splitlines() if "\t" in line]
        told = ", ".join(f"{path} {megabytes} MB" for megabytes, path in lines)
        return yes(f"biggest on {where}: {told or 'not told'}", node.host)

    return check
