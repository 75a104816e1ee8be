"""Which keys apply on a screen, by what they act on; the help, the hints and the palette are made of this."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.dom import DOMNode
    from textual.screen import Screen

WORDS = {
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "delete": "Del",
    "backspace": "Backspace",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "minus": "-",
    "plus": "+",
    "comma": ",",
    "full_stop": ".",
}


class Key(NamedTuple):
    """One thing that keys do here."""

    keys: tuple[str, ...]
    words: str
    id: str
    """By which a keymap file changes it; empty: it cannot be changed."""
    action: str
    why_not: str = ""
    """Why it cannot be done now; empty: it can."""
    show: bool = True
    """It stands in the line of hints."""


class Place(NamedTuple):
    """The keys of one thing that has the focus, or stands around what has it."""

    title: str
    keys: tuple[Key, ...]
    node: DOMNode
    """What does them: an action is looked up there."""


def key_words(key: str) -> str:
    """A key as it is written on the keyboard: "Enter", "ctrl+p", "?"."""
    *modifiers, last = key.split("+")
    word = WORDS.get(last)
    if word is None:
        from textual.keys import format_key

        word = format_key(last) if len(last) > 1 else last
    return "+".join([*modifiers, word])


def why_not(node: object, action: str) -> str:
    """Why that action cannot be done now, as its node tells it."""
    tell = getattr(node, "why_not", None)
    if tell is None:
        return "it cannot be done now"
    name = action.partition("(")[0].rpartition(".")[2]
    return str(tell(name)) or "it cannot be done now"


def places(screen: Screen[Any]) -> list[Place]:
    """All keys that apply on this screen now, what has the focus first."""
    found: dict[int, tuple[DOMNode, dict[str, list[tuple[Binding, bool]]]]] = {}
    for node, binding, enabled, _ in screen.active_bindings.values():
        if binding.system or not binding.description:
            continue
        _, actions = found.setdefault(id(node), (node, {}))
        actions.setdefault(binding.action, []).append((binding, enabled))
    return [Place(_title(node), tuple(_keys(node, actions)), node) for node, actions in found.values()]


def _keys(node: DOMNode, actions: dict[str, list[tuple[Binding, bool]]]) -> Iterator[Key]:
    for action, bindings in actions.items():
        first, enabled = bindings[0]
        yield Key(
            keys=tuple([key_words(binding.key) for binding, _ in bindings]),
            words=first.description,
            id=first.id or "",
            action=action,
            why_not="" if enabled else why_not(node, action),
            show=first.show,
        )


def _title(node: DOMNode) -> str:
    return str(getattr(node, "KEYS_TITLE", "") or type(node).__name__)
