"""/etc/fstab: where volumes belong, and whether the one of a data directory is missing (HOST-06)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_ESCAPED = re.compile(r"\\([0-7]{3})")


def fields(lines: Sequence[str]) -> list[tuple[str, str]]:
    """(device, mount point) of each line; the mount point of a swap area is "none" or "swap"."""
    found = (line.split() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return [(words[0], unescape(words[1])) for words in found if len(words) > 1]


def mount_points(lines: Sequence[str]) -> tuple[str, ...]:
    """Directories on which a volume belongs."""
    return tuple(place for _, place in fields(lines) if place.startswith("/"))


def missing_mount(places: Iterable[str], mounted_on: str, path: str) -> str:
    """The mount point above `path` that nothing is mounted on, where `path` lies below `mounted_on`.

    Empty: none. What lies at `path` then lies on the bare mount point, and is not the data.
    """
    above = (place.rstrip("/") for place in places)
    missing = [place for place in above if _holds(place, path) and len(place) > len(mounted_on)]
    return max(missing, key=len, default="")


def _holds(place: str, path: str) -> bool:
    return bool(place) and f"{path}/".startswith(f"{place}/")


def unescape(text: str) -> str:
    """A field of fstab or /proc/swaps, in which blanks stand as octal numbers."""
    return _ESCAPED.sub(lambda match: chr(int(match.group(1), 8)), text)
