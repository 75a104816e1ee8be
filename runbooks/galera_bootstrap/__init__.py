"""galera-bootstrap: from hosts with packages installed to a proven Galera cluster (GOTCHAS A)."""

from runbooks.galera_bootstrap.inputs import INPUTS
from runbooks.galera_bootstrap.plan import plan
from runbooks.galera_bootstrap.setup import NAME
from runbooks.model import Runbook

GALERA_BOOTSTRAP = Runbook(
    name=NAME,
    title="Make a new Galera cluster",
    purpose=(
        "From hosts with packages installed and nothing configured to one cluster of all nodes in the estate "
        "file, with replication proven in all directions. It never touches a cluster that exists: for one "
        "that is down, or misses a node, use galera-recover. It installs no packages and makes no file "
        "systems."
    ),
    section="A",
    gotchas=(
        *(f"PXC-{number:02}" for number in range(1, 36)),
        *(f"HOST-{number:02}" for number in range(1, 11)),
    ),
    inputs=INPUTS,
    plan=plan,
    needs_preparation=True,
)
