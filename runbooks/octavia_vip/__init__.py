"""octavia-vip: an Octavia load balancer before a Galera cluster, made part by part and proven (GOTCHAS D)."""

from runbooks.model import Runbook, Target
from runbooks.octavia_vip.inputs import INPUTS
from runbooks.octavia_vip.plan import plan
from runbooks.octavia_vip.situation import NAME, look_before

OCTAVIA_VIP = Runbook(
    name=NAME,
    title="Put an Octavia load balancer before a cluster",
    purpose=(
        "One address of a cloud before a Galera cluster: load balancer, listener, pool, an HTTP check that "
        "sees the state of each node, and the nodes as members, each ordered once and waited for. It makes "
        "no check on the nodes and opens no security group; on hosts with HAProxy, use lb-vip."
    ),
    section="D",
    gotchas=tuple(f"LB-{number:02}" for number in range(1, 20)),
    inputs=INPUTS,
    plan=plan,
    about=Target.CLOUD,
    before=look_before,
)
