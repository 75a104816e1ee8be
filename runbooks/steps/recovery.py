"""Recovering the positions of stopped nodes, and what is remembered of them within a run (R-6, REC-04)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from runbooks.model import Act, Check, Context, Holds, Sighting, Step, no, yes
from runbooks.steps import commands
from runbooks.steps.checks import down, every, host_answers
from runbooks.steps.node import Node
from runbooks.words import listed
from systems.errors import NotUnderstood
from systems.galera.grastate import parse_position
from systems.galera.readings import ClusterSurvey, HostEvidence, NodeSurvey
from systems.shell import Output, Probe

RECOVER_TIMEOUT_S = 3600.0
"""Replaying a big redo log takes long, and must not be cut short (REC-39)."""
_RECOVERED = re.compile(r"Recovered position:?\s+([0-9a-fA-F-]{36}:-?\d+)")


def position_fact(host: str) -> str:
    """The name of the fact that holds a recovered position."""
    return f"position:{host}"


def start_mark(evidence: HostEvidence) -> str:
    """Changes whenever the node may have been started since: a position is good for one mark only."""
    units = sorted(unit.invocation for unit in evidence.units.values() if unit.invocation)
    return sha256("/".join((evidence.boot_id, *units)).encode()).hexdigest()[:8]


def incident(survey: ClusterSurvey) -> str:
    """Names what has happened to a cluster: the same for every look until a node is started or its host is.

    What is kept or moved aside carries it, so that two plans made of one incident are the same plan.
    """
    marks = [
        f"{node.host} {start_mark(node.evidence)}"
        for node in survey.nodes
        if isinstance(node.evidence, HostEvidence)
    ]
    return f"{survey.taken_at:%Y%m%d}-{sha256('/'.join(marks).encode()).hexdigest()[:6]}"


def with_recovered(survey: ClusterSurvey, facts: Mapping[str, str]) -> ClusterSurvey:
    """The same survey, knowing what recovery runs of this run have told since the nodes last ended."""
    return replace(survey, nodes=tuple(_with_recovered(node, facts) for node in survey.nodes))


def _with_recovered(node: NodeSurvey, facts: Mapping[str, str]) -> NodeSurvey:
    evidence = node.evidence
    told, _, mark = facts.get(position_fact(node.host), "").partition(" ")
    if not isinstance(evidence, HostEvidence) or not told or mark != start_mark(evidence):
        return node
    try:
        position = parse_position(told)
    except NotUnderstood:
        return node
    return replace(node, evidence=replace(evidence, recovered=position))


def recover_step(node: Node, *, last: bool) -> Step:
    """Ask the storage engine of a stopped node without a position where its history ends (R-6)."""
    host = node.host

    def learn(outputs: Sequence[Output]) -> Mapping[str, str]:
        found = last_position(outputs[-1]) if outputs else ""
        return {position_fact(host): f"{found} {start_mark(node.evidence)}"} if found else {}

    return Step(
        key=f"recover:{host}:{start_mark(node.evidence)}",
        title=f"recover the position of {host}",
        why=f"grastate.dat of {host} says -1: only its storage engine knows where its history ends.",
        check=every(host_answers(host), down(host)),
        verify=_recovered(node),
        acts=(Act(host, commands.recover_position(node), timeout_s=RECOVER_TIMEOUT_S),),
        expects=f"the position of {host}; no server stays up",
        gotchas=("REC-04", "REC-11", "REC-39"),
        answers=("REC-04", "REC-11", "REC-39"),
        undo_note="Nothing needs to be undone: the storage engine replays its log, as at any start.",
        replans=last,
        learn=learn,
        skippable=False,
        lasting=False,
    )


def last_position(output: Output) -> str:
    """The position that a recovery run tells; the last line wins (GOTCHAS P.1). Empty: it tells none."""
    found = _RECOVERED.findall(output.stdout + "\n" + output.stderr)
    return str(found[-1]) if found else ""


def _recovered(node: Node) -> Check:
    """A recovery run as the wrong user leaves files that the server cannot open afterwards (REC-11)."""
    probe = Probe.of(
        *("find", node.datadir, "-maxdepth", "1", "-user", "root", "-regex"),
        r".*/\(ib.*\|#ib.*\|undo.*\|aria.*\|galera.*\|mysql.ibd\)",
        as_root=True,
    )

    async def verify(context: Context) -> Sighting:
        answer = down(node.host)(await context.look())
        if answer.holds is not Holds.YES:
            return answer
        wrong = (await context.reader(node.host).read(probe)).stdout.split()
        if wrong:
            owner = f"chown -R mysql:mysql {node.datadir}"
            return no(f"{node.host}: {listed(wrong)} belong to root: {owner}", node.host)
        told = context.facts.get(position_fact(node.host), "")
        if not told:
            return no(f"{node.host}: the recovery run told no position; its output says why", node.host)
        return yes(f"{node.host}: {told.split()[0]}", node.host)

    return verify
