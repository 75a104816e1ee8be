"""The console: its frame, its panes, and what holds for all of them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from systems.errors import SystemsError
from tui.deck import Deck
from tui.desk import Desk, utc_now
from tui.key_order import KeysInOrder
from tui.keys import key_words, places, why_not
from tui.poller import Poller
from tui.screen import ConsoleScreen
from tui.sessions import read_unfinished
from tui.themed import has_few_colours
from tui.themes import frame_colour, full_theme, plain_theme
from widgets.layout import row
from widgets.signs import ASCII, UNICODE, needs_ascii
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.dom import DOMNode
    from textual.notifications import SeverityLevel

    from tui.demo.mode import Demo
    from tui.palette import Hit
    from tui.source import Inventory, Source

TICK_S = 1.0
_SAID_S = 6.0
"""How long an answer stands."""


class QuarterdeckApp(KeysInOrder[None]):
    """The console on one estate; read-only until it is armed."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "quarterdeck"
    KEYS_TITLE = "Everywhere"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon,ctrl+p", "palette", "Anything", id="console.palette"),
        Binding("A", "arm", "Arm", id="console.arm"),
        Binding("f", "freeze", "Freeze", id="console.freeze", show=False),
        Binding("y", "copy", "Copy", id="console.copy", show=False),
        Binding("f1", "explain", "What has the focus", id="console.explain", show=False),
        Binding("question_mark", "help", "Keys", id="console.help"),
        Binding("ctrl+q", "quit", "Quit", id="console.quit", show=False),
    ]

    def __init__(
        self,
        inventory: Inventory,
        source: Source,
        *,
        who: str,
        ascii_only: bool = False,
        now: Callable[[], datetime] = utc_now,
        every_s: float | None = TICK_S,
        few_colours: bool | None = None,
        keys: Path | None = None,
        demo: Demo | None = None,
    ) -> None:
        """`keys`: the operator's keymap file, which need not exist.

        `demo`: what the console on a practice estate has besides.

        `every_s`: None for a console in which time stands still, as scenes need it.

        `few_colours`: None asks the terminal how many it has, and NO_COLOR whether they are wanted.
        """
        few = has_few_colours() if few_colours is None else few_colours
        super().__init__(plain_theme(inventory.colour) if few else full_theme(frame_colour(inventory.colour)))
        self._source = source
        self._every_s = every_s
        self._keys = keys
        signs = ASCII if ascii_only or needs_ascii() else UNICODE
        self.desk = Desk(inventory.name, who, signs=signs, now=now)
        self.desk.demo = demo
        self.desk.picture.plan(inventory.clusters, inventory.hosts, inventory.clouds, inventory.vips)
        self._poller = Poller(source, self.desk.picture, self._renew_soon)
        self._renewing = False
        self._is_reading = False
        self._said = ("", 0.0)

    def get_default_screen(self) -> Deck:
        return Deck(self.desk)

    def on_mount(self) -> None:
        self.call_after_refresh(self.start_reading)

    @work(name="start", exit_on_error=False)
    async def start_reading(self) -> None:
        """After the first frame: import what is heavy, then ask what can be seen."""
        try:
            self.desk.works = await self._source.open()
        except SystemsError as error:
            self.desk.why_no_works = str(error)
            self.say(str(error), severity="error")
        gc.freeze()
        gc.enable()
        self._take_keymap()
        await read_unfinished(self.desk)
        self._is_reading = True
        self.tick()
        if self._every_s is not None:
            self.set_interval(self._every_s, self.tick)
        if self.desk.demo is not None:
            self.desk.demo.attend(self)

    def _take_keymap(self) -> None:
        """Change the keys as the operator's file says; what is wrong with it is said."""
        if self._keys is None or not self._keys.exists():
            return
        from tui.bindings import all_bindings
        from tui.keymap import load_keymap

        keymap = load_keymap(self._keys, [binding for _, binding in all_bindings()])
        self.set_keymap(dict(keymap.keys))
        for complaint in keymap.complaints:
            self.say(complaint, severity="warning")

    def tick(self) -> None:
        """The one tick of all panes: judge what came, renew what is seen, ask what is seen."""
        self._poller.digest()
        for sentence in self._poller.broken():
            self.say(f"A bug in the console, it reads on in half a minute: {sentence}", severity="error")
        below = [screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]
        if not below:
            return
        screen = below[-1]
        self._poller.attend(screen.reads)
        self.desk.paused = not screen.reads
        screen.tick()
        if not self.desk.frozen:
            screen.renew()

    @on(ConsoleScreen.Seen)
    def ask_what_is_seen(self) -> None:
        """Do not wait for the tick to ask what came into view, and to leave alone what went."""
        if self._is_reading:
            self.tick()

    def _renew_soon(self) -> None:
        """Show first answers at once: several that come together are shown together."""
        if not self._renewing:
            self._renewing = True
            self.call_later(self._renew_now)

    def _renew_now(self) -> None:
        self._renewing = False
        self.tick()

    async def on_unmount(self) -> None:
        await self._poller.stop()
        await self._source.close()
        if self.desk.works is not None:
            self.desk.works.close()

    # Keys

    def get_key_display(self, binding: Binding) -> str:
        return key_words(binding.key)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do it; a key that cannot act now says why."""
        if await super().run_action(action, default_namespace, namespaces):
            return True
        target, name, parameters = self._parse_action(action, default_namespace or self, namespaces)
        if target.check_action(name, parameters) is None:
            self.say(f"Not now: {why_not(target, name)}.")
            return True
        return False

    def say(self, sentence: str, *, severity: SeverityLevel = "information") -> None:
        """Answer something that the operator did; what stands there still is not said again."""
        said, at_s = self._said
        if sentence == said and monotonic() - at_s < _SAID_S:
            return
        self._said = (sentence, monotonic())
        self.notify(sentence, severity=severity, timeout=_SAID_S, markup=False)

    async def ask_secret(self, question: str) -> str:
        """Ask the operator, masked; raises `SystemsError` when there is no answer."""
        from tui.ask import AskDialog

        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        rows = [
            row(question),
            row(("It is kept in memory only, and is hidden wherever it turns up.", Tone.DIM)),
        ]
        dialog = AskDialog("Secret", rows, self.desk.signs, verb="use it", masked=True)
        self.push_screen(dialog, answer.set_result)
        said = await answer
        if said is None:
            raise SystemsError(f"{question} was not given")
        return said

    def action_help(self) -> None:
        """All keys that apply here."""
        from tui.help import HelpScreen

        self.push_screen(HelpScreen(self.desk, "keys", places(self.screen)))

    def action_explain(self) -> None:
        """What has the focus, and its own keys."""
        from tui.help import HelpScreen

        focused = self.screen.focused
        here = places(self.screen)[:1] if focused is not None else places(self.screen)
        explanation = str(getattr(focused, "HELP", "")) if focused is not None else ""
        self.push_screen(HelpScreen(self.desk, "what has the focus", here, explanation))

    def action_freeze(self) -> None:
        """Hold what is on screen; reading goes on behind it."""
        self.desk.frozen = not self.desk.frozen
        self.tick()

    def action_copy(self) -> None:
        """Copy what is chosen."""
        from tui.clipboard import copy

        screen = self.screen
        text = screen.get_selected_text() or (screen.copy_text() if isinstance(screen, ConsoleScreen) else "")
        self.say(copy(text, self.copy_to_clipboard) if text else "Nothing is chosen that could be copied.")

    @work(name="arming", exit_on_error=False, exclusive=True, group="arming")
    async def action_arm(self) -> None:
        """Ask for a reason, and arm."""
        from tui.arming import ask_and_arm

        await ask_and_arm(self, self.desk)

    def action_palette(self) -> None:
        """Anything by its name."""
        from tui.palette import Palette
        from tui.palette_hits import gather

        def act(hit: Hit | None) -> None:
            if hit is not None:
                self.call_later(hit.act)

        self.push_screen(Palette(gather(self, self.desk), self.desk.signs), act)
