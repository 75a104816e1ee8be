"""Making a Primary component: the steps that fork a history if they are wrong (GOTCHAS B.10, N)."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.membership import is_primary
from runbooks.model import Act, Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import all_of, down, host_answers, of, synced
from runbooks.steps.node import Node
from runbooks.steps.signs import no_sign_of_life
from runbooks.steps.start import STOP_TIMEOUT_S, can_start, has_room
from runbooks.words import listed

Allowed = Callable[[Context, Look], Sighting]
"""Judges a fresh look: may this very node still be made Primary?"""

BOOTSTRAP_GOTCHAS = (
    "REC-01",
    "REC-02",
    "REC-04",
    "REC-05",
    "REC-09",
    "REC-12",
    "REC-24",
    "REC-33",
    "REC-42",
    "REC-43",
)
PC_BOOTSTRAP_GOTCHAS = ("REC-01", "REC-06", "REC-07", "REC-08", "REC-09", "REC-26", "REC-43")


def bootstrap_step(
    node: Node,
    allowed: Allowed,
    *,
    why: str,
    lost: str,
    gotchas: tuple[str, ...] = (),
    leaves_out: tuple[str, ...] = (),
) -> Step:
    """Make a new Primary component of one stopped node: the point of no return of R-3 and R-6.

    `allowed` knows the recovered positions and the nodes that are excluded, which a detector does not.
    """
    ready = all_of(host_answers(node.host), down(node.host), can_start(node.host), has_room(node.host))
    state = node.evidence.grastate
    acts = [Act(node.host, commands.reset_failed(node))] if node.failed else []
    if state is not None and state.safe_to_bootstrap is False:
        acts.append(Act(node.host, commands.set_safe(node)))
    acts.append(Act(node.host, commands.bootstrap(node), timeout_s=STOP_TIMEOUT_S))
    return Step(
        key=f"bootstrap:{node.host}",
        title=f"bootstrap {node.host}",
        why=why,
        check=_ready_and_allowed(ready, allowed, leaves_out),
        verify=of(synced(node.host)),
        acts=tuple(acts),
        expects=f"{node.host} Primary, size 1, Synced; clients can write again",
        gotchas=(*BOOTSTRAP_GOTCHAS, *gotchas),
        answers=("REC-04", "REC-12", "REC-33", "REC-42", *gotchas),
        leaves_out=leaves_out,
        verify_deadline_s=90.0,
        replans=True,
        irreversible=True,
        confirm=node.host,
        confirm_because=lost,
        undo_note=f"None once clients have written to it: keep traffic off until the proof. {lost}".strip(),
        skippable=False,
    )


def pc_bootstrap_step(
    node: Node,
    fragment: tuple[str, ...],
    allowed: Allowed,
    *,
    why: str,
    lost: str,
    leaves_out: tuple[str, ...] = (),
) -> Step:
    """Make the fragment of this running node Primary; its peers there follow by themselves (REC-08)."""
    return Step(
        key=f"pc.bootstrap:{node.host}",
        title=f"make {listed(fragment)} Primary (pc.bootstrap on {node.host})",
        why=why,
        check=_ready_and_allowed(
            all_of(host_answers(node.host), runs_non_primary(node.host)), allowed, leaves_out
        ),
        verify=of(all_of(*(synced(host, with_hosts=fragment) for host in fragment))),
        acts=(Act(node.host, commands.pc_bootstrap(node)),),
        expects=f"{listed(fragment)} Primary, size {len(fragment)}, Synced; clients can write again",
        gotchas=PC_BOOTSTRAP_GOTCHAS,
        answers=("REC-07",),
        leaves_out=leaves_out,
        verify_deadline_s=90.0,
        replans=True,
        irreversible=True,
        confirm=node.host,
        confirm_because=lost,
        undo_note=f"None: should another Primary live elsewhere, there are two histories. {lost}".strip(),
        skippable=False,
    )


def runs_non_primary(host: str) -> Callable[[Look], Sighting]:
    """It runs, answers, and is not Primary: where pc.bootstrap has an effect at all (REC-06)."""

    def judge(look: Look) -> Sighting:
        node = look.survey.node(host)
        if not node.answers_sql:
            return unknown(f"{host} does not answer SQL: {node.status}", host)
        if is_primary(node):
            return no(f"{host} is Primary already", host)
        return yes(f"{host} runs and is not Primary", host)

    return judge


def _ready_and_allowed(
    ready: Callable[[Look], Sighting], allowed: Allowed, leaves_out: tuple[str, ...]
) -> Check:
    async def check(context: Context) -> Sighting:
        look = await context.look()
        answers = [allowed(context, look), ready(look)]
        if leaves_out:
            answers.append(await no_sign_of_life(context, look, leaves_out))
        against = [answer for answer in answers if answer.holds is not Holds.YES]
        return against[0] if against else yes("; ".join(answer.evidence for answer in answers))

    return check
