"""The journal of one host, as journalctl prints it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

_MOST_LINES = 6000


@dataclass(frozen=True, slots=True)
class Line:
    """One line (`at_s`: seconds since the epoch, by the host's clock)."""

    at_s: float
    who: str
    """As in mariadbd[31]."""
    text: str
    unit: str = ""


class Journal:
    """The newest lines of a host's log; it survives a restart of the host."""

    def __init__(self, hostname: str, now_s: Callable[[], float]) -> None:
        self._hostname = hostname
        self._now_s = now_s
        self._lines: deque[Line] = deque(maxlen=_MOST_LINES)

    def add(self, who: str, text: str, unit: str = "") -> None:
        """Write what may be several lines."""
        at_s = self._now_s()
        self._lines.extend(Line(at_s, who, line, unit) for line in text.split("\n"))

    def lines(self, units: tuple[str, ...] = ()) -> list[Line]:
        """Those of some units, or all, the oldest first."""
        return [line for line in self._lines if not units or line.unit in units]

    def shown(self, line: Line, form: str = "short") -> str:
        """One line as `journalctl -o FORM` prints it."""
        at = datetime.fromtimestamp(line.at_s, UTC)
        match form:
            case "cat":
                return line.text
            case "short-iso":
                stamp = f"{at:%Y-%m-%dT%H:%M:%S+0000}"
            case "short-unix":
                stamp = f"{line.at_s:.6f}"
            case _:
                stamp = f"{at:%b %d %H:%M:%S}"
        return f"{stamp} {self._hostname} {line.who}: {line.text}"
