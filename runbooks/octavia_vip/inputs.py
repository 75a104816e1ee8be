"""What an operator may tell octavia-vip: the cluster, the subnet, who writes, how it is checked."""

from __future__ import annotations

from runbooks.model import Input, InputKind
from runbooks.vips.inputs import CHECK_PORT, IDLE, SINGLE_WRITER, WRITER

_ID = r"[A-Za-z0-9-]{1,64}"
_NETWORK = r"[0-9a-fA-F.:]+/[0-9]{1,3}"

CLUSTER = Input(
    name="cluster",
    title="Cluster behind it",
    kind=InputKind.TEXT,
    help="A Galera cluster of the estate file, by its name.",
    required=True,
)
SUBNET = Input(
    name="subnet",
    title="Subnet of the address",
    kind=InputKind.TEXT,
    help="Its id (vip_subnet_id): `openstack subnet list` tells it.",
    required=True,
    pattern=_ID,
)
NAME = Input(
    name="name",
    title="Name of the load balancer",
    kind=InputKind.TEXT,
    help="It is found again by this name, and its parts by names made of it. Without one: CLUSTER-vip.",
    pattern=r"[A-Za-z0-9._-]{1,200}|",
)
PORT = Input(
    name="port",
    title="Port of the address",
    kind=InputKind.NUMBER,
    help="Where clients connect.",
    default="3306",
    pattern=r"[1-9][0-9]{0,4}",
)
ALGORITHM = Input(
    name="algorithm",
    title="How connections are shared out",
    kind=InputKind.CHOICE,
    help="Among the members that are no backup: in turn, or by the client's address.",
    default="ROUND_ROBIN",
    choices=("ROUND_ROBIN", "SOURCE_IP"),
)
ALLOWED = Input(
    name="allowed_cidrs",
    title="Who may connect",
    kind=InputKind.TEXT,
    help="Networks, such as 192.0.2.0/24,198.51.100.0/24. Without one: everybody who reaches it (LB-15).",
    pattern=rf"({_NETWORK}([ ,]+{_NETWORK})*)?",
)
MEMBER_SUBNET = Input(
    name="member_subnet",
    title="Subnet of the nodes",
    kind=InputKind.TEXT,
    help="Its id, where the nodes are not reached from the subnet of the address.",
    pattern=rf"{_ID}|",
)
DELAY = Input(
    name="delay_s",
    title="Seconds between two checks",
    kind=InputKind.NUMBER,
    help="Two checks that fail take a node out; each may take a little more than half of this.",
    default="5",
    pattern=r"[2-9]|[1-9][0-9]",
)
TAKE_AWAY = Input(
    name="take_away",
    title="Take it away instead",
    kind=InputKind.SWITCH,
    help="yes: the load balancer is deleted with all that hangs below it; its name is typed.",
    default="no",
)

INPUTS = (
    CLUSTER,
    SUBNET,
    NAME,
    PORT,
    SINGLE_WRITER,
    WRITER,
    CHECK_PORT,
    IDLE,
    ALGORITHM,
    ALLOWED,
    MEMBER_SUBNET,
    DELAY,
    TAKE_AWAY,
)
