"""lb-vip: one address on HAProxy before a Galera cluster, which sees the state of each node (GOTCHAS D)."""

from runbooks.lb_vip.inputs import INPUTS
from runbooks.lb_vip.plan import plan
from runbooks.lb_vip.situation import NAME, look_beside
from runbooks.model import Runbook, Target

LB_VIP = Runbook(
    name=NAME,
    title="Put an address before a cluster",
    purpose=(
        "One address on the HAProxy hosts of the estate file, which sends clients only to nodes that may "
        "serve them, and is proven to. It installs no package, and changes no section that is there. A load "
        "balancer of a cloud is made by octavia-vip."
    ),
    section="D",
    gotchas=tuple(f"LB-{number:02}" for number in range(1, 20)),
    inputs=INPUTS,
    plan=plan,
    about=Target.VIP,
    beside=look_beside,
)
