"""The view of a spool."""

from widgets.spool_view.view import SpoolView

__all__ = ["SpoolView"]
