"""What an operator may tell lb-vip: ports, who writes, how fast a node leaves, what the proofs may do."""

from __future__ import annotations

from runbooks.model import Input, InputKind
from runbooks.vips.inputs import CHECK_PORT, IDLE, SINGLE_WRITER, WRITER

_PORT = r"[1-9][0-9]{0,4}"

PORT = Input(
    name="port",
    title="Port of the address",
    kind=InputKind.NUMBER,
    help="Where clients connect. Without one: the port of `address` in the estate file, else 3306.",
    pattern=rf"{_PORT}|",
)
READER_PORT = Input(
    name="reader_port",
    title="Port for readers",
    kind=InputKind.NUMBER,
    help="A second port whose connections all nodes take in turn, such as 3307. Without one: there is none.",
    pattern=rf"{_PORT}|",
)
DONORS = Input(
    name="donors_serve",
    title="Donors count as up",
    kind=InputKind.SWITCH,
    help=(
        "no: a node that gives its state away, or is desynced, gets no clients. With three nodes a joiner "
        "and its donor then leave one up (LB-10); rsync blocks its donor, mariabackup does not. A check that "
        "is there is not changed: that it does as asked is proven."
    ),
    default="no",
)
INTERVAL = Input(
    name="interval_s",
    title="Seconds between two checks",
    kind=InputKind.NUMBER,
    help="A node that fails gets clients for this long, times the number of checks that must fail.",
    default="2",
    pattern=r"[1-9][0-9]?",
)
FALL = Input(
    name="fall",
    title="Failed checks until a node is out",
    kind=InputKind.NUMBER,
    help="One lost packet should not take a node out: 2 or more.",
    default="2",
    pattern=r"[1-9]",
)
RISE = Input(
    name="rise",
    title="Passed checks until it is back",
    kind=InputKind.NUMBER,
    help="A node that comes and goes should stay out.",
    default="2",
    pattern=r"[1-9]",
)
IDLE_PROOF = Input(
    name="idle_proof_s",
    title="Leave a session idle for so long",
    kind=InputKind.NUMBER,
    help=(
        "A proof: one session through the address is left alone for so many seconds, and asked again. 60 "
        "shows that HAProxy's usual 50 s do not cut it (LB-03). Without one: not done."
    ),
    pattern=r"[1-9][0-9]{0,3}|",
)
KILL_NODE = Input(
    name="stop_node",
    title="Stop this node to count the errors",
    kind=InputKind.HOST,
    help=(
        "A last proof: its database is stopped, failed connections are counted, and it is started again. "
        "Without one: not done."
    ),
)
KILL_WRITER = Input(
    name="stop_writer",
    title="It may be the writer",
    kind=InputKind.SWITCH,
    help="yes: the node that is stopped may be the one that takes the writes; its clients are cut off.",
    default="no",
)

INPUTS = (
    PORT,
    SINGLE_WRITER,
    WRITER,
    READER_PORT,
    CHECK_PORT,
    DONORS,
    INTERVAL,
    FALL,
    RISE,
    IDLE,
    IDLE_PROOF,
    KILL_NODE,
    KILL_WRITER,
)
