"""Reads one file of oslo.config, line by line, by oslo.config's own rules (its iniparser.py). Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assignment:
    """One option as it stands in a file."""

    section: str
    key: str
    value: str
    """Lines of one that goes on over several are joined by newlines; quotes around the first are gone."""
    first: int
    """Number of its first line, from 1."""
    last: int


@dataclass(frozen=True, slots=True)
class Section:
    """One header; the same name may come again further down, and goes on there."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Ini:
    """What a file says, in order."""

    assignments: tuple[Assignment, ...]
    sections: tuple[Section, ...]
    lines: int
    trouble: str = ""
    """Why Nova cannot read it, and so does not start, with the number of the line; else empty."""


class _Trouble(Exception):
    pass


def parse_ini(text: str) -> Ini:
    """Read a file; what stands after a line that oslo.config refuses is not read."""
    reader = _Reader()
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    trouble = ""
    try:
        for number, line in enumerate(lines, 1):
            reader.take(number, line.rstrip())
        reader.flush()
    except _Trouble as error:
        trouble = str(error)
    return Ini(tuple(reader.assignments), tuple(reader.sections), len(lines), trouble)


class _Reader:
    def __init__(self) -> None:
        self.assignments: list[Assignment] = []
        self.sections: list[Section] = []
        self._key, self._values = "", list[str]()
        self._first = self._last = 0

    def take(self, number: int, line: str) -> None:
        if not line:
            self.flush()
        elif line.startswith((" ", "\t")):
            if not self._key:
                raise _Trouble(f"line {number} begins with a blank and goes on with nothing")
            self._values.append(line.lstrip())
            self._last = number
        else:
            self.flush()
            self._take_new(number, line)

    def flush(self) -> None:
        """End the option that may have gone on until here."""
        if not self._key:
            return
        if not self.sections:
            raise _Trouble(f"line {self._first} sets an option before the first [section]")
        section = self.sections[-1].name
        value = "\n".join(self._values)
        self.assignments.append(Assignment(section, self._key, value, self._first, self._last))
        self._key = ""

    def _take_new(self, number: int, line: str) -> None:
        if line.startswith("["):
            if not line.endswith("]") or len(line) <= 2:
                raise _Trouble(f"line {number} begins like a [section] and is none")
            self.sections.append(Section(line[1:-1], number))
        elif not line.startswith(("#", ";")):
            self._key, value = _parted(number, line)
            self._values, self._first, self._last = [value], number, number


def _parted(number: int, line: str) -> tuple[str, str]:
    """Key and value at the first of = and :, without one pair of quotes around the value."""
    places = [at for at in (line.find("="), line.find(":")) if at >= 0]
    if not places:
        raise _Trouble(f"line {number} is neither a comment nor an option: it has no =")
    at = min(places)
    key, value = line[:at].strip(), line[at + 1 :].strip()
    if not key:
        raise _Trouble(f"line {number} has no name before its {line[at]}")
    if value and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return key, value
