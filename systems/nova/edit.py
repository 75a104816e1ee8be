"""Changes options in one of Nova's files: only lines that must change; owner, mode, comments stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from systems.nova.conf import ConfFile, NovaConf
from systems.nova.options import Option
from systems.put import rewrite
from systems.shell import Command


@dataclass(frozen=True, slots=True)
class Change:
    """One option that gets another value, by lines of one file."""

    option: Option
    value: str
    first: int
    """The first line that goes; 0: none, the new one comes after `last`."""
    last: int
    before: str
    """What stood there; empty: nothing."""
    text: str
    """What stands there from now on."""


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What changes in one file."""

    file: ConfFile
    changes: tuple[Change, ...]

    @property
    def diff(self) -> tuple[str, ...]:
        """Lines that go with a minus and those that come with a plus, each with its section before it."""
        told = []
        for one in self.changes:
            head = f"{self.file.path} [{one.option.section}]"
            told += [f"{head} - {one.before}"] if one.before else []
            told += [f"{head} + {line}" for line in one.text.split("\n")]
        return tuple(told)

    @property
    def command(self) -> Command:
        """Write it anew, if it is still as it was read; the old one is kept beside it."""
        return rewrite(self.file.path, self.file.sha256, self._script())

    def _script(self) -> str:
        """Lines for sed: `12c` replaces line 12, `12a` adds after it, `1,3c` replaces three."""
        parts = []
        # what is added comes first: a line that is replaced ends what sed does with it
        for one in sorted(self.changes, key=lambda change: change.first):
            place = f"{one.first},{one.last}c" if one.last > one.first > 0 else f"{one.first or one.last}"
            verb = "" if place.endswith("c") else "c" if one.first else "a"
            text = one.text.replace("\\", "\\\\").replace("\n", "\\\n")
            parts.append(f"{place}{verb}\\\n{text}\n")
        return "".join(parts)


def edits_of(conf: NovaConf, wanted: Mapping[Option, str], main: str) -> tuple[FileEdit, ...]:
    """What has to change so that these options hold; nothing of what holds already.

    An option changes where it counts; one that is nowhere comes into the file `main`, which must be one of
    them: right below the header of its section, or with the section at the end. Raises `ValueError`
    for a value that is no single line.
    """
    by_file: dict[str, list[Change]] = {file.path: [] for file in conf.files}
    new: list[tuple[Option, str]] = []
    for option, value in wanted.items():
        if value != value.strip() or not value.isprintable():
            raise ValueError(f"{option.shown}: {value!r} is not one line")
        if conf.setting(option).says(value):
            continue
        place = conf.place(option)
        if place is None:
            new.append((option, value))
            continue
        file, one = place
        before = f"{one.key} = {one.value}".replace("\n", " ")
        change = Change(option, value, one.first, one.last, before, f"{one.key} = {value}")
        by_file[file.path].append(change)
    file = next(file for file in conf.files if file.path == main)
    by_file[main] += _added(file, new)
    return tuple(FileEdit(file, tuple(by_file[file.path])) for file in conf.files if by_file[file.path])


def _added(file: ConfFile, new: list[tuple[Option, str]]) -> list[Change]:
    changes = []
    headers = {option.section: _header(file, option.section) for option, _ in new}
    # sections that are new come last: a header that is the last line has its options right below it
    for section, header in sorted(headers.items(), key=lambda item: not item[1]):
        options = [(option, value) for option, value in new if option.section == section]
        for number, (option, value) in enumerate(options):
            text = f"{option.name} = {value}"
            if not header and number == 0:
                text = f"\n[{section}]\n{text}"
            changes.append(Change(option, value, 0, header or file.lines, "", text))
    return changes


def _header(file: ConfFile, section: str) -> int:
    """The line of its first header; 0: it has none."""
    return next((line for name, line in file.sections if _same(name, section)), 0)


def _same(name: str, section: str) -> bool:
    return name == section if section == "DEFAULT" else name.lower() == section
