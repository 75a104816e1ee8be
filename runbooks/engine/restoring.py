"""Makes a run workable again from its history: the same plans from the same surveys, and what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from runbooks.engine.attempt import Attempt
from runbooks.engine.code import runbook_digest
from runbooks.engine.codec import decode_look
from runbooks.engine.history import History, PlanRecord, SentAct, SentAttempt
from runbooks.engine.planning import take_up
from runbooks.engine.text import differences, plan_digest
from runbooks.engine.work import Work
from runbooks.journal.entries import Data
from runbooks.journal.kept import kept_of
from runbooks.journal.port import Journal, JournalError
from runbooks.model import Plan, Refusal, Step
from systems.shell import Output

_NEW_RUN = "begin a new run: its survey sees what was done so far"


def restore(work: Work, history: History) -> Refusal | None:
    """Take up plans, results, facts and attempts; a refusal when the runbook makes other plans now."""
    if runbook_digest(work.runbook) != history.opening.get("runbook_digest"):
        sentence = f"the runbook {work.runbook.name} was changed since run {work.run} began"
        return Refusal(sentence, _changed(work, history), _NEW_RUN)
    for record in history.plans:
        work.facts = dict(record.facts)
        made = _make_again(work, record)
        if isinstance(made, Refusal):
            return made
        take_up(work, made)
    work.facts = dict(history.facts)
    work.results = dict(history.results)
    work.attempts = dict(history.attempts)
    work.left_out = set(history.left_out)
    return None


def _make_again(work: Work, record: PlanRecord) -> Plan | Refusal:
    try:
        text = work.gear.journal.kept(kept_of(record.look))
        look = decode_look(json.loads(text))
        plan = work.runbook.plan(look, work.planning_values, work.facts)
    except (JournalError, KeyError, ValueError) as error:
        sentence = f"the survey that run {work.run} was planned from cannot be read: {error}"
        return Refusal(sentence, (), _NEW_RUN)
    if isinstance(plan, Refusal):
        sentence = f"{work.runbook.name} refuses now what it planned for run {work.run}: {plan.sentence}"
        return Refusal(sentence, plan.evidence, _NEW_RUN)
    if plan_digest(plan) != record.plan.get("digest"):
        sentence = f"{work.runbook.name} makes another plan now than the one that run {work.run} began with"
        return Refusal(sentence, differences(record.plan, plan), _NEW_RUN)
    return plan


def _changed(work: Work, history: History) -> tuple[str, ...]:
    """What the changed runbook would do differently, as far as it can be told."""
    lines: list[str] = []
    for record in history.plans:
        made = _make_again(work, record)
        if isinstance(made, Refusal):
            lines += [made.sentence, *made.evidence]
    return tuple(lines) or ("its text differs, the commands that it plans do not",)


def open_attempts(work: Work, history: History) -> tuple[dict[str, Attempt], dict[str, Attempt]]:
    """Attempts of which something was sent, by step: at steps that are not done, and at their undo."""
    forward: dict[str, Attempt] = {}
    back: dict[str, Attempt] = {}
    for key, sent in history.sent.items():
        is_undo = key.startswith("undo ")
        step = work.steps.get(key.removeprefix("undo "))
        if step is None or not sent.acts or (work.is_done(step.key) and not is_undo):
            continue
        attempt = _attempt(work, step, sent, is_undo=is_undo)
        (back if is_undo else forward)[step.key] = attempt
    return forward, back


def _attempt(work: Work, step: Step, sent: SentAttempt, *, is_undo: bool) -> Attempt:
    attempt = Attempt(sent.number, step.undo if is_undo else step.acts, is_undo)
    for index, act in sorted(sent.acts.items()):
        if index != attempt.next or attempt.ended_badly or attempt.lost:
            break
        attempt.entries[act.job] = act.entry
        _take(work.gear.journal, attempt, act)
    return attempt


def _take(journal: Journal, attempt: Attempt, sent: SentAct) -> None:
    act = attempt.rest[0]
    if sent.has_ended:
        output = _output(journal, sent.outcome)
        attempt.outputs.append(output)
        if output.status in act.accepts:
            attempt.next += 1
        else:
            attempt.ended_badly = f"{act.host}: {act.command.line} ended {output.status}"
    elif sent.is_lost:
        attempt.lost = str(sent.outcome.get("sentence", "the host lost the command"))
    else:
        attempt.is_pending = not sent.is_absent


def _output(journal: Journal, outcome: Data) -> Output:
    status = outcome.get("status")
    ended_at = outcome.get("ended_at")
    return Output(
        stdout=_text(journal, outcome, "stdout"),
        stderr=_text(journal, outcome, "stderr"),
        status=status if isinstance(status, int) else -1,
        at=datetime.fromisoformat(ended_at) if isinstance(ended_at, str) else datetime.now(UTC),
    )


def _text(journal: Journal, outcome: Data, name: str) -> str:
    """The whole of an output, from beside the journal where it was too long for the entry."""
    kept = outcome.get(f"{name}_kept")
    if isinstance(kept, Mapping):
        try:
            return journal.kept(kept_of(kept))
        except JournalError:
            return str(outcome.get(name, ""))
    return str(outcome.get(name, ""))
