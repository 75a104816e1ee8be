"""How many examples a property is tried on: all of them in the whole set, a share of them in the core set."""

from __future__ import annotations

import os
from collections.abc import Collection

from hypothesis import HealthCheck, settings

IS_WHOLE = os.environ.get("CHECK_ALL") == "1"
"""`make check-all` says so; `make check`, and a run by hand without it, try fewer."""
_SHARE = 4


def examples(whole: int, *, suppress: Collection[HealthCheck] = ()) -> settings:
    """For a property that is tried on that many examples by `make check-all`; it has no deadline."""
    count = whole if IS_WHOLE else max(whole // _SHARE, 5)
    return settings(max_examples=count, deadline=None, suppress_health_check=suppress)
