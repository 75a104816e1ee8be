"""What a rehearsal has shown, step by step, and its form beside the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from runbooks.model import InputKind, Runbook
from runbooks.rehearsal.picture import Picture, changes

DONE = "done"
"""The ending of a rehearsal that came to the end of its plan."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step as it went on the practice copy."""

    key: str
    title: str
    before: Picture
    after: Picture
    ways: Mapping[str, str]
    """How nodes that became Synced in it got what they had missed: IST, SST; left out where nobody knows."""
    took_s: float
    """In simulated time; the console's own reading is part of it."""

    @property
    def changes(self) -> tuple[str, ...]:
        """What it changes, a clause each; nothing for a step that only reads."""
        came = tuple(f"{host} came by {way}" for host, way in self.ways.items())
        return (*changes(self.before, self.after), *came)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One rehearsal of a runbook for a target."""

    runbook: str
    target: str
    at: datetime
    """When its facts were surveyed: aware, UTC."""
    values: Mapping[str, str]
    """Every input but the secret ones, as it will be in the real run."""
    shortened: Mapping[str, str]
    """Inputs that only let time pass, as they were rehearsed instead."""
    unlike: tuple[str, ...]
    """In what the copy was not like the real cluster, a sentence each."""
    steps: tuple[StepRecord, ...]
    ending: str
    """How the run on the copy ended (`runbooks.engine.cards.Ending`)."""
    sentence: str

    @property
    def not_alike(self) -> tuple[str, ...]:
        """All in which the run on the copy was not like the real one will be, a clause each."""
        waits = (
            f"{name} was {value}, and will be {self.values[name]}: it only waits"
            for name, value in self.shortened.items()
        )
        return (*self.unlike, *waits)

    def step(self, key: str) -> StepRecord | None:
        """The record of one step; None: the rehearsal did not come to it, or had none of that key."""
        return next((step for step in self.steps if step.key == key), None)


def settled_values(book: Runbook, values: Mapping[str, str]) -> dict[str, str]:
    """Every input that is no secret, with its default where nothing was given: as rehearsals keep them."""
    plain = (item for item in book.inputs if item.kind is not InputKind.SECRET)
    return {item.name: values.get(item.name) or item.default for item in plain}


def rehearsal_text(rehearsal: Rehearsal) -> str:
    """As it is kept."""
    return msgspec.json.encode(rehearsal).decode()


def read_rehearsal(text: str) -> Rehearsal:
    """Read what `rehearsal_text` wrote; raises `ValueError` for what another version wrote."""
    try:
        return msgspec.json.decode(text, type=Rehearsal)
    except msgspec.MsgspecError as error:
        message = f"the rehearsal was written by another version and cannot be read: {error}"
        raise ValueError(message) from error
