"""Arming: the operator says why, and for fifteen minutes this console may change things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.dialog import Dialog, keys_row
from tui.frame import left
from widgets.entry import Entry
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from widgets.signs import Signs


@dataclass(frozen=True, slots=True)
class ArmWish:
    """What the operator wants: to arm with a reason, to count the time anew, or to go back to read-only."""

    kind: str
    """arm, extend or disarm"""
    reason: str = ""


class ArmDialog(Dialog[ArmWish | None]):
    """Asks for the reason. A reason is what the journal keeps; without one nothing is armed."""

    KEYS_TITLE = "Arming"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="arm.back"),
    ]

    def __init__(self, estate: str, minutes: int, signs: Signs) -> None:
        rows = [
            row(
                "This console is read-only. Armed, it may change ",
                (estate, Tone.STRONG),
                f" for {minutes} minutes.",
            ),
            row("Say what is wrong, or which change was agreed. The reason goes into the journal."),
        ]
        super().__init__("Arm", rows, signs)
        self._input = Entry("reason", id="reason")
        self._below = Lines([keys_row(("Enter", "arm"), ("Esc", "stay read-only"))], signs=signs)

    def parts(self) -> Sequence[Widget]:
        return [self.above, self._input, self._below]

    def on_mount(self) -> None:
        self._input.focus()

    @on(Input.Submitted)
    def arm(self, message: Input.Submitted) -> None:
        """Close with the reason; an empty one stays."""
        reason = " ".join(message.value.split())
        if reason:
            self.dismiss(ArmWish("arm", reason))
        else:
            self._below.show(
                [
                    row(("A reason is needed.  ", Tone.WARNING)),
                    keys_row(("Enter", "arm"), ("Esc", "stay read-only")),
                ]
            )


class ArmedDialog(Dialog[ArmWish | None]):
    """For a console that is armed already."""

    KEYS_TITLE = "Arming"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "extend", "Count the time anew", id="armed.extend"),
        Binding("d", "disarm", "Back to read-only", id="armed.disarm"),
        Binding("escape", "dismiss", "Back", id="armed.back"),
    ]

    def __init__(self, reason: str, left_s: float, minutes: int, signs: Signs) -> None:
        rows: list[Row] = [
            row("Armed for another ", (left(left_s), Tone.STRONG), "."),
            row(("reason  ", Tone.DIM), reason, hang=8),
            row(),
            keys_row(("e", f"{minutes} minutes from now"), ("d", "back to read-only"), ("Esc", "leave it")),
        ]
        super().__init__("Armed", rows, signs)

    def action_extend(self) -> None:
        self.dismiss(ArmWish("extend"))

    def action_disarm(self) -> None:
        self.dismiss(ArmWish("disarm"))
