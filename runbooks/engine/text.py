"""A plan without its functions: as data, as text for `--dry-run`, and the digests that tell of changes."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping

from runbooks.journal.entries import Data, Json, data_text
from runbooks.model import Act, Plan, Refusal, Step
from systems.text import visible

_WIDTH = 80


def act_data(act: Act) -> Data:
    """One command as it is shown and run; secrets stand as their marker."""
    return {
        "host": act.host,
        "line": act.command.line,
        "stdin": act.command.stdin or "",
        "as_root": act.command.as_root,
        "timeout_s": act.timeout_s,
        "accepts": list(act.accepts),
    }


def step_data(step: Step) -> Data:
    """One step, all of it but its checks."""
    return {
        "key": step.key,
        "title": step.title,
        "why": step.why,
        "expects": step.expects,
        "gotchas": list(step.gotchas),
        "answers": list(step.answers),
        "leaves_out": list(step.leaves_out),
        "acts": [act_data(act) for act in step.acts],
        "verify_deadline_s": step.verify_deadline_s,
        "undo": [act_data(act) for act in step.undo],
        "undo_note": step.undo_note,
        "irreversible": step.irreversible,
        "confirm": step.confirm,
        "confirm_because": step.confirm_because,
        "replans": step.replans,
        "skippable": step.skippable,
    }


def plan_data(plan: Plan) -> Data:
    """What `--dry-run --json` prints and the journal keeps."""
    return {
        "runbook": plan.runbook,
        "target": plan.target,
        "sentence": plan.sentence,
        "evidence": list(plan.evidence),
        "steps": [step_data(step) for step in plan.steps],
        "open": plan.open,
        "digest": plan_digest(plan),
    }


def refusal_data(refusal: Refusal) -> Data:
    """What `--dry-run --json` prints instead of a plan."""
    return {
        "refused": refusal.sentence,
        "evidence": list(refusal.evidence),
        "way_on": refusal.way_on,
        "gotchas": list(refusal.gotchas),
    }


def plan_digest(plan: Plan) -> str:
    """SHA-256 of what the plan would do: steps, commands, undo, points of no return; not of its wording."""
    steps: list[Json] = [_essence(step) for step in plan.steps]
    body = data_text({"runbook": plan.runbook, "target": plan.target, "steps": steps})
    return hashlib.sha256(body.encode("utf-8", "backslashreplace")).hexdigest()


def _essence(step: Step) -> Data:
    told = step_data(step)
    words = ("title", "why", "expects", "undo_note", "confirm_because")
    return {name: value for name, value in told.items() if name not in words}


def differences(before: Mapping[str, Json], after: Plan) -> tuple[str, ...]:
    """What differs between a plan as it was kept and one that was made now, a line each."""
    old = _lines(before)
    new = _lines(plan_data(after))
    gone = [f"- {line}" for line in old if line not in new]
    come = [f"+ {line}" for line in new if line not in old]
    return tuple(gone + come)


def _lines(plan: Mapping[str, Json]) -> list[str]:
    lines: list[str] = []
    for step in _records(plan.get("steps")):
        lines.append(f"{step['key']}: {'point of no return' if step['irreversible'] else 'step'}")
        for part in ("acts", "undo"):
            acts = _records(step[part])
            lines += [
                f"{step['key']} {part}: {act['host']}: {act['line']} {act['stdin']}".rstrip() for act in acts
            ]
    return lines


def _records(value: Json) -> list[Mapping[str, Json]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def plan_text(plan: Plan) -> str:
    """The plan as an operator reads it before anything is done; a command stays on one line, to be copied."""
    lines = _wrapped("", f"{plan.runbook} on {plan.target}: {plan.sentence}")
    lines += [part for line in plan.evidence for part in _wrapped("  evidence  ", visible(line))]
    for number, step in enumerate(plan.steps, 1):
        lines += ["", *_step_lines(number, step)]
    if plan.open:
        lines += ["", *_wrapped("open: ", plan.open)]
    return "\n".join(lines) + "\n"


def _step_lines(number: int, step: Step) -> list[str]:
    mark = "   POINT OF NO RETURN" if step.irreversible else ""
    lines = [f"{number:>2} {step.title}{mark}", *_told("why", step.why)]
    lines += [line for act in step.acts for line in _act_lines("run", act)]
    if not step.acts:
        lines += _told("reads", "it changes nothing")
    if step.expects:
        lines += _told("expects", step.expects)
    if step.gotchas:
        lines += _told("gotchas", ", ".join(step.gotchas))
    lines += _told("verify", f"asked every {step.verify_every_s:g} s for {step.verify_deadline_s:g} s")
    if step.confirm:
        because = f": {step.confirm_because}" if step.confirm_because else ""
        lines += _told("confirm", f"type {step.confirm}{because}")
    if step.undo:
        lines += [line for act in step.undo for line in _act_lines("undo", act)]
    if step.undo_note:
        lines += _told("undo", step.undo_note)
    if step.replans:
        lines += _told("then", "the survey is taken anew and the rest is planned from it")
    return lines


def _told(word: str, text: str) -> list[str]:
    return _wrapped(f"   {word:<9} ", text)


def _wrapped(head: str, text: str) -> list[str]:
    """Words for people, not wider than a terminal of 80; what follows stands below the first word."""
    indent = " " * len(head)
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _act_lines(word: str, act: Act) -> list[str]:
    user = "its API" if act.order else "root" if act.command.as_root else "login user"
    lines = [f"   {word:<9} {act.host} ({user}): {visible(act.command.line)}"]
    if act.command.stdin is not None:
        lines += [f"             | {visible(line)}" for line in act.command.stdin.splitlines()]
    return lines


def refusal_text(refusal: Refusal) -> str:
    """A refusal as an operator reads it."""
    lines = _wrapped("refused: ", refusal.sentence)
    lines += [part for line in refusal.evidence for part in _wrapped("  evidence  ", visible(line))]
    if refusal.gotchas:
        lines += _wrapped("  gotchas   ", ", ".join(refusal.gotchas))
    return "\n".join([*lines, *_wrapped("  way on    ", refusal.way_on)]) + "\n"
