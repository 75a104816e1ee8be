"""What nova.conf and the files beside it say of consoles together: the last word on each option counts."""

from __future__ import annotations

from dataclasses import dataclass

from systems.nova.ini import Assignment, parse_ini
from systems.nova.options import Option, is_wanted

_TRUE = frozenset({"true", "1", "on", "yes"})
_FALSE = frozenset({"false", "0", "off", "no"})


@dataclass(frozen=True, slots=True)
class ConfFile:
    """One file: of its options only those that consoles need, since the others hold passwords."""

    path: str
    sha256: str
    """Of the whole file as it was read: an edit is made to this one and no other."""
    mtime: float
    """When it was last written, in seconds since 1970."""
    assignments: tuple[Assignment, ...]
    sections: tuple[tuple[str, int], ...]
    """Name and number of the line of each header."""
    lines: int
    trouble: str = ""
    """Why Nova cannot read it; empty: it can."""
    link: str = ""
    """What it is a link to; empty: it is none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One option as it holds: where it was set last, or its default."""

    value: str
    path: str = ""
    """Empty: nobody set it, and this is Nova's default."""
    line: int = 0

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}" if self.path else "its default"

    @property
    def is_true(self) -> bool | None:
        """None: it is neither true nor false, and Nova does not start."""
        word = self.value.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else None

    def says(self, value: str) -> bool:
        """Whether somebody set it to that; "true" says "True"."""
        other = Setting(value)
        is_same = self.value == value or (self.is_true is not None and self.is_true is other.is_true)
        return bool(self.path) and is_same


@dataclass(frozen=True, slots=True)
class NovaConf:
    """All files that one host's Nova reads, in the order in which it reads them."""

    files: tuple[ConfFile, ...]

    def setting(self, option: Option) -> Setting:
        """How an option holds. The last file that has it under any of its names counts, in it the name of
        today before older ones, and of several the last (oslo.config, cfg._Namespace)."""
        found = self.place(option)
        if found is None:
            return Setting(option.default)
        file, one = found
        return Setting(one.value, file.path, one.first)

    def place(self, option: Option) -> tuple[ConfFile, Assignment] | None:
        """Where an option is set so that it counts; None: nowhere."""
        for file in reversed(self.files):
            for section, name in ((option.section, option.name), *option.older):
                for one in reversed(file.assignments):
                    if one.key == name and _is_section(one.section, section):
                        return file, one
        return None

    @property
    def trouble(self) -> str:
        """Why Nova cannot read one of them; empty: it can."""
        return next((f"{file.path}: {file.trouble}" for file in self.files if file.trouble), "")


def conf_file(path: str, text: str, *, sha256: str, mtime: float, link: str = "") -> ConfFile:
    """Read one file, and keep of it what consoles need. Pure."""
    ini = parse_ini(text)
    return ConfFile(
        path,
        sha256,
        mtime,
        tuple(one for one in ini.assignments if is_wanted(one.section, one.key)),
        tuple((section.name, section.line) for section in ini.sections),
        ini.lines,
        ini.trouble,
        link,
    )


def _is_section(name: str, wanted: str) -> bool:
    """oslo.config takes a section in any letters, but DEFAULT."""
    return name == wanted if wanted == "DEFAULT" else name.lower() == wanted
