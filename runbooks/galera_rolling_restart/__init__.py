"""galera-rolling-restart: every node restarted, one at a time, and back by IST (GOTCHAS C)."""

from runbooks.galera_rolling_restart.inputs import INPUTS
from runbooks.galera_rolling_restart.plan import plan
from runbooks.galera_rolling_restart.situation import NAME
from runbooks.model import Runbook

GALERA_ROLLING_RESTART = Runbook(
    name=NAME,
    title="Restart a Galera cluster node by node",
    purpose=(
        "For new settings, patched machines and new minor versions, without an outage: one node at a time, "
        "each only while all others are Synced, each back by IST before the next leaves. It does not change "
        "packages or settings itself, and is not for a cluster that is not whole."
    ),
    section="C",
    gotchas=tuple(f"ROLL-{number:02}" for number in range(1, 14)),
    inputs=INPUTS,
    plan=plan,
)
