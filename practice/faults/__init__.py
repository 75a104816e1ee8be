"""Named faults: what can be broken in the practice estate, and how it is healed."""

from __future__ import annotations

from practice.faults import databases, hosts  # noqa: F401 - they fill the catalogue
from practice.faults.catalogue import FAULTS, Fault, FaultUnknown, apply, heal, heal_all

__all__ = ["FAULTS", "Fault", "FaultUnknown", "apply", "heal", "heal_all"]
