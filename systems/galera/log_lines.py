"""Lines of journals and error logs: their stamp, their text, the last start, the recovered position."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from systems.galera.grastate import parse_position
from systems.galera.readings import Position

_JOURNAL = re.compile(
    r"(?P<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:[+-]\d\d:?\d\d|Z))\s+\S+\s+"
    r"(?P<who>[^\s:\[]+)(?:\[\d+\])?:\s?(?P<message>.*)",
    re.ASCII | re.DOTALL,
)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ]{1,2}(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_OLD = re.compile(r"(\d\d)(\d\d)(\d\d)\s{1,2}(\d{1,2}):(\d\d):(\d\d)\s", re.ASCII)
_RECOVERED = re.compile(
    r"(?:WSREP:|\[WSREP\]) Recovered position:?\s+([0-9a-f-]{36}:-?\d+)", re.IGNORECASE | re.ASCII
)
_SERVER_START = re.compile(
    r"starting as process \d+|Starting (MariaDB|MySQL)\b.* as process \d+", re.IGNORECASE
)
_UNIT_START = re.compile(r"Starting (mariadb|mysqld?|mysql@\S+|.*(MariaDB|MySQL|Percona).*)", re.IGNORECASE)


def message_of(line: str) -> str:
    """The text without what the journal puts before it."""
    match = _JOURNAL.match(line)
    return match.group("message") if match else line


def stamp_of(line: str, zone: timezone) -> datetime | None:
    """When the line was written, in UTC; None: it does not say, as a line that continues another."""
    journal = _JOURNAL.match(line)
    if journal:
        return _from_iso(journal.group("stamp"), zone)
    text = line.lstrip()
    return _from_iso(text, zone) or _from_old(text, zone)


def since_last_start(lines: Sequence[str]) -> Sequence[str]:
    """Drop what was written before the last start; a run that only recovered a position is no start."""
    starts: list[int] = []
    is_units = False  # the newest start is systemd's; its server has not spoken yet
    for at, line in enumerate(lines):
        message = message_of(line)
        if _is_unit_start(line):
            starts.append(at)
            is_units = True
        elif _SERVER_START.search(message):
            if not is_units:
                starts.append(at)
            is_units = False
        elif starts and not is_units and _RECOVERED.search(message) and not _is_unit_start(lines[starts[-1]]):
            starts.pop()
    return lines[starts[-1] :] if starts else lines


def recovered_position(lines: Sequence[str]) -> Position | None:
    """The position that the last recovery run wrote, unless a start came after it (GOTCHAS P.1, B.1).

    Knows the wordings of 5.x and MariaDB ("WSREP: Recovered position: "), 8.x ("[WSREP] Recovered
    position: ") and of galera_recovery in a journal ("WSREP: Recovered position ").
    """
    for line in reversed(lines):
        message = message_of(line)
        match = _RECOVERED.search(message)
        if match:
            return parse_position(match.group(1))
        if _SERVER_START.search(message):
            return None
    return None


def _is_unit_start(line: str) -> bool:
    journal = _JOURNAL.match(line)
    return bool(journal and journal.group("who") == "systemd" and _UNIT_START.match(journal.group("message")))


def _from_iso(text: str, zone: timezone) -> datetime | None:
    match = _ISO.match(text)
    if not match:
        return None
    *parts, fraction, offset = match.groups()
    year, month, day, hour, minute, second = (int(part) for part in parts)
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    try:
        moment = datetime(
            year, month, day, hour, minute, second, microsecond, _zone(offset) if offset else zone
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _from_old(text: str, zone: timezone) -> datetime | None:
    """Read 151122  8:56:21, as MySQL 5.6 and MariaDB 5.5 write it."""
    match = _OLD.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def zone_of(offset: str) -> timezone:
    """The zone behind "+0200" or "+02:00", as `date +%z` prints it; UTC when it is none."""
    return _zone(offset) if re.fullmatch(r"[+-]\d\d:?\d\d", offset, re.ASCII) else UTC


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    digits = offset.replace(":", "")
    minutes = int(digits[1:3]) * 60 + int(digits[3:5])
    span = timedelta(minutes=-minutes if digits.startswith("-") else minutes)
    return timezone(span) if abs(span) < timedelta(hours=24) else UTC
