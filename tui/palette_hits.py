"""What the palette can find: panes, clusters, nodes, hosts, and every key that applies here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.deck import PANES, Deck
from tui.keys import places
from tui.palette import Hit

if TYPE_CHECKING:
    from tui.app import QuarterdeckApp
    from tui.desk import Desk


def gather(app: QuarterdeckApp, desk: Desk) -> list[Hit]:
    """Everything that can be gone to or done from the screen that is on top."""
    return [*_panes(app), *_systems(app, desk), *_keys(app)]


def _panes(app: QuarterdeckApp) -> Iterator[Hit]:
    for name, (digit, _) in PANES.items():
        yield Hit("pane", name, partial(_go_to, app, name), key=digit)


def _systems(app: QuarterdeckApp, desk: Desk) -> Iterator[Hit]:
    for view in desk.picture.clusters.values():
        yield Hit("cluster", view.name, partial(_open_cluster, app, view.name), more=view.sentence)
        for host in view.nodes:
            yield Hit("node", host, partial(_open_node, app, view.name, host), more=f"of {view.name}")


def _keys(app: QuarterdeckApp) -> Iterator[Hit]:
    screen = app.screen
    for place in places(screen):
        for key in place.keys:
            if key.action.startswith(("move(", "page(", "first", "last", "app.palette", "palette")):
                continue
            act = (
                partial(screen.run_action, key.action)
                if "." not in key.action
                else partial(app.run_action, key.action)
            )
            yield Hit("key", key.words, act, more=place.title, key=" ".join(key.keys), why_not=key.why_not)


def _deck(app: QuarterdeckApp) -> Deck:
    """The deck, with everything above it closed."""
    while not isinstance(app.screen, Deck) and len(app.screen_stack) > 1:
        app.pop_screen()
    deck = app.screen_stack[0]
    if not isinstance(deck, Deck):
        message = "the first screen is not the deck"
        raise TypeError(message)
    return deck


async def _go_to(app: QuarterdeckApp, name: str) -> None:
    await _deck(app).go_to(name)


async def _open_cluster(app: QuarterdeckApp, name: str) -> None:
    await _deck(app).open_cluster(name)


def _open_node(app: QuarterdeckApp, cluster: str, host: str) -> None:
    _deck(app).open_node(cluster, host)
