"""Looking before acting, and keeping what was seen: the survey step and the copies (GOTCHAS B.3, B.9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from os.path import basename

from runbooks.model import Act, Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import host_answers, nothing_to_check
from runbooks.steps.node import Node
from runbooks.words import count, listed, span
from systems.shell import Probe

TWICE_APART_S = 10.0
"""View changes are transient: what creates a Primary rests on two looks this far apart (B.3, step 0)."""

Telling = Callable[[Context, Look], str]
"""What a look leads to, in one sentence."""


class _Repeated:
    """Remembers what looks led to, from the one that was planned from on, and since when without a change."""

    def __init__(self, planned: Look, leads_to: Telling) -> None:
        self._since = planned.survey.taken_at
        self._before = planned
        self._leads_to = leads_to

    def lasts_s(self, context: Context, look: Look) -> float:
        """Seconds between the first look that led to the same as the given one, and that."""
        if self._leads_to(context, look) != self._leads_to(context, self._before):
            self._since = look.survey.taken_at
        self._before = look
        return (look.survey.taken_at - self._since).total_seconds()


def survey_step(
    planned: Look, telling: Telling, *, twice: bool, why: str, same: Telling | None = None
) -> Step:
    """Look at every node again, and plan the rest from that; `twice`: until two looks lead to the same.

    `same`: what is compared, where what is told changes by itself, as positions do while writes go on.
    """
    repeated = _Repeated(planned, same or telling)

    async def verify(context: Context) -> Sighting:
        look = await context.look()
        told = telling(context, look)
        left_s = TWICE_APART_S - repeated.lasts_s(context, look)
        if twice and left_s > 0:
            return unknown(f"{told}; asked again for {span(left_s)}, since views change")
        return yes(f"{told}; {count(len(look.survey.nodes), 'node')} asked")

    return Step(
        key="survey",
        title="survey all nodes",
        why=why,
        check=nothing_to_check,
        verify=verify,
        expects="nothing: it only reads",
        verify_deadline_s=60.0,
        verify_every_s=2.0,
        replans=True,
        skippable=False,
        lasting=False,
    )


def keep_step(cluster: str, nodes: Iterable[Node], label: str) -> Step:
    """Copy saved state, last view, failed write-sets and the end of the log on each host, for root only."""
    kept = tuple(nodes)
    directory = commands.evidence_dir(cluster, label)
    acts = tuple(Act(node.host, commands.keep_copies(node, directory), timeout_s=120.0) for node in kept)
    return Step(
        key="keep",
        title="keep copies of grastate, gvwstate, log tails",
        why="What a recovery changes or overwrites can be looked at, and compared, afterwards (B.9).",
        check=_all_answer(kept),
        verify=_copies_are_there(kept, directory),
        acts=acts,
        expects=f"copies in {directory} on {listed(node.host for node in kept)}; the database stays as it is",
        gotchas=("REC-03",),
        undo_note=f"Nothing needs to be undone: {directory} only holds copies.",
    )


def _all_answer(nodes: tuple[Node, ...]) -> Check:
    async def check(context: Context) -> Sighting:
        look = await context.look(max_age_s=30.0)
        for node in nodes:
            answer = host_answers(node.host)(look)
            if answer.holds is not Holds.YES:
                return answer
        return yes(f"{listed(node.host for node in nodes)} answer over SSH")

    return check


def _copies_are_there(nodes: tuple[Node, ...], directory: str) -> Check:
    async def verify(context: Context) -> Sighting:
        for node in nodes:
            probe = Probe.of("find", directory, "-type", "f", "-printf", "%f\\n", as_root=True)
            names = set((await context.reader(node.host).read(probe)).stdout.splitlines())
            missing = _expected(node) - names
            if missing:
                return no(f"{node.host}: {listed(sorted(missing))} not in {directory}", node.host)
        return yes(f"{directory} on {listed(node.host for node in nodes)}")

    return verify


def _expected(node: Node) -> set[str]:
    names = {"journal.txt"}
    if node.evidence.grastate is not None:
        names.add("grastate.dat")
    if node.evidence.gvwstate is not None:
        names.add("gvwstate.dat")
    return names | {basename(path) for path in node.evidence.gra_logs}
