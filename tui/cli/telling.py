"""What an unattended run tells people while it works; `telling_json` is for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import singledispatch

import click

from runbooks.engine.api import (
    ActBegan,
    ActEnded,
    ActUnseen,
    Checked,
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
from runbooks.engine.cards import Outcome
from runbooks.model import Holds
from systems.text import visible
from tui.cli.said import json_text, say_nothing_more
from tui.cli.telling_json import record_of

SIGNS = {
    Outcome.DONE: "✔",
    Outcome.SKIPPED: "-",
    Outcome.UNDONE: "↶",
    Outcome.BLOCKED: "■",
    Outcome.UNVERIFIED: "✖",
    Outcome.FAILED: "✖",
    Outcome.UNKNOWN: "?",
}
TAIL_LINES = 5
"""So many of the last lines of a command's output are shown; the journal has all."""


@dataclass(slots=True)
class Teller:
    """Prints events as they come. What is asked again and again is told when its answer changes."""

    as_json: bool
    say: Callable[[str], object] = click.echo
    """Prints one line for people."""
    _seen: list[str] = field(default_factory=list, init=False)

    def tell(self, event: Event) -> None:
        """One event. Once nobody reads any more the run goes on all the same: the journal has it."""
        try:
            self._print(event)
        except BrokenPipeError:
            say_nothing_more()

    def _print(self, event: Event) -> None:
        if self.as_json:
            if record := record_of(event):
                click.echo(json_text({"at": datetime.now(UTC).isoformat(), **record}))
            return
        lines = lines_of(event)
        if isinstance(event, Verifying | JobRead):
            if lines == self._seen:
                return
            self._seen = lines
        for line in lines:
            self.say(visible(line))


@singledispatch
def lines_of(event: Event) -> list[str]:
    """What a person is told of an event; nothing for those that only screens need."""
    del event
    return []


@lines_of.register
def _(event: RunBegan) -> list[str]:
    return [f"run {event.run} {'resumed' if event.resumed else 'begun'}: {event.plan.sentence}"]


@lines_of.register
def _(event: Planned) -> list[str]:
    return [f"planned anew: {event.plan.sentence}"] if event.done else []


@lines_of.register
def _(event: StepBegan) -> list[str]:
    return ["", f"▶ {event.number}/{event.total} {event.title}"]


@lines_of.register
def _(event: Checked) -> list[str]:
    return [f"    gotcha {j.id} blocks: {j.sighting.evidence}" for j in event.card.judged if j.blocks]


@lines_of.register
def _(event: ActBegan) -> list[str]:
    return [f"    on {event.act.host}  {event.act.command.line}", f"    job    {event.job}"]


@lines_of.register
def _(event: ActEnded) -> list[str]:
    output, host = event.output, event.act.host
    tail = [*output.stdout.splitlines(), *output.stderr.splitlines()][-TAIL_LINES:]
    said = [f"    {host} │ {line}" for line in tail]
    return said if event.accepted else [*said, f"    {host} ended with status {output.status}"]


@lines_of.register
def _(event: Verifying) -> list[str]:
    """What it waits for; what it saw in the end is told with the step's end."""
    return [] if event.sighting.holds is Holds.YES else [f"    waiting: {event.sighting.evidence}"]


@lines_of.register(ActUnseen)
@lines_of.register(JobRead)
@lines_of.register(Told)
def _(event: ActUnseen | JobRead | Told) -> list[str]:
    return [f"    {event.sentence}"]


@lines_of.register
def _(event: StepEnded) -> list[str]:
    result = event.result
    lines = [f"  {SIGNS[result.outcome]} {result.outcome.value}: {result.sentence}"]
    if result.outcome is not Outcome.DONE:
        lines += [f"      {line}" for line in result.evidence]
        lines += [f"      {judged.id}: {judged.sighting.evidence}" for judged in result.judged]
    return lines


@lines_of.register
def _(event: RunEnded) -> list[str]:
    result = event.result
    lines = ["", f"{result.ending.value}: {result.sentence}"]
    if result.refusal is not None:
        lines += [f"  {line}" for line in result.refusal.evidence]
        lines.append(f"  way on: {result.refusal.way_on}")
    return [*lines, "", *result.note.splitlines()] if result.note else lines
