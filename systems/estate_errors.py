"""Turns what the schema says of a wrong estate file into a sentence for the operator."""

from __future__ import annotations

import difflib
import re
from typing import Any

import msgspec

_MESSAGE = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL)
_TYPE = re.compile(r"Expected `(?P<wanted>.*)`, got `(?P<found>.*)`")
_WORD = re.compile(r"Invalid enum value (?P<found>.*)", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_TYPES = {
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list of tables, [[...]]",
    "object": "a table",
}


def explain(message: str, schema: type[msgspec.Struct]) -> tuple[str, str]:
    """Return the key that is wrong ("galera[0].sql.port") and what is wrong with it."""
    match = _MESSAGE.fullmatch(message)
    what, path = (match.group("what"), match.group("path") or "") if match else (message, "")
    key = path.lstrip(".")
    if unknown := _UNKNOWN.fullmatch(what):
        return _join(key, unknown.group("name")), _not_known(unknown.group("name"), path, schema)
    if missing := _MISSING.fullmatch(what):
        name = missing.group("name")
        place = "the file" if not key else f"the table {key}"
        return key, f"lacks {name}: {place} needs a line {name} = ..." if key else f"{place} needs {name}"
    if wrong := _TYPE.fullmatch(what):
        wanted, found = wrong.group("wanted"), wrong.group("found")
        return key, f"is {_TYPES.get(found, found)}; expected {_TYPES.get(wanted, wanted)}"
    if word := _WORD.fullmatch(what):
        return key, f"is {word.group('found')}; expected {_choices(path, schema)}"
    return key, f"is not understood: {what}"


def _not_known(name: str, path: str, schema: type[msgspec.Struct]) -> str:
    known = _fields(_type_at(path, schema))
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known)}"
    return f"is not known; {hint}"


def _choices(path: str, schema: type[msgspec.Struct]) -> str:
    kind = _type_at(path, schema)
    if isinstance(kind, msgspec.inspect.LiteralType):
        return " or ".join(f'"{value}"' for value in kind.values if value)
    return "another word"


def _fields(kind: msgspec.inspect.Type | None) -> list[str]:
    return [field.name for field in kind.fields] if isinstance(kind, msgspec.inspect.StructType) else []


def _type_at(path: str, schema: type[msgspec.Struct]) -> msgspec.inspect.Type | None:
    """Follow "galera[0].sql" down the schema."""
    kind: Any = msgspec.inspect.type_info(schema)
    for step in _STEP.finditer(path):
        if step.group(1) is None:
            kind = getattr(kind, "item_type", None)
        else:
            fields = {field.name: field.type for field in getattr(kind, "fields", ())}
            kind = fields.get(step.group(1))
        if kind is None:
            return None
    return kind  # type: ignore[no-any-return]


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
