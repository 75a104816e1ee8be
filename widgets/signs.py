"""The signs that the console draws, and what stands for them where a terminal knows only ASCII."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple


class Signs(NamedTuple):
    """One set of signs, each one cell wide unless it says otherwise."""

    good: str
    warning: str
    critical: str
    unknown: str
    done: str
    failed: str
    here: str
    """Where the cursor, or the run, is."""
    mark: str
    differs: str
    bar: str
    rule: str
    to: str
    """Between an old value and a new one."""
    none: str
    """Stands where there is no value."""
    cut: str
    """Ends what did not fit."""
    stdout: str
    stderr: str
    note: str
    """Between a host and what the console itself says of it."""
    spark: str
    """Eight steps of a sparkline, lowest first."""
    rising: str
    """A column sorted smallest first."""
    falling: str
    caret: str
    """Where the next letter is typed."""
    thumb: str
    """The part of a scrollbar that stands for what is seen."""
    before: str
    """There is more to the left."""
    after: str
    ascii_only: bool


UNICODE = Signs(
    good="●",
    warning="▲",
    critical="✖",
    unknown="?",
    done="✔",
    failed="✖",
    here="▶",
    mark="✔",
    differs="≠",
    bar="▏",
    rule="─",
    to="→",
    none="–",
    cut="…",
    stdout="│",
    stderr="║",
    note="·",
    spark="▁▂▃▄▅▆▇█",
    rising="▴",
    falling="▾",
    caret="▏",
    thumb="█",
    before="‹",
    after="›",
    ascii_only=False,
)
ASCII = Signs(
    good="o",
    warning="!",
    critical="X",
    unknown="?",
    done="+",
    failed="X",
    here=">",
    mark="*",
    differs="#",
    bar="|",
    rule="-",
    to=">",
    none="-",
    cut="~",
    stdout="|",
    stderr="!",
    note=".",
    spark="_.:-=+*#",
    rising="^",
    falling="v",
    caret="_",
    thumb="#",
    before="<",
    after=">",
    ascii_only=True,
)


def needs_ascii(environment: Mapping[str, str] | None = None) -> bool:
    """Whether this terminal is likely to garble anything but ASCII: dumb, the kernel's, or not UTF-8."""
    env = os.environ if environment is None else environment
    if env.get("TERM", "") in ("", "dumb", "linux", "vt100", "vt220"):
        return True
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    return bool(locale) and "utf" not in locale.lower().replace("-", "")
