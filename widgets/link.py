"""One address that a terminal may open by itself (OSC 8), and that can be read where it cannot."""

from __future__ import annotations

from rich.style import Style
from textual.strip import Strip

from systems.text import is_harmless
from widgets.layout import row
from widgets.lines import Lines
from widgets.signs import UNICODE, Signs
from widgets.tones import Tone


class Link(Lines, can_focus=False):
    """The whole of it stands there, over as many lines as it takes; all of them lead to it."""

    DEFAULT_CSS = """
    Link { height: auto; scrollbar-gutter: auto; overflow: hidden hidden; }
    """

    def __init__(self, *, signs: Signs = UNICODE, id: str | None = None) -> None:  # noqa: A002
        super().__init__(signs=signs, id=id)
        self._link = Style()

    def lead_to(self, address: str) -> None:
        """Show another address; one with anything in it that a terminal would obey is text and no link."""
        is_plain = is_harmless(address) and address.isascii() and " " not in address and "\n" not in address
        self._link = Style(link=address) if address and is_plain else Style()
        self.show([row((address, Tone.KEY), hang=0)] if address else [])

    def render_line(self, y: int) -> Strip:
        """The link lies over the text of the line, and not over the blanks behind it."""
        strip = super().render_line(y)
        number = y + self.scroll_offset.y
        if not self._link.link or not 0 <= number < len(self._laid):
            return strip
        length = len(self._laid[number].text.rstrip())
        return Strip.join([strip.crop(0, length).apply_style(self._link), strip.crop(length)])
