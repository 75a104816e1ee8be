"""Several questions in one shell line, told apart in its answer by marker lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_MARK = "@@"


def sectioned(questions: Sequence[tuple[str, str]]) -> str:
    """Join (name, shell line) pairs into one line; a question that fails does not stop the next."""
    return "; ".join(f"echo {_MARK}{name}; {line}" for name, line in questions)


def split_sections(text: str) -> Mapping[str, tuple[str, ...]]:
    """The lines of each answer by the question's name. Lines before the first marker are dropped.

    Blanks may stand before a marker: Galera pads grastate.dat with them behind its last line feed.
    """
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        name = line.lstrip(" ").removeprefix(_MARK)
        if line.lstrip(" ") != name and name.isidentifier() and name not in sections:
            current = sections.setdefault(name, [])
        else:
            current.append(line)
    return {name: tuple(lines) for name, lines in sections.items()}
