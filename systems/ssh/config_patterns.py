"""The patterns of ssh_config(5): `*`, `?`, and `!` before what is not meant."""

from __future__ import annotations

import re
from functools import lru_cache


def matches_list(patterns: tuple[str, ...], text: str) -> bool:
    """Whether one pattern fits and no negated one does; `*` and `?` as in ssh_config(5), case aside."""
    fits = False
    for pattern in patterns:
        is_negated = pattern.startswith("!")
        if _fits(pattern.lstrip("!"), text):
            if is_negated:
                return False
            fits = True
    return fits


def _fits(pattern: str, text: str) -> bool:
    """A file of a thousand hosts is read for each of them: a plain name is compared as it stands."""
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == text.lower()
    return _expression(pattern.lower()).fullmatch(text.lower()) is not None


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts))
