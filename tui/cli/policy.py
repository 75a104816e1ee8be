"""The policy of an unattended run: it does what it was given beforehand, and stops at anything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from runbooks.engine.api import Choice, Confirmation, Event, Go, StepCard, StepResult, Stop
from runbooks.model import Step


class Unattended:
    """A `Steering` that never asks. Each name given by --yes-to is good for one point of no return."""

    def __init__(self, yes_to: Iterable[str], tell: Callable[[Event], None]) -> None:
        self._names = Counter(yes_to)
        self._tell = tell

    async def confirm(self, card: StepCard) -> Confirmation:
        """Go, unless a name must be typed that was not given, or is used up."""
        name = card.name_to_type
        if not name:
            return Go()
        if self._names[name] > 0:
            self._names[name] -= 1
            return Go(typed=name)
        because = f" ({card.step.confirm_because})" if card.step.confirm_because else ""
        bold = "cannot be undone" if card.step.irreversible else "asks for a name to be typed"
        return Stop(
            f"{card.step.title} {bold}{because} and was not agreed to beforehand: "
            f'to allow it, give --yes-to "{name}"'
        )

    async def failed(self, step: Step, result: StepResult) -> Choice:
        """Stop: what to do about a failure is for an operator to decide."""
        return Stop(f"{step.title}: {result.outcome.value}; {result.sentence}")

    def tell(self, event: Event) -> None:
        self._tell(event)
