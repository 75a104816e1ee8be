"""Learns from what commands said, and asks a verify until it says yes or waiting is of no use."""

from __future__ import annotations

from runbooks.engine.api import Verifying
from runbooks.engine.attempt import Attempt
from runbooks.engine.eyes import Eyes
from runbooks.engine.work import Work
from runbooks.model import Check, Holds, Sighting, Step


async def prove(work: Work, eyes: Eyes, step: Step, verify: Check) -> Sighting:
    """Ask at once, then at the step's pace, and a last time at its deadline; the last answer counts.

    The deadline is for what stands still: what moves is given all of it anew, what has failed for good none.
    """
    clock = work.gear.clock
    ends_s = clock.steady_s() + step.verify_deadline_s
    while True:
        sighting = await eyes.ask(verify)
        if sighting.moves:
            ends_s = clock.steady_s() + step.verify_deadline_s
        left_s = max(0.0, ends_s - clock.steady_s())
        if sighting.is_final:
            left_s = 0.0
        work.tell(Verifying(step.key, sighting, left_s))
        if sighting.holds is Holds.YES or left_s <= 0.0:
            return sighting
        await clock.sleep(min(step.verify_every_s, left_s))


def learn(work: Work, step: Step, attempt: Attempt) -> str:
    """Take up the facts that the outputs tell; returns why they could not be understood, or nothing."""
    if step.learn is None:
        return ""
    try:
        facts = step.learn(tuple(attempt.outputs))
    except Exception as error:  # noqa: BLE001 - an output of an unforeseen shape must not lose the run
        return f"what the commands wrote was not understood: {error!r}"
    work.facts.update({name: work.hide(value) for name, value in facts.items()})
    return ""
