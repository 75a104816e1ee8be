"""What a pane of the deck is, and what can be chosen in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.containers import Vertical
from textual.message import Message

if TYPE_CHECKING:
    from runbooks.model import Finding
    from tui.desk import Desk


class Selection(NamedTuple):
    """What the operator points at, or has marked."""

    system: str = ""
    hosts: tuple[str, ...] = ()
    finding: Finding | None = None


class Pane(Vertical):
    """One view of the estate. It reads the desk's picture; it never asks a system itself."""

    NAME: ClassVar[str] = ""
    DIGIT: ClassVar[str] = ""
    ACTS: ClassVar[frozenset[str]] = frozenset()
    """Actions of the deck that mean something here."""
    DEFAULT_CSS = """
    Pane { height: 1fr; }
    """

    @dataclass
    class Opened(Message):
        """Something in the pane was opened; `key` is the pane's own name for it."""

        pane: Pane
        key: str

    def __init__(self, desk: Desk) -> None:
        super().__init__(id=self.NAME)
        self.desk = desk

    @property
    def reads(self) -> frozenset[str]:
        """Names of the systems whose readings it shows."""
        return frozenset()

    def renew(self) -> None:
        """Show what is known now."""

    def selection(self) -> Selection:
        """What is chosen here."""
        return Selection()

    def copy_text(self) -> str:
        """What `y` copies."""
        return ""

    def take_focus(self) -> None:
        """Put the focus on the first thing in it that takes keys."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus()
                return
