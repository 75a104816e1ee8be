"""What a guest shows, with its keyboard: while keys go to the guest, all but one are messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from widgets.tones import Toned

LEAVE = "ctrl+right_square_bracket"
"""Gives the keyboard back: what telnet and virsh have for it; ssh has ~, tmux ctrl+b, screen ctrl+a."""


class GuestView(Toned, can_focus=True):
    """While `is_typing` no key is the console's."""

    DEFAULT_CSS = """
    GuestView { height: 1fr; overflow: auto auto; scrollbar-size: 0 0; }
    """
    KEYS_TITLE = "A guest's keyboard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(LEAVE, "leave", "Give the keyboard back", id="guest.leave"),
    ]
    is_typing = False
    leave_key = LEAVE

    @dataclass
    class Pressed(Message):
        """A key for the guest."""

        key: str
        character: str | None

    @dataclass
    class Pasted(Message):
        """A text for the guest."""

        text: str

    @dataclass
    class Left(Message):
        """The key that gives the keyboard back was pressed."""

    @dataclass
    class Resized(Message):
        """There is room for so many cells now."""

        columns: int
        lines: int

    def on_resize(self, event: events.Resize) -> None:
        self.post_message(self.Resized(event.size.width, event.size.height))

    async def on_key(self, event: events.Key) -> None:
        if not self.is_typing:
            return
        event.stop()
        event.prevent_default()
        if event.key == self.leave_key:
            self.post_message(self.Left())
        else:
            self.post_message(self.Pressed(event.key, event.character))

    def take_keys(self) -> None:
        """From now on all keys are the guest's, but the one that the operator's keymap has for leaving."""
        self.is_typing = True
        self.focus()
        found = [key for key, one in self.screen.active_bindings.items() if one.binding.id == "guest.leave"]
        self.leave_key = next(iter(found), LEAVE)

    def give_back(self) -> None:
        """Keys are the console's again."""
        self.is_typing = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """There is nothing to give back while no key goes to the guest."""
        return self.is_typing if action == "leave" else True

    def action_leave(self) -> None:
        self.post_message(self.Left())

    async def on_paste(self, event: events.Paste) -> None:
        if self.is_typing:
            event.stop()
            self.post_message(self.Pasted(event.text))
