"""Writes surveys, plans and the ends of steps into the journal: a run is told, and taken up, from there."""

from __future__ import annotations

import json
from collections.abc import Mapping

from runbooks.engine.api import Outcome, StepEnded, StepResult
from runbooks.engine.codec import encode_look
from runbooks.engine.eyes import looked_at
from runbooks.engine.text import plan_data
from runbooks.engine.work import Work
from runbooks.journal.entries import Data, Entry, Kind
from runbooks.journal.kept import kept_data
from runbooks.model import Look, Plan
from systems.galera.readings import NodeSurvey

_KINDS: Mapping[Outcome, Kind] = {
    Outcome.DONE: Kind.VERIFIED,
    Outcome.UNVERIFIED: Kind.UNVERIFIED,
    Outcome.FAILED: Kind.FAILED,
    Outcome.BLOCKED: Kind.BLOCKED,
    Outcome.UNKNOWN: Kind.UNKNOWN,
    Outcome.SKIPPED: Kind.SKIPPED,
    Outcome.UNDONE: Kind.UNDONE,
}


async def end_step(work: Work, result: StepResult) -> None:
    """Remember, write down and tell what became of a step."""
    work.results[result.key] = result
    if result.outcome is Outcome.SKIPPED and not result.is_undo:
        work.left_out.add(result.key)
    data: Data = {
        "title": result.title,
        "sentence": result.sentence,
        "reason": result.sentence,
        "evidence": list(result.evidence),
        "blocked_by": [one.id for one in result.judged],
        "attempt": result.attempt,
        "job": result.job,
        "undo": result.is_undo,
        "facts": dict(work.facts),
    }
    await work.write(_KINDS[result.outcome], step=result.key, host=result.host, data=data)
    work.tell(StepEnded(result))


async def record_survey(work: Work, look: Look) -> Entry:
    """Keep the whole look beside the journal, and its summary in the entry."""
    text = json.dumps(encode_look(look), ensure_ascii=False)
    name = f"survey-{work.gear.clock.now():%H%M%S%f}-{len(text)}.json"
    kept = await work.gear.aside(work.gear.journal.keep, work.run, name, work.hide(text))
    nodes = look.survey.nodes
    answered = sum(node.answers_sql or node.answers_ssh for node in nodes)
    what, asked = "nodes", len(nodes)
    if look.found is not None:
        what, asked, answered = "hosts", len(look.hosts), len(look.answering)
    data: Data = {
        "sentence": f"{answered} of {asked} {what} answered",
        "looked_at": looked_at(look).isoformat(),
        "nodes": [node_line(node) for node in nodes],
        "look": kept_data(kept),
    }
    return await work.write(Kind.SURVEY, data=data)


async def record_plan(work: Work, plan: Plan, survey: Entry) -> Entry:
    """Write the plan word for word, and what it was made from."""
    data: Data = {"sentence": plan.sentence, "plan": plan_data(plan), "facts": dict(work.facts)}
    return await work.write(Kind.PLAN, about=survey.number, data=data)


def node_line(node: NodeSurvey) -> str:
    """One node of a survey in one line: what it said of itself, or why it did not."""
    parts = []
    if isinstance(node.status, Exception):
        parts.append(f"no SQL ({node.status})")
    else:
        status = node.status
        parts.append(f"{status.state_comment}, {status.cluster_status}, size {status.cluster_size}")
        parts.append(f"at {status.state_uuid}:{status.last_committed}")
    if isinstance(node.evidence, Exception):
        parts.append(f"host does not answer ({node.evidence})")
    else:
        evidence = node.evidence
        parts.append("mysqld runs" if evidence.is_running else "mysqld does not run")
        if evidence.grastate is not None:
            parts.append(f"grastate {evidence.grastate.position}")
        if evidence.recovered is not None:
            parts.append(f"recovered {evidence.recovered}")
    return f"{node.host}: {'; '.join(parts)}"
