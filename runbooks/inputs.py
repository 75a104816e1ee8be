"""What a runbook asks its operator for, and how each value is asked for and checked."""

from __future__ import annotations

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
