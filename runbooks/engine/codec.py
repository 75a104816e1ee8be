"""Writes a look down as JSON and reads it back the same: the same look makes the same plan again.

Resume rests on this: steps hold functions, which no journal can keep, but the look, the values and the facts
that a plan was made from can be kept, and the same runbook makes the same plan of them.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar, cast

from runbooks.journal.entries import Json
from runbooks.model import Look
from systems.errors import Refused, SystemsError

T = TypeVar("T")

_TAG = "~"
_OURS = ("systems.", "runbooks.")
_SECRET_KEY = re.compile(r"(passw(or)?d|passphrase|secret|_auth|token)$", re.IGNORECASE)
MASK = "«masked»"


def encode_look(look: Look) -> Json:
    """Everything in the look; options whose name says that they hold a secret are masked."""
    return _encode(look)


def decode_look(data: Json) -> Look:
    """The look again; raises `ValueError` for what this version cannot read."""
    try:
        look = _decode(data)
    except (KeyError, TypeError, AttributeError, ImportError) as error:
        message = f"the survey was written by another version and cannot be read: {error!r}"
        raise ValueError(message) from error
    if isinstance(look, Look):
        return look
    raise ValueError("what was kept is no survey")


def _encode(value: object) -> Json:
    if isinstance(value, Enum):
        return _tagged("enum", value, name=value.name)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        content = {field.name: _encode(getattr(value, field.name)) for field in fields(value)}
        return _tagged("record", value, fields=content)
    if isinstance(value, Sequence):
        return [_encode(item) for item in value]
    return _encode_rare(value)


def _encode_rare(value: object) -> Json:
    if isinstance(value, datetime):
        return {_TAG: "at", "text": value.isoformat()}
    if isinstance(value, SystemsError):
        status = value.status if isinstance(value, Refused) else None
        return _tagged("error", value, text=str(value), status=status)
    if isinstance(value, Mapping):
        return {_TAG: "map", "items": [[_encode(key), _masked(key, item)] for key, item in value.items()]}
    raise TypeError(f"a survey holds {type(value).__name__}, which cannot be kept")


def _masked(key: object, value: object) -> Json:
    if isinstance(value, str) and value and isinstance(key, str) and _SECRET_KEY.search(key):
        return MASK
    return _encode(value)


def _tagged(tag: str, value: object, **content: Json) -> Json:
    kind = type(value)
    return {_TAG: tag, "type": f"{kind.__module__}:{kind.__qualname__}", **content}


def _decode(data: Json) -> object:
    if isinstance(data, list):
        return tuple(_decode(item) for item in data)
    if not isinstance(data, Mapping):
        return data
    tag = str(data[_TAG])
    if tag not in _DECODERS:
        raise ValueError(f"the survey holds {tag!r}, which this version does not know")
    return _DECODERS[tag](data)


def _time(data: Mapping[str, Json]) -> datetime:
    return datetime.fromisoformat(str(data["text"]))


def _map(data: Mapping[str, Json]) -> dict[object, object]:
    pairs = cast("list[list[Json]]", data["items"])
    return {_decode(key): _decode(item) for key, item in pairs}


def _enum(data: Mapping[str, Json]) -> Enum:
    return _class(data, Enum)[str(data["name"])]


def _record(data: Mapping[str, Json]) -> object:
    record = _class(data, object)
    if not is_dataclass(record):
        raise TypeError(f"{data['type']} is no record")
    content = cast("Mapping[str, Json]", data["fields"])
    return record(**{name: _decode(item) for name, item in content.items()})


def _error(data: Mapping[str, Json]) -> SystemsError:
    kind = _class(data, SystemsError)
    text = str(data["text"])
    if issubclass(kind, Refused):
        status = data["status"]
        return kind(text, status=status if isinstance(status, int) else None)
    return kind(text)


def _class(data: Mapping[str, Json], base: type[T]) -> type[T]:
    """A class of ours by its name; nothing else is ever looked up."""
    module, _, name = str(data["type"]).partition(":")
    if not module.startswith(_OURS):
        raise ValueError(f"{data['type']} is no class of a survey")
    found: object = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not isinstance(found, type) or not issubclass(found, base):
        raise TypeError(f"{data['type']} is not what it should be")
    return found


_DECODERS: Mapping[str, Callable[[Mapping[str, Json]], object]] = {
    "at": _time,
    "map": _map,
    "enum": _enum,
    "error": _error,
    "record": _record,
}
