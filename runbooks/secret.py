"""Secrets of a run: markers in plans, values in memory only, put in at the last moment, hidden everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from systems.shell import Command

if TYPE_CHECKING:
    from runbooks.engine.api import Redactor

_MARKER = re.compile(r"«secret:(?P<name>[A-Za-z0-9_-]+)(?:\|(?P<form>[a-z]+))?»")


SHORTEST = 4
"""Characters of the shortest secret: hiding a shorter one by value would blot out half the journal."""


class Form(Enum):
    """How a secret is written where its marker stands."""

    PLAIN = ""
    SQL = "sql"
    """Inside '...' of a MySQL or MariaDB statement, with the default sql_mode."""
    SHELL = "shell"
    """As one word of a shell line that stands in the standard input."""
    OPTION = "option"
    """Inside "..." of an option file such as my.cnf."""


_WRITE: Mapping[Form, Callable[[str], str]] = {
    Form.PLAIN: lambda value: value,
    Form.SQL: lambda value: value.replace("\\", "\\\\").replace("'", "''"),
    Form.SHELL: lambda value: "'" + value.replace("'", "'\\''") + "'",
    Form.OPTION: lambda value: value.replace("\\", "\\\\").replace('"', '\\"'),
}


def marker(name: str, form: Form = Form.PLAIN) -> str:
    """What stands in `Command.stdin` of a plan for the secret input of that name.

    f"ALTER USER 'sst'@'localhost' IDENTIFIED BY '{marker('sst_password', Form.SQL)}'"
    """
    return f"«secret:{name}|{form.value}»" if form is not Form.PLAIN else f"«secret:{name}»"


def markers_in(text: str) -> tuple[str, ...]:
    """Names of the secrets whose markers stand in the text."""
    return tuple(match["name"] for match in _MARKER.finditer(text))


@dataclass(frozen=True, repr=False)
class Secrets:
    """The secret values of one run by name. Never printed, never written."""

    values: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self.values))})"

    def teach(self, redactor: Redactor) -> None:
        """Have every form of every value hidden wherever the redactor is asked."""
        for value in self.values.values():
            for form in Form:
                redactor.add(_WRITE[form](value))

    def stand_in(self, command: Command) -> Command:
        """The command with values for markers: built just before it is sent, and kept nowhere.

        Raises `ValueError` for a marker in the line, where no secret may stand, and for one without a value.
        """
        if markers_in(command.line):
            raise ValueError(
                f"a secret stands in a command line, where every user of the host sees it: {command.line}"
            )
        if command.stdin is None or not markers_in(command.stdin):
            return command
        return Command(command.line, as_root=command.as_root, stdin=_MARKER.sub(self._value, command.stdin))

    def _value(self, match: re.Match[str]) -> str:
        if (value := self.values.get(match["name"])) is None:
            raise ValueError(f"the secret {match['name']!r} is not known to this run: give it again")
        try:
            return _WRITE[Form(match["form"] or "")](value)
        except ValueError:
            raise ValueError(f"{match.group()} asks for a way of writing that does not exist") from None

    def hide(self, text: str) -> str:
        """The text with every secret value as its marker, longest first."""
        for value, name in sorted(self._written(), key=lambda pair: -len(pair[0])):
            text = text.replace(value, name)
        return text

    def stands_in(self, text: str) -> bool:
        """Whether a secret value stands in the text, in any form."""
        return any(value in text for value, _ in self._written())

    def _written(self) -> Iterable[tuple[str, str]]:
        for name, value in self.values.items():
            for form in Form:
                if value:
                    yield _WRITE[form](value), marker(name, form)


def refuse_unfit(name: str, value: str) -> None:
    """Raise `ValueError` for a secret that does not fit on one line or is too short to hide by value."""
    if len(value) < SHORTEST:
        raise ValueError(
            f"{name} is shorter than {SHORTEST} characters: it could not be kept out of other texts"
        )
    if any(not char.isprintable() for char in value):
        raise ValueError(f"{name} holds a character that cannot be typed on one line")
