"""What a newcomer may try next, according to what is on screen: one line that 80 columns show whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from runbooks.engine.api import Ending
from runbooks.model import Severity
from tui.deck import Deck
from tui.finding import FindingScreen
from tui.report import ReportScreen
from tui.wizard.screen import WizardScreen
from tui.wizard.state import Phase, WizardState
from widgets.tones import Piece, Tone

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.desk import Desk
    from tui.picture import ClusterView

Hint = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """How far the newcomer is."""

    is_broken: bool
    """Some cluster is in a critical state: there is a runbook for that."""
    is_armed: bool
    has_repaired: bool
    """A run has come to its verified end."""
    has_report: bool
    """A report was opened."""
    breaks_soon: bool = False
    """Something will break by itself."""
    is_red_elsewhere: bool = False
    """A virtual address, a cloud or its load balancers are in a critical state."""


def lesson_of(desk: Desk, *, repaired_at: datetime | None, has_report: bool, breaks_soon: bool) -> Lesson:
    """Read it from what the desk knows.

    `repaired_at`: when a run came to its verified end: what was seen before is no longer so; None: none did.
    """
    picture = desk.picture
    views = picture.clusters.values()
    verdicts = [
        *[one.verdict for one in picture.vips.values()],
        *[one.verdict for one in picture.clouds.values()],
        *[one.verdict for one in picture.balancers.values()],
    ]
    return Lesson(
        is_broken=any(_is_critical(view) and _is_since(view, repaired_at) for view in views),
        is_armed=desk.works is not None and desk.works.arming.is_armed,
        has_repaired=repaired_at is not None,
        has_report=has_report,
        breaks_soon=breaks_soon,
        is_red_elsewhere=any(one is not None and one.severity >= Severity.CRITICAL for one in verdicts),
    )


def runs_done(desk: Desk) -> int:
    """How many runs came to their verified end."""
    results = [session.state.result for session in desk.sessions]
    return sum(result is not None and result.ending is Ending.DONE for result in results)


def _is_critical(view: ClusterView) -> bool:
    return view.worst is not None and view.worst >= Severity.CRITICAL


def _is_since(view: ClusterView, at: datetime | None) -> bool:
    return at is None or (view.survey is not None and view.survey.taken_at > at)


def next_thing(screen: Screen[Any], lesson: Lesson) -> Hint:
    """What to try on this screen."""
    if isinstance(screen, WizardScreen):
        return _of_wizard(screen.state, lesson)
    if isinstance(screen, FindingScreen):
        if screen.why_not("answer"):
            return keys("Esc", "back: no runbook answers this; what to do is written above")
        return keys("b", "the runbook that answers it; the evidence stands above")
    if isinstance(screen, ReportScreen):
        return keys("o", "to a file of yours;", "y", "copy;", "Esc", "back. That was all of it")
    if isinstance(screen, Deck):
        return _of_deck(screen.open_pane.NAME, lesson, is_chosen=screen.selection().finding is not None)
    return keys("Esc", "back;", "?", "the keys that act here")


def _of_deck(pane: str, lesson: Lesson, *, is_chosen: bool) -> Hint:
    """The first line that holds."""
    shows_findings = pane in ("watch", "nodes")
    has_to_read = lesson.has_repaired and not lesson.has_report and not lesson.is_broken
    ladder = (
        (
            has_to_read and pane != "journal",
            keys("8", "the journal: all that was done here, and by whom"),
        ),
        (pane == "runbooks", keys("Enter", "plans the runbook under the cursor; a plan changes nothing")),
        (
            pane == "journal" and lesson.has_repaired,
            keys("e", "the report of your run;", "V", "prove that nobody changed the journal"),
        ),
        (lesson.is_broken and not shows_findings, keys("0", "the watch: something is red there")),
        (
            pane == "consoles",
            keys("t", "a guest's serial line;", "d", "its screen. Log in as ops, password practice"),
        ),
        (pane == "vips", keys("Enter", "the members;", ":", "and type break maint, or break check")),
        (lesson.is_broken and is_chosen, keys("w", "why is it red;", "b", "what answers it")),
        (lesson.is_broken, keys("Up/Down", "to the line that is red, then", "w", "why is it red")),
        (
            lesson.is_red_elsewhere and pane == "watch",
            keys("Up/Down", "to the line that is red;", "w", "why is it red;", "Enter", "look"),
        ),
        (
            lesson.has_repaired,
            keys(":", "and type break: the next fault is yours to choose;", "ctrl+q", "leaves"),
        ),
        (
            lesson.breaks_soon,
            keys("1", "nodes;", "0", "watch;", ":", "anything. Soon something breaks by itself"),
        ),
        (True, keys("1", "nodes;", "0", "watch;", ":", "and type break: what breaks is yours to choose")),
    )
    return next(hint for holds, hint in ladder if holds)


def _of_wizard(state: WizardState, lesson: Lesson) -> Hint:
    if state.phase is Phase.PLANNED and not lesson.is_armed:
        return keys("A", "arm, with a reason: until then nothing here can change anything")
    if state.phase is Phase.CONFIRM and state.card is not None and state.card.name_to_type:
        return keys("Enter", "and type the name: this step has no way back")
    return _OF_PHASES[state.phase]


def keys(*words: str) -> Hint:
    """Keys and what they do, by turns."""
    return tuple(
        (word, Tone.KEY) if at % 2 == 0 else (f" {word} ", Tone.PLAIN) for at, word in enumerate(words)
    )


_OF_PHASES: dict[Phase, Hint] = {
    Phase.LOOKING: (("It asks every host before it plans; nothing is changed", Tone.PLAIN),),
    Phase.PLANNED: keys("Enter", "begin; each step is shown before it is done"),
    Phase.REFUSED: keys("Esc", "back: it was refused, and says why"),
    Phase.CONFIRM: keys("Enter", "runs exactly the command that stands here"),
    Phase.RUNNING: (("Green is what was read back, not a command that ended well", Tone.PLAIN),),
    Phase.FAILED: keys("r", "once more: it looks and checks again first;", "q", "stop here"),
    Phase.ENDED: keys("Esc", "back, then", "8", "the journal: all that was done"),
}
