"""Reads the options of a program, in getopt's way: -abc, -n5, -n 5, --long, --long=value, --."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


class OptionFault(Exception):
    """An option that the program does not know, or that lacks its value."""


@dataclass(slots=True)
class Options:
    """What was given: options by their letters or long names, with values, and the other words."""

    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Whether one of these was given."""
        return any(name in self.flags or name in self.values for name in names)

    def last(self, *names: str, default: str = "") -> str:
        """The value that was given last."""
        found = [self.values[name][-1] for name in names if name in self.values]
        return found[-1] if found else default

    def every(self, *names: str) -> list[str]:
        """All values, in their order for each name."""
        return [value for name in names for value in self.values.get(name, [])]


def read_options(
    args: Sequence[str],
    *,
    flags: str = "",
    valued: str = "",
    long: str = "",
    long_valued: str = "",
    stops: bool = False,
) -> Options:
    """Read options; `flags` and `valued` are letters, `long` and `long_valued` names between blanks.

    `stops`: the first other word ends them, as for programs that run another one. Raises `OptionFault`.
    """
    found = Options()
    known, known_valued = set(long.split()), set(long_valued.split())
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.words += rest
            break
        if word == "-" or not word.startswith("-"):
            found.words.append(word)
            if stops:
                found.words += rest
                break
        elif word.startswith("--"):
            _long(found, word, rest, known, known_valued)
        else:
            _short(found, word, rest, flags, valued)
    return found


def _long(found: Options, word: str, rest: list[str], known: set[str], valued: set[str]) -> None:
    name, equals, value = word[2:].partition("=")
    if name in valued:
        if not equals:
            if not rest:
                raise OptionFault(f"option '--{name}' requires an argument")
            value = rest.pop(0)
        found.values.setdefault(name, []).append(value)
    elif name in known:
        found.flags.add(name)
        if equals:
            found.values.setdefault(name, []).append(value)
    else:
        raise OptionFault(f"unrecognized option '{word}'")


def _short(found: Options, word: str, rest: list[str], flags: str, valued: str) -> None:
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter in valued:
            if not letters and not rest:
                raise OptionFault(f"option requires an argument -- '{letter}'")
            found.values.setdefault(letter, []).append(letters or rest.pop(0))
            return
        if letter not in flags:
            raise OptionFault(f"invalid option -- '{letter}'")
        found.flags.add(letter)
