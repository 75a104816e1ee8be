"""What lists and tables tell when the operator chooses in them."""

from __future__ import annotations

from textual.message import Message


class ChoseAnother(Message):
    """The cursor is on another row. Lists and tables have messages of their own that are of this kind."""
