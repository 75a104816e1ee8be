"""Makes plans, the first one and anew in the middle of a run, and refuses those that have a defect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from runbooks.engine.api import Planned
from runbooks.engine.eyes import Eyes
from runbooks.engine.recording import record_plan, record_survey
from runbooks.engine.text import refusal_data
from runbooks.engine.work import Work
from runbooks.journal.entries import Kind
from runbooks.model import Act, Gotcha, Look, Plan, Refusal
from runbooks.secret import Secrets, markers_in

MOST_PLANS = 50
"""A run that plans more often goes round in circles."""


class PlanRefused(Exception):
    """The rest of a run cannot be planned from what the newest survey shows."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


def make_plan(work: Work, look: Look) -> Plan | Refusal:
    """What the runbook makes of a look, refused when it has a defect. Pure but for the work's plan."""
    plan = work.runbook.plan(look, work.planning_values, work.facts)
    if isinstance(plan, Refusal):
        return plan
    if defects := defects_of(plan, work.gear.catalogue, work.secrets):
        sentence = f"the plan of {work.runbook.name} has a defect and is not carried out: {defects[0]}"
        return Refusal(sentence, defects, "this is a mistake in the runbook: report it, with this text")
    return plan


def defects_of(plan: Plan, catalogue: Mapping[str, Gotcha], secrets: Secrets) -> tuple[str, ...]:
    """What makes a plan unfit, a sentence each."""
    keys = Counter(step.key for step in plan.steps)
    found = [f"two steps have the key {key}" for key, number in keys.items() if number > 1]
    for step in plan.steps:
        for act in (*step.acts, *step.undo):
            found += [f"{step.key}: {problem}" for problem in _defects_of_act(act, secrets)]
        unknown = [name for name in step.gotchas if name not in catalogue]
        found += [f"{step.key}: the gotcha {name} is not in the catalogue" for name in unknown]
    return tuple(found)


def _defects_of_act(act: Act, secrets: Secrets) -> list[str]:
    found = []
    if markers_in(act.command.line) or secrets.stands_in(act.command.line):
        found.append("a secret stands in a command line, where every user of the host sees it")
    if secrets.stands_in(act.command.stdin or ""):
        found.append("a secret stands in the plan by its value, not by its marker")
    missing = [name for name in markers_in(act.command.stdin or "") if name not in secrets.values]
    found += [f"it needs the secret {name}, which was not given" for name in missing]
    if "\n" in act.command.line:
        found.append("a command line has several lines, which nobody can check at a glance")
    return found


async def adopt(work: Work, plan: Plan, look: Look) -> None:
    """Make it the work's plan: its survey and itself in the journal, and told."""
    survey = await record_survey(work, look)
    await record_plan(work, plan, survey)
    take_up(work, plan)
    done = tuple(key for key in work.results if work.is_done(key))
    work.tell(Planned(plan, done))


def take_up(work: Work, plan: Plan) -> None:
    """Make it the work's plan, without a word."""
    work.plan = plan
    work.plans += 1
    work.left_out.clear()
    work.steps.update({step.key: step for step in plan.steps})


async def plan_anew(work: Work, eyes: Eyes) -> None:
    """Survey, and plan the rest from it; raises `PlanRefused`."""
    look = await eyes.look_for_plan()
    plan = make_plan(work, look)
    if not isinstance(plan, Refusal) and work.plans >= MOST_PLANS:
        plan = Refusal(
            f"the rest was planned {work.plans} times and never came to an end",
            (plan.sentence,),
            "look at what the last steps left behind, then begin a new run",
        )
    if isinstance(plan, Refusal):
        await record_survey(work, look)
        sentence = f"the rest cannot be planned: {plan.sentence}"
        await work.write(Kind.REFUSED, data={**refusal_data(plan), "sentence": sentence})
        raise PlanRefused(plan)
    await adopt(work, plan, look)
