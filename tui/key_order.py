"""Keys act one after the other, each on what the one before it has opened."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import ReturnType
from textual.events import Event, Key, Paste

from tui.themed import ThemedApp

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.theme import Theme

PATIENCE_S = 1.0
"""The longest that a key waits for what the one before it does."""


class KeysInOrder(ThemedApp[ReturnType]):
    """An app whose keys may come in bursts, as they do over a slow link.

    Textual hands each key to the widget that has the focus when it arrives. Of keys that arrive together,
    those behind one that opens a page would go to the page below it, and do there what nobody asked for.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._waiting: deque[Key | Paste] = deque()
        self._due: Key | Paste | None = None
        self._settling: asyncio.Task[None] | None = None

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._settling is not None and event is not self._due:
            self._waiting.append(event)
        else:
            before = self.screen
            target = self.focused or before
            await super().on_event(event)
            self._settling = asyncio.create_task(self._settle(target, before))

    async def _settle(self, target: DOMNode, before: DOMNode) -> None:
        """Wait until a key has done what it does, and a page that it opened is there; then take the next."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await _until_handled(target)
                while (now := self.screen) is not before:
                    await _until_handled(now)
                    before = now
        if self._waiting:
            self._due = self._waiting.popleft()
            self.post_message(self._due)
        else:
            self._due = self._settling = None


async def _until_handled(node: DOMNode | None) -> None:
    """Return when it and all that stand above it have handled what came to them up to now.

    What bubbles up is posted before the question is, so that one node after the other is asked.
    """
    while node is not None:
        handled = asyncio.Event()
        if node.call_later(handled.set):
            await handled.wait()
        node = node.parent
