"""How findings and evidence are worded: host lists, clock times, spans and sizes, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

_DAY_S = 86400
_UNITS = ("kB", "MB", "GB", "TB")


def listed(names: Iterable[str]) -> str:
    """Join names as a sentence does: "db1, db2 and db3"."""
    *first, last = tuple(names) or ("nobody",)
    return f"{', '.join(first)} and {last}" if first else last


def subject(names: Iterable[str], one: str, more: str) -> str:
    """Join names with their verb: "db1 is", "db1 and db2 are"."""
    told = tuple(names)
    return f"{listed(told)} {one if len(told) == 1 else more}"


def count(number: int, noun: str, plural: str = "") -> str:
    """Count a noun: "1 node", "3 nodes", "2 processes"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def clock(moment: datetime, *, now: datetime) -> str:
    """Tell a moment in UTC; with its date when it is not of the same day as `now`."""
    form = "%H:%M:%S UTC" if moment.date() == now.date() else "%Y-%m-%d %H:%M UTC"
    return moment.strftime(form)


def span(seconds: float) -> str:
    """Round a duration to what matters: "45 s", "38 min", "2 h 05 min", "3 days"."""
    whole = round(max(seconds, 0.0))
    if whole < 120:
        return f"{whole} s"
    if whole < 2 * 3600:
        return f"{round(whole / 60)} min"
    if whole < 2 * _DAY_S:
        minutes = round(whole / 60)
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{round(whole / _DAY_S)} days"


def size(number: int) -> str:
    """Tell bytes in decimal units: "814 bytes", "1.4 GB"."""
    if number < 1000:
        return f"{number} bytes"
    value, units = number / 1000, iter(_UNITS)
    unit = next(units)
    while value >= 1000 and unit != _UNITS[-1]:
        value, unit = value / 1000, next(units)
    return f"{value:.1f} {unit}"


def share(part: float) -> str:
    """Tell a share of one as per cent: "62 %"."""
    return f"{part:.0%}".replace("%", " %")


def short(uuid: str) -> str:
    """Shorten a UUID as screens do: "97c6…d5"."""
    return f"{uuid[:4]}…{uuid[-2:]}" if len(uuid) > 8 else uuid
