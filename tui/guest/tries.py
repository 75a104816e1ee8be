"""When a link to a guest that was cut is opened anew, and how often."""

from __future__ import annotations

from systems.consoles.link import TokenRefused
from systems.errors import LinkLost, SystemsError, TimedOut, Unreachable

WAITS_S = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Before each new try; then the operator is asked."""
STEADY_S = 30.0
"""A link that held for so long begins the tries anew."""


class Tries:
    """Since the operator asked for the link."""

    def __init__(self) -> None:
        self._count = 0
        self._held = False

    def was_open(self, held_s: float) -> None:
        """A link held for so long before it was cut."""
        self._held = True
        if held_s > STEADY_S:
            self._count = 0

    def go_on(self, error: SystemsError) -> bool:
        """Whether that may pass by itself: only where a link was open once is it waited for."""
        # A guest that boots has no port yet: its proxy closes at once, as for a wrong token.
        return self._held and isinstance(error, LinkLost | TimedOut | Unreachable | TokenRefused)

    def next(self) -> tuple[float, str] | None:
        """How long to wait before one more, and which of how many it is; None: there were enough."""
        if self._count >= len(WAITS_S):
            return None
        wait_s = WAITS_S[self._count]
        self._count += 1
        return wait_s, f"try {self._count} of {len(WAITS_S)}"
