"""What one entry of the journal holds, how it is written out in one canonical form, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TypeAlias, cast

Json: TypeAlias = "str | int | float | bool | Mapping[str, Json] | Sequence[Json] | None"
Data: TypeAlias = Mapping[str, Json]
Row: TypeAlias = Mapping[str, object]
"""An entry as it is stored: every field by name, `at`, `kind` and `data` as text."""

START = "0" * 64
"""What stands as "previous" in the first entry."""


class Kind(Enum):
    """What an entry claims to be. A value is never reused and never renamed: old journals stay readable."""

    ARMED = "armed"
    EXTENDED = "extended"
    DISARMED = "disarmed"
    LEASE_TAKEN = "lease-taken"
    LEASE_RELEASED = "lease-released"
    LEASE_BROKEN = "lease-broken"
    RUN_BEGUN = "run-begun"
    RUN_RESUMED = "run-resumed"
    RUN_ENDED = "run-ended"
    SURVEY = "survey"
    PLAN = "plan"
    STEP_BEGUN = "step-begun"
    CHANGE = "change"
    EXEC = "exec"
    OUTCOME = "outcome"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNDO_BEGUN = "undo-begun"
    UNDONE = "undone"
    REFUSED = "refused"
    REHEARSED = "rehearsed"
    NOTE = "note"
    OTHER = "other"
    """Read only: a kind that this version does not know, or that was tampered with."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts, and from where."""

    operator: str
    sudo_user: str = ""
    """The account behind a sudo, as SUDO_USER tells it; empty: none."""
    bastion: str = ""

    def __str__(self) -> str:
        name = f"{self.operator} (sudo by {self.sudo_user})" if self.sudo_user else self.operator
        return f"{name}@{self.bastion}" if self.bastion else name


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before the journal has given it its number, time, operator and hash. Holds no secret."""

    kind: Kind
    run: str = ""
    system: str = ""
    host: str = ""
    step: str = ""
    line: str = ""
    """The command as it is run, word for word."""
    stdin: str = ""
    """What the line reads, secrets as their marker."""
    about: int = 0
    """Number of the entry that this one tells the outcome of; 0: none."""
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands in the journal (`at`: aware, UTC)."""

    number: int
    at: datetime
    kind: Kind
    run: str
    operator: str
    sudo_user: str
    bastion: str
    estate: str
    system: str
    host: str
    step: str
    line: str
    stdin: str
    about: int
    data: Data
    previous: str
    """Hash of the entry before it."""
    hash: str

    @property
    def who(self) -> Who:
        return Who(self.operator, self.sudo_user, self.bastion)


FIELDS = (
    "number",
    "at",
    "kind",
    "run",
    "operator",
    "sudo_user",
    "bastion",
    "estate",
    "system",
    "host",
    "step",
    "line",
    "stdin",
    "about",
    "data",
    "previous",
)
"""What the hash covers: all but itself."""


def digest(row: Row) -> str:
    """The entry's hash: SHA-256 of the JSON object of `FIELDS`, keys sorted, no blanks, UTF-8.

    `number` and `about` are numbers, all others are strings; `data` is the text as it is stored. Raises
    `TypeError` or `ValueError` for a row that no journal of ours has written.
    """
    body = json.dumps(
        {name: row[name] for name in FIELDS}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(body.encode()).hexdigest()


def time_text(at: datetime) -> str:
    """UTC, ISO 8601, microseconds: the one way in which times are stored."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def data_text(data: Data) -> str:
    """One line of JSON, keys sorted."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hidden(data: Data, redact: Callable[[str], str]) -> Data:
    """The data with every text in it redacted, however deep."""

    def of(value: Json) -> Json:
        if isinstance(value, str):
            return redact(value)
        if isinstance(value, Mapping):
            return {redact(key): of(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [of(item) for item in value]
        return value

    return {key: of(item) for key, item in data.items()}


def storable(text: str) -> str:
    """Spell out what a store or another program may stumble over: NUL, and halves of surrogate pairs."""
    if "\0" in text:
        text = text.replace("\0", "\\x00")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def entry_of(row: Row) -> Entry:
    """Read a stored row. Never raises for what an attacker or a newer version wrote: it says so instead."""
    try:
        kind = Kind(row["kind"])
    except ValueError:
        kind = Kind.OTHER
    return Entry(
        number=int(str(row["number"])),
        at=_time(str(row["at"])),
        kind=kind,
        data=_data(str(row["data"])),
        about=_number(str(row["about"])),
        **{name: str(row[name]) for name in _TEXTS},
    )


_TEXTS = (
    "run",
    "operator",
    "sudo_user",
    "bastion",
    "estate",
    "system",
    "host",
    "step",
    "line",
    "stdin",
    "previous",
    "hash",
)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _data(text: str) -> Data:
    try:
        value = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return cast("Data", value) if isinstance(value, dict) else {"unreadable": text}
