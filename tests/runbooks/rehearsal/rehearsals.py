"""Rehearsals without a practice copy, for tests of what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runbooks.galera_rolling_restart import GALERA_ROLLING_RESTART
from runbooks.rehearsal.record import Rehearsal, settled_values
from tests.reading_builders import NOON

BOOK = GALERA_ROLLING_RESTART


def a_rehearsal(given: Mapping[str, str] | None = None, **changes: Any) -> Rehearsal:
    """One of a rolling restart of `orders` with these inputs, that came to its end; it had no steps."""
    values = settled_values(BOOK, given or {})
    whole = Rehearsal(BOOK.name, "orders", NOON, values, {}, (), (), "done", "17 steps done and verified")
    return replace(whole, **changes)
