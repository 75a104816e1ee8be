"""What an operator may tell galera-rolling-restart: which nodes, in what order, for how long."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.inputs import Input, InputKind, named

NODES = Input(
    name="nodes",
    title="Only these nodes",
    kind=InputKind.TEXT,
    help="Nodes to restart, one at a time: db3 or db2,db3. Without any: all nodes of the cluster.",
    pattern=r"[A-Za-z0-9._-]+([ ,]+[A-Za-z0-9._-]+)*|",
)
WRITER = Input(
    name="writer",
    title="The node that takes the writes",
    kind=InputKind.HOST,
    help="It goes last, so that the writes move only once. Without one: the node that clearly writes most.",
)
DOWNTIME = Input(
    name="downtime_s",
    title="Seconds that a node is expected to be down",
    kind=InputKind.NUMBER,
    help=(
        "From the begin of its stop to its first state transfer: 60 for a plain restart, more when you patch "
        "the machine meanwhile. No node is stopped unless the others keep what it misses for twice as long."
    ),
    default="60",
    pattern=r"[1-9][0-9]{0,5}",
)
SOAK = Input(
    name="soak_s",
    title="Seconds to watch a node before the next",
    kind=InputKind.NUMBER,
    help="After a node is back, the whole cluster must stay Synced for this long before the next is stopped.",
    default="60",
    pattern=r"[0-9]{1,5}",
    rehearsed_as="1",
)
FREEZE = Input(
    name="freeze",
    title="Freeze one donor's cache",
    kind=InputKind.SWITCH,
    help=(
        "While a node is down, one of the others keeps all that it misses, whatever the size of its cache "
        "(Percona XtraDB Cluster only); its disk fills meanwhile. It is always set back."
    ),
    default="no",
)
DESPITE_SHORT_WINDOW = Input(
    name="despite_short_window",
    title="Why a full copy is acceptable",
    kind=InputKind.TEXT,
    help=(
        "A reason to go on although a node may be down for longer than the others keep what it misses; each "
        "such node may then take a full copy (SST). It is kept in the journal."
    ),
)

INPUTS = (NODES, WRITER, DOWNTIME, SOAK, FREEZE, DESPITE_SHORT_WINDOW)


def chosen(values: Mapping[str, str]) -> tuple[str, ...]:
    """The nodes of the input `nodes`, each once; empty: all."""
    return named(values, NODES)


def seconds(values: Mapping[str, str], wanted: Input) -> float:
    """A number of seconds; its default where nothing was given."""
    return float(values.get(wanted.name, "").strip() or wanted.default)
