"""Several questions in one shell line, told apart in its answer by marker lines."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence

_FIRST = re.compile(r" *(@@(?:[0-9a-f]{16}@)?)([A-Za-z_]\w*)", re.ASCII)


def sectioned(questions: Sequence[tuple[str, str]]) -> str:
    """Join (name, shell line) pairs into one line; a question that fails does not stop the next.

    The markers hold a random number, another one for each line: what a file or a process on the host holds
    cannot pass for the answer to another question.
    """
    mark = f"@@{secrets.token_hex(8)}@"
    return "; ".join(f"echo {mark}{name}; {line}" for name, line in questions)


def split_sections(text: str) -> Mapping[str, tuple[str, ...]]:
    """The lines of each answer by the question's name. Lines before the first marker are dropped.

    The first marker is written before anything of the host is read: all others must begin as it does. Blanks
    may stand before a marker: Galera pads grastate.dat with them behind its last line feed.
    """
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    mark = ""
    for line in text.splitlines():
        if not mark and (first := _FIRST.fullmatch(line)):
            mark = first[1]
        name = line.lstrip(" ").removeprefix(mark)
        if mark and line.lstrip(" ") != name and name.isidentifier() and name not in sections:
            current = sections.setdefault(name, [])
        else:
            current.append(line)
    return {name: tuple(lines) for name, lines in sections.items()}
