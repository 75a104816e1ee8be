"""Sizes and spans as servers write them: "128M", "15min 30s"."""

from __future__ import annotations

import re

_SIZE = re.compile(r"\s*(\d+)\s*([kmgtpe]?)i?b?\s*", re.IGNORECASE | re.ASCII)
_UNITS = " kmgtpe"
_SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zµ]+)", re.ASCII)
_SECONDS = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
    "month": 2629800.0,
    "y": 31557600.0,
}


def parse_bytes(text: str) -> int | None:
    """Read a size with or without a unit, powers of 1024 as in option files; None: it is no size."""
    match = _SIZE.fullmatch(text)
    if not match or len(match.group(1)) > 30:
        return None
    exponent = _UNITS.index(match.group(2).lower() or " ")
    return int(match.group(1)) << (10 * exponent)


def parse_span_s(text: str) -> float | None:
    """Read a time span as systemd prints it, in seconds; None: it is none, such as "infinity"."""
    stripped = text.strip()
    parts = _SPAN_PART.findall(stripped)
    if not parts or _SPAN_PART.sub("", stripped).strip():
        return None
    if any(unit not in _SECONDS for _, unit in parts):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
