"""The inputs of a runbook, offered from what is known now, and checked before anything is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input as InputBox

from runbooks.engine.values import problem_of
from runbooks.model import Input, InputKind
from tui.dialog import Dialog, keys_row
from widgets.layout import Row, row
from widgets.lines import Lines
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.picture import ClusterView
    from widgets.signs import Signs


class InputsDialog(Dialog[dict[str, str] | None]):
    """One line an input. Enter goes to the next, and from the last one on with the runbook."""

    KEYS_TITLE = "Inputs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="inputs.back"),
        Binding("down", "app.focus_next", "Next", id="inputs.next", show=False),
        Binding("up", "app.focus_previous", "Previous", id="inputs.previous", show=False),
    ]
    DEFAULT_CSS = """
    InputsDialog VerticalScroll { height: auto; max-height: 16; background: $panel; }
    InputsDialog Input { margin: 0 0 1 2; }
    """

    def __init__(
        self, inputs: Sequence[Input], values: Mapping[str, str], view: ClusterView | None, signs: Signs
    ) -> None:
        super().__init__("Inputs", [], signs)
        self._inputs = tuple(inputs)
        self._view = view
        self._boxes = {
            one.name: InputBox(
                values.get(one.name, one.default),
                placeholder=_placeholder(one),
                password=one.kind is InputKind.SECRET,
                compact=True,
            )
            for one in self._inputs
        }
        self._complaint = Lines([], signs=signs)
        self._below = Lines([keys_row(("Enter", "next, and from the last on"), ("Esc", "back"))], signs=signs)

    def parts(self) -> Sequence[Widget]:
        widgets: list[Widget] = []
        for one in self._inputs:
            widgets += [Lines(_explain(one, self._view), signs=self._signs), self._boxes[one.name]]
        return [VerticalScroll(*widgets, can_focus=False), self._complaint, self._below]

    def on_mount(self) -> None:
        if self._inputs:
            self._boxes[self._inputs[0].name].focus()

    @on(InputBox.Submitted)
    def go_on(self, message: InputBox.Submitted) -> None:
        """To the next line; from the last one close with the values, unless one of them cannot be."""
        boxes = list(self._boxes.values())
        place = boxes.index(message.input)
        if place + 1 < len(boxes):
            boxes[place + 1].focus()
            return
        values = {name: box.value.strip() for name, box in self._boxes.items()}
        hosts = tuple(self._view.nodes) if self._view is not None else ()
        for one in self._inputs:
            problem = problem_of(one, values[one.name] or one.default, hosts or None)
            if problem:
                self._complaint.show([row((problem, Tone.WARNING))])
                self._boxes[one.name].focus()
                return
        self.dismiss({name: value for name, value in values.items() if value})


def _placeholder(one: Input) -> str:
    if one.kind is InputKind.CHOICE:
        return " or ".join(one.choices)
    if one.kind is InputKind.SWITCH:
        return "yes or no"
    return "needed" if one.required else "may stay empty"


def _explain(one: Input, view: ClusterView | None) -> list[Row]:
    rows = [row((one.title, Tone.STRONG)), row((one.help, Tone.DIM), hang=2)]
    if one.kind is InputKind.HOST and view is not None:
        states = [f"{host} {_state(view, host)}" for host in view.nodes]
        rows.append(row(("now: ", Tone.DIM), ", ".join(states), hang=5))
    return rows


def _state(view: ClusterView, host: str) -> str:
    node = view.nodes[host]
    if node.survey is None:
        return "not asked yet"
    if node.sql_error is None and node.status is not None:
        return node.status.state_comment
    return "does not answer" if node.is_silent else "database down"
