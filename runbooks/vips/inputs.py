"""What every runbook that puts an address before a cluster asks: who writes, how it is checked, how idle."""

from __future__ import annotations

from runbooks.model import Input, InputKind

SINGLE_WRITER = Input(
    name="single_writer",
    title="One node takes all writes",
    kind=InputKind.SWITCH,
    help=(
        "The others are backup members, and get clients only when it is out: two nodes that write the same "
        "row find out at COMMIT (LB-04). no: all nodes take connections in turn."
    ),
    default="yes",
)
WRITER = Input(
    name="writer",
    title="The node that takes the writes",
    kind=InputKind.HOST,
    help="Only with one writer. Without one: the first node of the estate file.",
)
CHECK_PORT = Input(
    name="check_port",
    title="Port of the health check",
    kind=InputKind.NUMBER,
    help="Where each node answers HTTP 200 while it may serve, else 503. There is no way without (LB-01).",
    default="9200",
    pattern=r"[1-9][0-9]{0,4}",
)
IDLE = Input(
    name="idle_s",
    title="Seconds that a connection may be idle",
    kind=InputKind.NUMBER,
    help=(
        "`timeout client` and `timeout server`: above the idle time of the applications' pools, or those see "
        '"server has gone away" (LB-03). 28800 is the servers\' own wait_timeout.'
    ),
    default="28800",
    pattern=r"[1-9][0-9]{0,5}",
)
