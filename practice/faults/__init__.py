"""Named faults: what can be broken in the practice estate, and how it is healed."""

from __future__ import annotations

from practice.faults import (  # noqa: F401 - they fill the catalogue
    balancers,
    clients,
    clouds,
    databases,
    fresh,
    hosts,
)
from practice.faults.catalogue import (
    FAULTS,
    Fault,
    FaultUnknown,
    On,
    apply,
    faults_on,
    heal,
    heal_all,
    kind_of,
)

__all__ = ["FAULTS", "Fault", "FaultUnknown", "On", "apply", "faults_on", "heal", "heal_all", "kind_of"]
