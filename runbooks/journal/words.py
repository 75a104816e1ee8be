"""What an entry says, in words: for lists, for the journal pane, for reports."""

from __future__ import annotations

from runbooks.journal.entries import Entry, Json, Kind
from systems.text import visible

_PLAIN = {
    Kind.ARMED: "armed for {minutes} min: {reason}",
    Kind.EXTENDED: "armed for {minutes} min more",
    Kind.DISARMED: "disarmed: {reason}",
    Kind.LEASE_TAKEN: "lease of {system} taken until {expires}",
    Kind.LEASE_RELEASED: "lease of {system} given back",
    Kind.LEASE_BROKEN: "lease of {system} broken, it was {owner}'s: {reason}",
    Kind.RUN_BEGUN: "run of {runbook} on {system} begun: {reason}",
    Kind.RUN_RESUMED: "run of {runbook} on {system} resumed: {reason}",
    Kind.RUN_ENDED: "run ended, {ending}: {sentence}",
    Kind.SURVEY: "survey: {sentence}",
    Kind.PLAN: "plan: {sentence}",
    Kind.STEP_BEGUN: "step {step}, attempt {attempt}: {title}",
    Kind.CHANGE: "{host}: {line}",
    Kind.EXEC: "{host}: {line}",
    Kind.OUTCOME: "of {about}: {sentence}",
    Kind.VERIFIED: "step {step} verified: {sentence}",
    Kind.UNVERIFIED: "step {step} unverified: {sentence}",
    Kind.FAILED: "step {step} failed: {sentence}",
    Kind.BLOCKED: "step {step} blocked: {sentence}",
    Kind.UNKNOWN: "step {step} unknown: {sentence}",
    Kind.SKIPPED: "step {step} skipped: {reason}",
    Kind.UNDO_BEGUN: "undo of step {step}: {title}",
    Kind.UNDONE: "step {step} undone: {sentence}",
    Kind.REFUSED: "refused: {sentence}",
    Kind.REHEARSED: "rehearsal of {runbook} on a copy of {system}, {ending}: {sentence}",
    Kind.NOTE: "note: {sentence}",
}


class _Words(dict[str, Json]):
    """Values of an entry by name; one that is not there reads as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def describe(entry: Entry) -> str:
    """The entry in one line, fit for a terminal; text from outside is made visible."""
    words = _Words(entry.data)
    words.update(system=entry.system, host=entry.host, line=entry.line, step=entry.step, about=entry.about)
    template = "{host}: the marker of the lease" if entry.line and entry.data.get("marker") else None
    template = template or _PLAIN.get(entry.kind)
    text = template.format_map(words) if template is not None else entry.kind.value
    return visible(" ".join(text.split("\n")))


def claim(entry: Entry) -> str:
    """What the entry claims to be, short: its kind, and where and what."""
    return f"{entry.kind.value}: {describe(entry)}"[:160]
