"""How well a host is prepared for Galera, and what its tables look like: slow to read, so read on demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PreparationReading:
    """One host before, or beside, its database: the pre-flights of GOTCHAS K.1, A.2 and C.1."""

    taken_at: datetime
