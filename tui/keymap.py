"""Keys that the operator changed: keys.toml, checked for ids that do not exist and for keys taken twice."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Keymap:
    """Which keys to change, and what is wrong with the file, a sentence each. Wrong lines are left out."""

    keys: Mapping[str, str]
    """Binding id -> keys, separated by commas."""
    complaints: tuple[str, ...] = ()


def load_keymap(path: Path, bindings: Iterable[Binding]) -> Keymap:
    """Read the file; one that does not exist changes nothing. Raises nothing: it complains instead."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Keymap({})
    except (OSError, UnicodeDecodeError) as error:
        return Keymap({}, (f"{path} cannot be read: {error}; the keys are as they come.",))
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Keymap({}, (f"{path} is not TOML: {error}; the keys are as they come.",))
    return check_keymap(table.get("keys", {}), bindings, str(path))


def check_keymap(wanted: object, bindings: Iterable[Binding], place: str) -> Keymap:
    """Keep what can be done: known ids, text, and no key that another binding of the same place has."""
    known = {binding.id: binding for binding in bindings if binding.id}
    if not isinstance(wanted, dict):
        return Keymap({}, (f'{place}: [keys] must be a table of lines such as "deck.run" = "X".',))
    keys: dict[str, str] = {}
    complaints: list[str] = []
    for name, value in wanted.items():
        if name not in known:
            complaints.append(f"{place}: {name!r} is the name of no key; ? lists the names.")
        elif not isinstance(value, str) or not value.strip():
            complaints.append(f'{place}: {name} must be a key in quotes, such as "X" or "ctrl+x".')
        else:
            keys[name] = ",".join([_key_name(key) for key in value.split(",") if key.strip()])
    for name in list(keys):
        other = _taken(name, keys, known)
        if other:
            complaints.append(
                f"{place}: {name} = {keys[name]!r} is the key of {other} too; {name} stays as it was."
            )
            del keys[name]
    return Keymap(keys, tuple(complaints))


def _taken(name: str, keys: Mapping[str, str], known: Mapping[str, Binding]) -> str:
    """The id of another binding that gets one of the keys where both apply; empty: there is none.

    Where the defaults share a key already, what has the focus is meant to come first.
    """
    mine = _split(keys[name]) - _split(known[name].key)
    for other, binding in known.items():
        if other != name and _meet(name, other) and mine & _split(keys.get(other, binding.key)):
            return other
    return ""


TOGETHER = (
    frozenset({"deck", "nodes", "journal", "table", "choices"}),
    frozenset({"deck", "node", "page"}),
    frozenset({"wizard", "page"}),
    frozenset({"streams", "stream"}),
)
"""Areas that are on screen at the same time; `console` is beside all of them."""


def _meet(one: str, other: str) -> bool:
    """Whether two bindings can apply at the same time."""
    areas = {one.partition(".")[0], other.partition(".")[0]}
    return len(areas) == 1 or "console" in areas or any(areas <= together for together in TOGETHER)


def _split(keys: str) -> set[str]:
    return {key.strip() for key in keys.split(",") if key.strip()}


def _key_name(key: str) -> str:
    """The name that Textual gives a key: "?" is question_mark, letters and digits are themselves."""
    *modifiers, last = key.strip().split("+") if len(key.strip()) > 1 else [key.strip()]
    if len(last) == 1 and not last.isalnum():
        last = unicodedata.name(last).lower().replace("-", "_").replace(" ", "_")
    return "+".join([*modifiers, last])
