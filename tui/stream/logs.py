"""Which log `l` follows: the unit of the database where one is known, else the host's journal."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from tui.stream.job import Order

if TYPE_CHECKING:
    from tui.picture import Picture

LINES = 200


def log_order(picture: Picture, hosts: Sequence[str]) -> Order:
    """One line for all hosts: every unit that any of them has. A unit's name is a host's own word: quoted."""
    units = dict.fromkeys(
        name
        for view in picture.clusters.values()
        for host in hosts
        if (node := view.nodes.get(host)) is not None and node.evidence is not None
        for name, unit in node.evidence.units.items()
        if unit.load == "loaded"
    )
    chosen = "".join([f" -u {quote(name)}" for name in units])
    line = f"journalctl{chosen} -n {LINES} -f --no-pager -o short"
    return Order(line, tuple(hosts), as_root=True, or_as_login=True)
