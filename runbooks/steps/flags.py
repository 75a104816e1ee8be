"""Bootstrap flags that were left behind: found, judged, taken away before anything is started (REC-05)."""

from __future__ import annotations

from collections.abc import Sequence

from runbooks.model import Act, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, all_of, every, host_answers, of, told_by
from runbooks.steps.node import Node
from runbooks.words import listed
from systems.galera.readings import HostEvidence


def clear_flags_step(nodes: Sequence[Node], *, chosen: str = "", saved: bool = False) -> Step | None:
    """Take every bootstrap flag away before one is set; None: no flag stands anywhere else.

    With `saved` the flag in grastate.dat of stopped nodes counts too, but for that of the node `chosen`.
    """
    acts: list[Act] = []
    undo: list[Act] = []
    for node in nodes:
        acts += [Act(node.host, command) for command in commands.clear_flags(node)]
        if saved and node.host != chosen and _is_saved(node):
            acts.append(Act(node.host, commands.set_unsafe(node)))
            undo.append(Act(node.host, commands.set_safe(node)))
    if not acts:
        return None
    hosts = tuple(dict.fromkeys(act.host for act in acts))
    judges = [judge for host in hosts for judge in (no_flags(host), *((_not_saved(host, chosen),) * saved))]
    return Step(
        key="clear flags",
        title=f"take old bootstrap flags from {listed(hosts)}",
        why="A flag that was left behind would make a second cluster at that node's next start (REC-05).",
        check=every(*(host_answers(host) for host in hosts)),
        verify=of(all_of(*judges)),
        acts=tuple(acts),
        expects=f"no bootstrap flag on {listed(hosts)}",
        gotchas=("REC-05", "PXC-03"),
        answers=("REC-05", "PXC-03"),
        undo=tuple(undo),
        undo_note="Sets safe_to_bootstrap again where it stood; other flags are not put back.",
    )


def no_flags(host: str) -> Judge:
    """Nothing on this host turns its next start into a bootstrap."""

    def judge(evidence: HostEvidence) -> Sighting:
        if evidence.bootstrap_flags:
            return no(f"{host}: a bootstrap flag stands in {listed(evidence.bootstrap_flags)}", host)
        if evidence.details_error:
            return unknown(f"{host}: whether a bootstrap flag stands there: {evidence.details_error}", host)
        return yes(f"{host}: no bootstrap flag", host)

    return told_by(host, judge)


def _not_saved(host: str, chosen: str) -> Judge:
    def judge(look: Look) -> Sighting:
        evidence = look.survey.node(host).evidence
        state = evidence.grastate if isinstance(evidence, HostEvidence) else None
        if host != chosen and state is not None and state.safe_to_bootstrap:
            return no(f"{host}: safe_to_bootstrap is still 1", host)
        return yes(f"{host}: safe_to_bootstrap is not 1", host)

    return judge


def _is_saved(node: Node) -> bool:
    state = node.evidence.grastate
    return state is not None and bool(state.safe_to_bootstrap) and not node.evidence.is_running
