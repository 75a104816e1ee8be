"""A line to type in, as all dialogs have it."""

from __future__ import annotations

from textual.widgets import Input


class Entry(Input):
    """Its cursor stands still: one that blinks writes to the terminal twice a second, with nobody typing."""

    def __init__(
        self,
        placeholder: str,
        *,
        text: str = "",
        masked: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(text, placeholder=placeholder, compact=True, password=masked, id=id)
        self.cursor_blink = False
