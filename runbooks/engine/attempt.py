"""One attempt at a step: what was sent, what is known of it, and what is left to send."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbooks.model import Act
from systems.shell import Output


@dataclass
class Attempt:
    """One attempt at a step, or at undoing it: what was sent, and what is known of it."""

    number: int
    acts: tuple[Act, ...]
    is_undo: bool = False
    next: int = 0
    """Index of the first act that is not known to have ended."""
    is_pending: bool = False
    """That act was sent, and its end was not seen: it must be read, never guessed."""
    outputs: list[Output] = field(default_factory=list)
    """Of the acts that ended."""
    entries: dict[str, int] = field(default_factory=dict)
    """The newest journal entry of each job."""
    ended_badly: str = ""
    """A status that the step does not accept, as a sentence."""
    lost: str = ""
    """A command that its host lost, or forgot, as a sentence: only the verify can tell what it did."""

    @property
    def has_begun(self) -> bool:
        """Whether anything of it may have run."""
        return self.next > 0 or self.is_pending or bool(self.ended_badly or self.lost)

    @property
    def rest(self) -> tuple[Act, ...]:
        return self.acts[self.next :]
