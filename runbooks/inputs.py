"""What a runbook asks its operator for, how each value is asked for and checked, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class InputKind(Enum):
    """How an input is asked for and checked."""

    TEXT = "text"
    HOST = "host"
    CHOICE = "choice"
    NUMBER = "number"
    SWITCH = "switch"
    SECRET = "secret"
    """Masked, kept in memory only, redacted everywhere by value."""


@dataclass(frozen=True, slots=True)
class Input:
    """One value that a runbook needs from the operator."""

    name: str
    title: str
    kind: InputKind
    help: str
    default: str = ""
    """Empty and `required`: it must be given."""
    required: bool = False
    pattern: str = ""
    """Regular expression that the whole value must match."""
    choices: tuple[str, ...] = ()
    rehearsed_as: str = ""
    """Of a number that only lets time pass: what is enough for a rehearsal. Empty: as it was given."""


def told(values: Mapping[str, str], wanted: Input) -> str:
    """The value of an input, or its default."""
    return values.get(wanted.name, "").strip() or wanted.default


def named(values: Mapping[str, str], wanted: Input) -> tuple[str, ...]:
    """What an input lists between blanks or commas, such as hosts: each once, in the order given."""
    return tuple(dict.fromkeys(filter(None, re.split(r"[ ,]+", told(values, wanted)))))


def told_addresses(values: Mapping[str, str], wanted: Input) -> Mapping[str, str]:
    """Host -> address, of an input such as db1=10.0.0.1,db2=10.0.0.2."""
    pairs = (pair.partition("=") for pair in named(values, wanted))
    return {host: address for host, _, address in pairs}


def number(values: Mapping[str, str], wanted: Input) -> int:
    """A whole number; its default where nothing was given, or what is refused later on."""
    given = told(values, wanted)
    return int(given if given.isascii() and given.isdigit() else wanted.default)


def is_on(values: Mapping[str, str], wanted: Input) -> bool:
    """A switch: only a plain yes is one."""
    return told(values, wanted).lower() in ("yes", "on", "true", "1")
