"""The way back to the deck from wherever one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.deck import Deck

if TYPE_CHECKING:
    from textual.app import App

    from runbooks.model import Finding


def deck_of(app: App[Any]) -> Deck:
    """The deck, with everything above it closed."""
    while not isinstance(app.screen, Deck) and len(app.screen_stack) > 1:
        app.pop_screen()
    deck = app.screen
    if not isinstance(deck, Deck):
        message = "the first screen is not the deck"
        raise TypeError(message)
    return deck


async def show_runbooks(app: App[Any], finding: Finding | None) -> None:
    """The runbooks, what answers that finding first."""
    from tui.runbooks import RunbooksPane

    pane = await deck_of(app).go_to("runbooks")
    if isinstance(pane, RunbooksPane):
        pane.show_for(finding)


async def show_vip(app: App[Any], name: str, host: str) -> None:
    """The members of that virtual address, first the one that is the node on that host."""
    await deck_of(app).open_vip(name, host)
