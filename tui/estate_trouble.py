"""What stands there when the estate file cannot be used: the sentence, and the ways on."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING, ClassVar

from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType

from tui.frame import FrameHints, Hint
from tui.keys import key_words
from tui.themed import ThemedApp, has_few_colours
from tui.themes import PLAIN_FRAME, full_theme, plain_theme
from widgets.layout import row
from widgets.page import Page
from widgets.signs import ASCII, UNICODE, needs_ascii
from widgets.tones import Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui.cli.options import Options

EXAMPLE = """\
[estate]
name = "north"
color = "red"

[[galera]]
name = "orders"
nodes = "db[1-3]"
"""


class EstateTrouble(ThemedApp[bool]):
    """Edit the file, read it again, or leave. Returns True when it can be used now."""

    KEYS_TITLE = "Estate file"
    ENABLE_COMMAND_PALETTE = False
    TITLE = "quarterdeck"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit the file", id="estate.edit"),
        Binding("r", "reload", "Read it again", id="estate.reload"),
        Binding("q,escape,ctrl+q", "leave", "Leave", id="estate.leave"),
    ]
    DEFAULT_CSS = """
    EstateTrouble Page { padding: 1 2; }
    """

    def __init__(self, options: Options, sentence: str) -> None:
        super().__init__(plain_theme("") if has_few_colours() else full_theme(PLAIN_FRAME))
        self._options = options
        signs = ASCII if options.ascii_only or needs_ascii() else UNICODE
        self._signs = signs
        self._page = Page(signs=signs)
        self._hints = FrameHints(signs=signs)
        self._say(sentence)

    def compose(self) -> ComposeResult:
        yield self._page
        yield self._hints

    def on_mount(self) -> None:
        bindings = [Binding(*one) if isinstance(one, tuple) else one for one in self.BINDINGS]
        hints = [Hint(key_words(one.key.split(",")[0]), one.description.lower()) for one in bindings]
        self._hints.tell(hints, Hint("", ""))

    def _say(self, sentence: str) -> None:
        self._page.show(
            [
                row((f"{self._signs.critical} The estate file cannot be used.", Tone.CRITICAL)),
                row(),
                row((sentence, Tone.STRONG)),
                row(),
                row("An estate file names what one console watches. The least that does:"),
                row(),
                *[row((f"    {line}", Tone.DIM)) for line in EXAMPLE.splitlines()],
                row(),
                row(
                    "Hosts are names that your ssh knows. Another file: ",
                    ("quarterdeck --estate FILE", Tone.KEY),
                ),
            ]
        )

    def action_edit(self) -> None:
        """Open the file in the operator's editor, then read it again."""
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        words = shlex.split(editor)
        path = self._options.estate
        if not words or shutil.which(words[0]) is None:
            self._say(f"{editor} is not on this machine. Set EDITOR to an editor that is.")
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.suspend():
                subprocess.run([*words, str(path)], check=False)
        except (OSError, SuspendNotSupported) as error:
            self._say(f"{editor} could not be started: {error}. Edit {path} in another terminal, then r.")
            return
        self.action_reload()

    def action_reload(self) -> None:
        """Read the file; when it can be used now, the console opens."""
        from systems.estate import EstateError, load

        try:
            load(self._options.estate)
        except EstateError as error:
            self._say(str(error))
        else:
            self.exit(result=True)

    def action_leave(self) -> None:
        self.exit(result=False, return_code=2)
