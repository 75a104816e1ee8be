"""How long something has been so, from one look to the next."""

from __future__ import annotations

from runbooks.model import Look


class Steady:
    """Since when looks have said yes without a break."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def for_s(self, look: Look, *, is_good: bool) -> float:
        """Seconds between the first good look of an unbroken row and this one."""
        now_s = look.survey.taken_at.timestamp()
        if not is_good:
            self._since_s = None
            return 0.0
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s
