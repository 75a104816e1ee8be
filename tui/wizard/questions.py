"""What the wizard asks in a window of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.ask import AskDialog
from widgets.layout import row
from widgets.tones import Tone

if TYPE_CHECKING:
    from runbooks.engine.api import StepCard
    from widgets.signs import Signs


@dataclass(frozen=True, slots=True)
class Question:
    """Asks for a reason or a note."""

    title: str
    words: str
    verb: str
    placeholder: str
    required: bool = True

    def dialog(self, signs: Signs) -> AskDialog:
        """The window that asks it."""
        return AskDialog(
            self.title,
            [row(self.words)],
            signs,
            verb=self.verb,
            placeholder=self.placeholder,
            required=self.required,
        )


UNDO = Question(
    "Undo from here",
    "What this step and those before it changed is taken back, newest first; each one is asked for.",
    "undo",
    "why",
)
SKIP = Question(
    "Leave this step out",
    "The run goes on without what this step does. The reason is journalled.",
    "leave it out",
    "why",
)
HAND_OVER = Question(
    "Hand over",
    "The run ends here with a note for whoever goes on: what is done, verified, next and open.",
    "hand over",
    "a word to them; may stay empty",
    required=False,
)
STOP = Question(
    "Stop here",
    "Nothing more is done, and what was done stays. The run can be resumed.",
    "stop",
    "why",
    required=False,
)


def name_dialog(card: StepCard, signs: Signs) -> AskDialog:
    """Asks for the exact name before a point of no return, or another bold step."""
    step = card.step
    note = step.undo_note
    note = note.removeprefix("None") if note.startswith("None") else f". {note}".rstrip()
    rows = [
        row((step.title, Tone.STRONG)),
        *([row(("There is no way back", Tone.CRITICAL), note)] if step.irreversible else []),
        *([row(step.confirm_because)] if step.confirm_because not in note else []),
        row("Type the name in full: ", (card.name_to_type, Tone.STRONG)),
    ]
    return AskDialog("Point of no return" if step.irreversible else "Are you sure", rows, signs, verb="do it")
