"""Giving a node the cluster's data anew: what it has is moved aside or overwritten (B.10, REC-03, REC-10)."""

from __future__ import annotations

from runbooks.model import Act, Look, Step
from runbooks.steps import commands
from runbooks.steps.node import Node
from runbooks.steps.start import biggest, start_step
from runbooks.steps.way import full_copy


def reseed_step(
    node: Node, look: Look, label: str, *, why: str, keep_old: bool, gotchas: tuple[str, ...] = ()
) -> Step:
    """Start a node so that it must take a full copy, whatever history it has.

    grastate.dat is moved aside: with it two sides of one split could pass for the same history, and IST would
    hide what differs (REC-10). gvwstate.dat goes too, or the node would wait for its old peers (REC-21).
    With `keep_old` the whole data directory is kept beside, where the disk has room for both.
    """
    before: list[Act] = []
    kept = keep_old and can_keep(node, look)
    if kept:
        before.append(Act(node.host, commands.renew_datadir(node, label), timeout_s=300.0))
    else:
        evidence = node.evidence
        if evidence.grastate is not None or evidence.grastate_error:
            before.append(Act(node.host, commands.move_aside(node.grastate, label)))
        if evidence.gvwstate is not None or evidence.gvwstate_error:
            before.append(Act(node.host, commands.move_aside(node.gvwstate, label)))
    stays = f" What it had stays in {node.datadir}.{label}." if kept else ""
    way = full_copy(look.survey, node.host, wipes=True)
    return start_step(
        node, look, way, why=f"{why}{stays}", gotchas=("PXC-10", "REC-03", *gotchas), before=tuple(before)
    )


def can_keep(node: Node, look: Look) -> bool:
    """Whether the old data directory can be renamed and a new copy fits beside it.

    A data directory that is a mount point of its own cannot be renamed.
    """
    disk = node.evidence.filesystem
    if disk is None or disk.target == node.datadir or not node.evidence.datadir_exists:
        return False
    return disk.free_bytes > biggest(look.survey, but=node.host) * 1.2
