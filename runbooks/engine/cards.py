"""What the engine shows of a step and of a run: cards, results, endings, summaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from runbooks.model import Act, Gotcha, Refusal, Sighting, Step
from systems.shell import Output


class Outcome(Enum):
    """What became of a step."""

    DONE = "done"
    """Verified."""
    UNVERIFIED = "unverified"
    """Its commands ended well, the verify did not say yes before its deadline."""
    FAILED = "failed"
    """A command ended with a status that the step does not accept, or never began."""
    BLOCKED = "blocked"
    """Nothing was run: the check, a gotcha, the confirmation or the arming stood against it."""
    UNKNOWN = "unknown"
    """A command may or may not have run, or runs on; only reading its host can tell."""
    SKIPPED = "skipped"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Judged:
    """One gotcha of a step, judged on the newest look."""

    id: str
    gotcha: Gotcha | None
    """None: the catalogue does not have it, which blocks."""
    sighting: Sighting
    blocks: bool
    """It stops the step: it holds or is unknown, and it is one that blocks."""


@dataclass(frozen=True, slots=True)
class StepCard:
    """All that an operator needs to decide on one step. Commands hold secrets as their marker."""

    run: str
    number: int
    """Of the step in the whole run, from 1."""
    total: int
    """Steps known so far."""
    step: Step
    acts: tuple[Act, ...]
    """What Go sends, in this order; of a step that is continued, the rest of its acts."""
    judged: tuple[Judged, ...]
    check: Sighting
    looked_at: datetime | None
    """When the oldest node of the look answered; None: the step needs no look."""
    attempt: int
    is_undo: bool = False
    begun: str = ""
    """Of a step that had begun before: what is known of it. Its blocking gotchas are shown, not enforced."""

    @property
    def name_to_type(self) -> str:
        """What `Go.typed` must be; empty: nothing."""
        return "" if self.is_undo else self.step.confirm


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step, in one sentence, with what proves it."""

    key: str
    title: str
    outcome: Outcome
    sentence: str
    evidence: tuple[str, ...] = ()
    judged: tuple[Judged, ...] = ()
    """Of a blocked step: the gotchas that block it."""
    outputs: tuple[Output, ...] = ()
    attempt: int = 1
    job: str = ""
    """The job whose end is unknown; empty: there is none."""
    host: str = ""
    is_undo: bool = False


class Ending(Enum):
    """How a run came to its end."""

    DONE = "done"
    """Every step verified (or skipped with a reason)."""
    STOPPED = "stopped"
    HANDED_OVER = "handed over"
    REFUSED = "refused"
    """It did not begin; nothing was changed."""
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended."""

    run: str
    """Empty: it did not begin."""
    ending: Ending
    sentence: str
    results: tuple[StepResult, ...] = ()
    """The last result of each step that was begun or skipped, in order."""
    refusal: Refusal | None = None
    """Of a plan that was refused: at the start, or anew in the middle of the run."""
    note: str = ""
    """The hand-over note (Markdown): done, verified, next, open risks. Empty when all is done."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run of the journal, for lists."""

    run: str
    runbook: str
    target: str
    operator: str
    begun_at: datetime
    ended_at: datetime | None
    """None: it was never ended; it is alive, or its console is gone."""
    ending: str
    """An `Ending`'s value, "alive" or "interrupted"."""
    sentence: str
    done: int
    """Steps verified."""
    reason: str = ""
    secrets: tuple[str, ...] = ()
    """Names of the secret inputs that a resume needs again."""
    alive_at: str = ""
    """Who runs it and where, while its lease is alive; a resume is refused then."""

    @property
    def can_resume(self) -> bool:
        return self.ending in ("interrupted", Ending.STOPPED.value, Ending.HANDED_OVER.value)
