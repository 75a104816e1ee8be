"""A pane that shows one of several systems of its kind, and how the others are reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from tui.panes import Pane
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.desk import Desk

V = TypeVar("V")
"""What the desk's picture has of one of them."""


class PaneOfSeveral(Pane, Generic[V]):
    """One cluster, one virtual address or one cloud at a time; after the last comes the first."""

    PLURAL: ClassVar[str] = ""
    """What they are called together: "clusters"."""

    def __init__(self, desk: Desk, shown: str = "") -> None:
        super().__init__(desk)
        self.shown = shown or next(iter(self.views), "")
        """The name of the one that is shown; empty: the estate file names none."""

    @property
    def views(self) -> Mapping[str, V]:
        """All of them, by name, in the order of the estate file."""
        raise NotImplementedError

    @property
    def view(self) -> V | None:
        """The one that is shown."""
        return self.views.get(self.shown)

    def show_other(self, name: str) -> None:
        """Show that one."""
        self.shown = name
        self.renew()

    def action_another(self, by: int) -> None:
        names = list(self.views)
        self.show_other(names[(names.index(self.shown) + by) % len(names)])

    def why_not(self, action: str) -> str:  # noqa: ARG002
        """Why that cannot be done now; empty: it can."""
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Others can be chosen where there are any; what cannot be done now stands dimmed."""
        if action == "another":
            return len(self.views) > 1
        return None if self.why_not(action) else True

    def which(self) -> list[Piece]:
        """For the heading: which of how many it is, and the keys to the others; nothing for a single one."""
        names = list(self.views)
        if len(names) < 2:
            return []
        number = names.index(self.shown) + 1
        told = f"[ ] {number} of {len(names)} {self.PLURAL}"
        return [(f" {self.desk.signs.bar}", Tone.FRAME), (told, Tone.DIM)]
