"""What an operator may tell galera-recover: each answer that no reading can give."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runbooks.model import Input, InputKind

WITHOUT = Input(
    name="without",
    title="Nodes signed off by name",
    kind=InputKind.TEXT,
    help=(
        "Nodes out of reach that you have proven off (power state, fencing, console; a ping is no proof) and "
        "that stay off during this run: db3 or db2,db3. What only they hold is lost."
    ),
    pattern=r"[A-Za-z0-9._-]+([ ,]+[A-Za-z0-9._-]+)*|",
)
NODE = Input(
    name="node",
    title="Only this node",
    kind=InputKind.HOST,
    help=(
        "While a Primary component lives: deal with this node alone, and leave others as they are. Without "
        "one all nodes are one matter, and this is not looked at."
    ),
)
KEEP = Input(
    name="keep",
    title="The side that lives on",
    kind=InputKind.HOST,
    help="With two Primary components: a node of the side whose data stays. The others are wiped.",
)
KEEP_OLD = Input(
    name="keep_old",
    title="Keep replaced data beside",
    kind=InputKind.SWITCH,
    help="Rename a data directory before a full copy replaces it, where the disk has room for both.",
    default="yes",
)
REMEDY = Input(
    name="remedy",
    title="Remedy for writes that hang",
    kind=InputKind.CHOICE,
    help=(
        "look: show what holds them, change nothing. desync: let the slow node lag behind. kill: end the "
        "connection that holds the lock."
    ),
    default="look",
    choices=("look", "desync", "kill"),
)
CONNECTION = Input(
    name="connection",
    title="Connection to end",
    kind=InputKind.NUMBER,
    help="Its number in the process list of the node that holds the writes; only for the remedy kill.",
    pattern=r"[0-9]{1,18}|",
)

INPUTS = (NODE, WITHOUT, KEEP, KEEP_OLD, REMEDY, CONNECTION)


def signed_off(values: Mapping[str, str]) -> tuple[str, ...]:
    """The nodes of the input `without`."""
    return tuple(name for name in re.split(r"[ ,]+", values.get(WITHOUT.name, "")) if name)


def is_on(values: Mapping[str, str], name: str, default: str) -> bool:
    """A switch: everything but a plain no is a yes."""
    return values.get(name, default).strip().lower() not in ("no", "off", "false", "0")
