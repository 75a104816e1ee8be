"""What a guest shows, with its keyboard: while keys go to the guest, all but one are messages."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from widgets.tones import Toned

LEAVE = "ctrl+right_square_bracket"
"""Gives the keyboard back: what telnet and virsh have for it; ssh has ~, tmux ctrl+b, screen ctrl+a."""


class GuestView(Toned, can_focus=True):
    """While `is_typing` no key is the console's."""

    DEFAULT_CSS = """
    GuestView { height: 1fr; overflow: auto auto; scrollbar-size: 0 0; }
    """
    is_typing = False

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
        if event.key == LEAVE:
            self.post_message(self.Left())
        else:
            self.post_message(self.Pressed(event.key, event.character))

    async def on_paste(self, event: events.Paste) -> None:
        if self.is_typing:
            event.stop()
            self.post_message(self.Pasted(event.text))
