"""Reusable Textual widgets: readings in by method, messages out."""
