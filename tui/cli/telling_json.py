"""What an unattended run tells programs: one JSON object an event."""

from __future__ import annotations

from functools import singledispatch

from runbooks.engine.api import (
    ActBegan,
    ActEnded,
    ActUnseen,
    Event,
    JobRead,
    Planned,
    RunBegan,
    RunEnded,
    StepBegan,
    StepEnded,
    Told,
    Verifying,
)

Record = dict[str, object]


@singledispatch
def record_of(event: Event) -> Record:
    """The event for programs; empty for those that only screens need."""
    del event
    return {}


@record_of.register
def _(event: RunBegan) -> Record:
    return {
        "event": "run-began",
        "run": event.run,
        "sentence": event.plan.sentence,
        "resumed": event.resumed,
    }


@record_of.register
def _(event: Planned) -> Record:
    steps = [step.key for step in event.plan.steps]
    return {"event": "planned", "sentence": event.plan.sentence, "steps": steps, "done": list(event.done)}


@record_of.register
def _(event: StepBegan) -> Record:
    return {
        "event": "step-began",
        "step": event.key,
        "number": event.number,
        "total": event.total,
        "title": event.title,
    }


@record_of.register
def _(event: ActBegan) -> Record:
    return {
        "event": "act-began",
        "step": event.key,
        "job": event.job,
        "host": event.act.host,
        "line": event.act.command.line,
    }


@record_of.register
def _(event: ActEnded) -> Record:
    return {
        "event": "act-ended",
        "step": event.key,
        "job": event.job,
        "host": event.act.host,
        "status": event.output.status,
        "accepted": event.accepted,
    }


@record_of.register(ActUnseen)
@record_of.register(JobRead)
def _(event: ActUnseen | JobRead) -> Record:
    return {"event": "act-unseen", "step": event.key, "job": event.job, "sentence": event.sentence}


@record_of.register
def _(event: Verifying) -> Record:
    return {
        "event": "verifying",
        "step": event.key,
        "sees": event.sighting.evidence,
        "left_s": round(event.left_s, 1),
    }


@record_of.register
def _(event: StepEnded) -> Record:
    result = event.result
    return {
        "event": "step-ended",
        "step": result.key,
        "outcome": result.outcome.value,
        "sentence": result.sentence,
        "evidence": list(result.evidence),
    }


@record_of.register
def _(event: Told) -> Record:
    return {"event": "told", "sentence": event.sentence}


@record_of.register
def _(event: RunEnded) -> Record:
    result = event.result
    return {
        "event": "run-ended",
        "run": result.run,
        "ending": result.ending.value,
        "sentence": result.sentence,
        "evidence": list(result.refusal.evidence) if result.refusal else [],
        "way_on": result.refusal.way_on if result.refusal else "",
        "note": result.note,
    }
