"""galera-recover: from any way of being down to a whole cluster, without a second history (GOTCHAS B)."""

from runbooks.galera_recover.inputs import INPUTS
from runbooks.galera_recover.plan import plan
from runbooks.galera_recover.situation import NAME
from runbooks.model import Runbook

GALERA_RECOVER = Runbook(
    name=NAME,
    title="Bring a Galera cluster back",
    purpose=(
        "For any state in which nodes are missing, no Primary component exists, or writes hang. It looks at "
        "all nodes, says which of the known cases it is, and plans only what that case allows. It does not "
        "restore backups, and does not decide which of two histories is worth more."
    ),
    section="B",
    gotchas=tuple(f"REC-{number:02}" for number in range(1, 44)),
    inputs=INPUTS,
    plan=plan,
)
