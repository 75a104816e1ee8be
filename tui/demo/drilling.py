"""A drill in the console: its goal instead of the next key, and hints only for who asks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from runbooks.model import Severity
from tui.demo.hints import Hint, keys
from tui.demo.mode import Demo
from tui.palette import Hit
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.app import QuarterdeckApp
    from tui.demo.control import Faults
    from tui.demo.drills import Drill
    from tui.desk import Desk


class DrillDemo(Demo):
    """Nothing is broken or healed from here: the incident is there, and the operator is who repairs it."""

    def __init__(self, faults: Faults, drill: Drill) -> None:
        super().__init__(faults, after_s=0.0)
        self.drill = drill
        self.hints_given = 0
        """So many different ones were asked for."""
        self._was_bad = False

    def attend(self, app: QuarterdeckApp) -> None:
        """Nothing happens by itself."""

    def hits(self, app: QuarterdeckApp) -> Iterator[Hit]:
        for number, _ in enumerate(self.drill.hints[: self.hints_given + 1], 1):
            words = "again" if number <= self.hints_given else "each says more, and costs 2 points"
            yield Hit("drill", f"hint {number}", partial(self._give, app, number), more=words)

    def _give(self, app: QuarterdeckApp, number: int) -> None:
        self.hints_given = max(self.hints_given, number)
        app.say(self.drill.hints[number - 1])

    def next_thing(self, desk: Desk, screen: Screen[Any]) -> Hint:  # noqa: ARG002 - the goal is the same everywhere
        """The goal, and how to leave once nothing is red any more."""
        worst = [view.worst for view in desk.picture.clusters.values()]
        is_bad = any(one is not None and one >= Severity.CRITICAL for one in worst)
        self._was_bad = self._was_bad or is_bad
        if self._was_bad and not is_bad:
            return keys("ctrl+q", "leaves, and says how you did;", "8", "the journal")
        return (("goal ", Tone.DIM), (self.drill.goal, Tone.STRONG))
