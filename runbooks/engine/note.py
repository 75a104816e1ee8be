"""The note that a run leaves behind when it ends before its end: done, open, next, risks."""

from __future__ import annotations

from runbooks.engine.api import HandOver, Outcome
from runbooks.engine.work import Work
from runbooks.model import Step
from systems.text import visible

_BEGUN = (Outcome.DONE, Outcome.UNVERIFIED, Outcome.FAILED, Outcome.UNKNOWN)
_OPEN = (Outcome.UNVERIFIED, Outcome.FAILED, Outcome.BLOCKED, Outcome.UNKNOWN)


def hand_over_note(work: Work, sentence: str, choice: HandOver | None = None) -> str:
    """Markdown for whoever takes the run up; text from outside is made visible."""
    results = list(work.results.values())
    done = [result for result in results if result.outcome is Outcome.DONE]
    rest = [step for step in (work.plan.steps if work.plan else ()) if not _is_settled(work, step.key)]
    parts = [f"# Hand-over of run {work.run}: {work.runbook.title} on {work.target}", "", sentence]
    if choice is not None:
        parts += ["", f"For {choice.to or 'whoever comes next'}. {choice.note}".strip()]
    parts += ["", "## Done and verified", ""]
    parts += [f"- {result.title}: {result.sentence}" for result in done] or ["- nothing"]
    left = [result for result in results if result.outcome in (Outcome.SKIPPED, Outcome.UNDONE)]
    if left:
        parts += ["", "## Left out or undone", ""]
        parts += [f"- {result.title}: {result.sentence}" for result in left]
    parts += ["", "## Next", ""]
    parts += [f"- {step.title}" for step in rest] or ["- nothing is left of the plan"]
    if work.plan is not None and work.plan.open:
        parts.append(f"- {work.plan.open}")
    parts += ["", "## Open risks", "", *(_risks(work) or ["- none known"])]
    parts += [
        "",
        f'To go on: `quarterdeck runbook resume {work.run} --arm "WHY"`, or in the console, pane runbooks.',
        f'To undo: `quarterdeck runbook undo {work.run} --arm "WHY"`.',
    ]
    return "\n".join(visible(part, newlines=True) for part in parts) + "\n"


def _is_settled(work: Work, key: str) -> bool:
    result = work.results.get(key)
    return result is not None and result.outcome in (Outcome.DONE, Outcome.SKIPPED, Outcome.UNDONE)


def _still_open(work: Work) -> list[Step]:
    """Steps that did something, or may have, which a later step was to end, and has not."""
    ends = {step.takes_back for step in work.steps.values() if step.takes_back}
    ended = {
        work.steps[key].takes_back
        for key, result in work.results.items()
        if result.outcome is Outcome.DONE and key in work.steps
    }
    begun = (key for key, result in work.results.items() if result.outcome in _BEGUN)
    return [work.steps[key] for key in begun if key in ends - ended]


def _risks(work: Work) -> list[str]:
    risks = [f"- {doubt}" for doubt in work.doubts]
    for result in work.results.values():
        if result.outcome in _OPEN:
            risks.append(f"- {result.title} is {result.outcome.value}: {result.sentence}")
            if result.job:
                risks.append(f"- on {result.host} the job {result.job} may be running still")
    risks += [f"- not taken back yet: {step.title}. Undo: {step.undo_note}" for step in _still_open(work)]
    for key, result in work.results.items():
        step = work.steps.get(key)
        if step is not None and step.irreversible and result.outcome is Outcome.DONE:
            risks.append(f"- {step.title} cannot be undone. {step.undo_note}".rstrip())
    return risks
