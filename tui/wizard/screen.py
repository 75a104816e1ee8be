"""The wizard's screen: the plan, each step before it is done, and the ways out when one fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from runbooks.engine.api import Go, HandOver, Retry, Skip, Stop, Undo
from tui.arming import ensure_armed
from tui.frame import Tab
from tui.screen import ConsoleScreen
from tui.wizard.phases import OF_PHASES, why_not_now
from tui.wizard.questions import HAND_OVER, SKIP, STOP, UNDO, Question, name_dialog
from tui.wizard.rows import wizard_rows
from tui.wizard.state import Phase
from tui.wizards import carry_out
from widgets.page import Page

if TYPE_CHECKING:
    from textual.widget import Widget

    from runbooks.engine.api import StepCard
    from tui.desk import Desk
    from tui.wizard.session import RunSession
    from tui.wizard.state import WizardState


class WizardScreen(ConsoleScreen[None]):
    """One run. It goes on when this screen is left; `q` is what stops it."""

    KEYS_TITLE = "Wizard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Go on", id="wizard.go"),
        Binding("i", "inputs", "Inputs", id="wizard.inputs"),
        Binding("p", "rehearse", "Rehearse", id="wizard.rehearse"),
        Binding("r", "retry", "Retry", id="wizard.retry"),
        Binding("u", "undo", "Undo from here", id="wizard.undo"),
        Binding("k", "skip", "Leave out", id="wizard.skip"),
        Binding("s", "shell", "Shell", id="wizard.shell"),
        Binding("q", "stop", "Stop here", id="wizard.stop"),
        Binding("h", "hand_over", "Hand over", id="wizard.hand_over"),
        Binding("c", "read_again", "Only check again", id="wizard.read_again"),
        Binding("o", "output", "Output", id="wizard.output"),
        Binding("escape", "leave", "Back", id="wizard.back"),
    ]
    DEFAULT_CSS = """
    WizardScreen > Page { padding: 0 1; }
    """

    def __init__(self, desk: Desk, session: RunSession) -> None:
        super().__init__(desk)
        self._session = session
        self._page = Page(signs=desk.signs)
        self._asked, self._asked_at = -1, 0.0
        self._shown_phase: Phase | None = None

    @property
    def state(self) -> WizardState:
        """What is known of the run."""
        return self._session.state

    def body(self) -> Iterator[Widget]:
        yield self._page

    def tabs(self) -> Sequence[Tab]:
        state = self._session.state
        way = [Tab("runbooks"), Tab(state.target), Tab(state.runbook, here=True)]
        return [*way, Tab(f"run {state.run}")] if state.run else way

    def hint_state(self) -> object:
        state = self._session.state
        return super().hint_state(), state.phase, state.is_rehearsing, self._session.asked

    def copy_text(self) -> str:
        return self._page.plain

    def on_mount(self) -> None:
        self._session.on_change = self._follow_soon
        self.follow()

    def on_unmount(self) -> None:
        self._session.on_change = lambda: None

    def _follow_soon(self) -> None:
        self.call_later(self.follow)

    def renew(self) -> None:
        """The ages and the time left move on."""
        self._page.show(wizard_rows(self._session.state, self.desk.now(), self.desk.signs))

    def follow(self) -> None:
        """Something happened in the run: show it, and bring the step it is at into view."""
        state = self._session.state
        if self._session.asked != self._asked:
            self._asked, self._asked_at = self._session.asked, time.monotonic()
        self.renew()
        if state.phase is not self._shown_phase:
            self._shown_phase = state.phase
            self._rule.tell(self.tabs())
            self.refresh_bindings()
            self.show_hints()
        if state.phase is Phase.ENDED:
            self._page.scroll_end(animate=False)
        elif state.here is not None:
            self._page.bring_into_view(state.here.title)

    # What can be done now

    def why_not(self, action: str) -> str:
        state = self._session.state
        if why := why_not_now(action, state):
            return why
        if action == "output" and not state.outputs():
            return "no command has been sent yet"
        if action == "shell" and not self._host():
            return "this step is on no host"
        if action == "skip" and not self._is_skippable():
            return "what comes after this step needs it"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What belongs to another phase of the run does not clutter the hints."""
        phase = self._session.state.phase
        if action in OF_PHASES and phase not in OF_PHASES[action]:
            return False
        if action == "inputs" and (self._session.resumes or not self._session.runbook.inputs):
            return False
        if action == "rehearse" and not self._session.can_rehearse:
            return False
        return super().check_action(action, parameters)

    def _is_skippable(self) -> bool:
        state = self._session.state
        return state.card is None or state.card.step.skippable

    def _host(self) -> str:
        state = self._session.state
        if state.failed is not None and state.failed.host:
            return state.failed.host
        if state.card is not None and state.card.acts:
            return state.card.acts[0].host
        return ""

    @property
    def _is_too_soon(self) -> bool:
        return time.monotonic() - self._asked_at < self.desk.breath_s

    # Keys

    @work(name="go on", exit_on_error=False, exclusive=True, group="answer")
    async def action_go(self) -> None:
        """Begin the plan, or do the step that is shown."""
        state, asked = self._session.state, self._session.asked
        if state.phase is Phase.PLANNED:
            if await self._has_secrets() and await ensure_armed(self.app, self.desk):
                self.app.run_worker(
                    carry_out(self.desk, self._session),
                    name=f"run {state.runbook}",
                    exit_on_error=False,
                    group="runs",
                )
        elif state.card is not None and not self._is_too_soon:
            go = await self._agreed(state.card)
            if go is not None:
                self._session.say_word(go, asked)

    async def _has_secrets(self) -> bool:
        """Ask again for the secrets of a run that is gone on with: they are kept nowhere."""
        from tui.wizard.inputs import InputsDialog

        session = self._session
        wanted = [one for one in session.runbook.inputs if one.name in session.secrets]
        if not wanted:
            return True
        given = await self.app.push_screen_wait(InputsDialog(wanted, {}, None, self.desk.signs))
        session.values = given or {}
        return given is not None

    async def _agreed(self, card: StepCard) -> Go | None:
        """The operator's yes; for a point of no return the name must be typed in full."""
        if not card.name_to_type:
            return Go()
        typed = await self.app.push_screen_wait(name_dialog(card, self.desk.signs))
        if typed is None:
            return None
        if typed.strip() == card.name_to_type:
            return Go(card.name_to_type)
        words = f"{typed.strip()!r} is not {card.name_to_type!r}: nothing was done."
        self.app.notify(words, severity="warning", markup=False)
        return None

    @work(name="inputs", exit_on_error=False, exclusive=True, group="answer")
    async def action_inputs(self) -> None:
        """Change the inputs and plan anew."""
        from tui.wizard.inputs import InputsDialog

        session = self._session
        view = self.desk.picture.clusters.get(session.target)
        dialog = InputsDialog(session.runbook.inputs, session.values, view, self.desk.signs)
        values = await self.app.push_screen_wait(dialog)
        if values is not None:
            session.values = values
            self.app.run_worker(session.prepare(), name="plan", exit_on_error=False, group="plans")

    @work(name="rehearsal", exit_on_error=False, exclusive=True, group="rehearsal")
    async def action_rehearse(self) -> None:
        """Carry the plan out on a practice copy; it ends with this screen."""
        await self._session.rehearse(self.desk.clock)

    def action_leave(self) -> None:
        """End the rehearsal that is under way; where there is none, go back."""
        if self.state.is_rehearsing:
            self.workers.cancel_group(self, "rehearsal")
        else:
            self.dismiss()

    @work(name="retry", exit_on_error=False, exclusive=True, group="answer")
    async def action_retry(self) -> None:
        """Once more: it looks and checks again first."""
        asked = self._session.asked
        if not self._is_too_soon and await ensure_armed(self.app, self.desk):
            self._session.say_choice(Retry(), asked)

    def action_read_again(self) -> None:
        """Read what is true now, and send nothing."""
        self._session.say_choice(Retry(act=False), self._session.asked)

    @work(name="undo", exit_on_error=False, exclusive=True, group="answer")
    async def action_undo(self) -> None:
        """Take back this step and those before it."""
        asked = self._session.asked
        reason = await self.app.push_screen_wait(UNDO.dialog(self.desk.signs))
        if reason is not None:
            self._session.say_choice(Undo(reason), asked)

    @work(name="leave", exit_on_error=False, exclusive=True, group="answer")
    async def action_skip(self) -> None:
        """Leave this step out."""
        await self._answer(SKIP, Skip)

    @work(name="leave", exit_on_error=False, exclusive=True, group="answer")
    async def action_hand_over(self) -> None:
        """End here, for somebody else to go on."""
        await self._answer(HAND_OVER, lambda note: HandOver(note=note))

    @work(name="leave", exit_on_error=False, exclusive=True, group="answer")
    async def action_stop(self) -> None:
        """End here."""
        await self._answer(STOP, Stop)

    async def _answer(self, question: Question, answer: Callable[[str], Skip | Stop | HandOver]) -> None:
        asked, phase = self._session.asked, self._session.state.phase
        said = await self.app.push_screen_wait(question.dialog(self.desk.signs))
        if said is None:
            return
        if phase is Phase.CONFIRM:
            self._session.say_word(answer(said), asked)
        else:
            self._session.say_choice(answer(said), asked)

    def action_output(self) -> None:
        """All that the commands wrote, word for word."""
        from tui.wizard.output import OutputScreen

        self.app.push_screen(OutputScreen(self.desk, self._session.state))

    @work(name="shell", exit_on_error=False, exclusive=True, group="shell")
    async def action_shell(self) -> None:
        """A shell on the host that this step is about."""
        from tui.shell import open_shell

        await open_shell(self.app, self.desk, self._host())
