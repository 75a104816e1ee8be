"""Why no cluster may be made here: each reason a sentence, its evidence and a way on (GOTCHAS A.2, K.1)."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.galera_bootstrap.inputs import ADDRESSES, FIRST, WIPE
from runbooks.galera_bootstrap.refusals_hosts import alive, data, flags, identities, lost_and_found, room
from runbooks.galera_bootstrap.refusals_options import addresses, builds, encryption, method, root_login
from runbooks.galera_bootstrap.setup import Setup
from runbooks.inputs import named, told, told_addresses
from runbooks.model import Look, Refusal
from runbooks.words import listed
from systems.errors import SystemsError

Reason = Callable[[Setup], Refusal | None]


def refuse_unseen(look: Look) -> Refusal | None:
    """Every node of the estate file must have been looked at (DESIGN 5.1)."""
    unseen = []
    for node in look.survey.nodes:
        prepared = look.preparation.get(node.host)
        if isinstance(node.evidence, SystemsError):
            unseen.append((node.host, f"{node.host}: {node.evidence}"))
        elif prepared is None or isinstance(prepared, SystemsError):
            unseen.append(
                (node.host, f"{node.host}: its preparation was not read: {prepared or 'not asked'}")
            )
        elif node.evidence.configured_error or prepared.configured is None:
            why = node.evidence.configured_error or "its option files could not be read"
            unseen.append((node.host, f"{node.host}: {why}"))
    if not unseen:
        return None
    return Refusal(
        f"{listed(host for host, _ in unseen)} could not be looked at: a cluster may be alive there",
        tuple(text for _, text in unseen),
        "Make every node of the estate file answer over SSH, as root or with sudo; then plan again.",
        ("PXC-09", "REC-01"),
    )


def refuse(setup: Setup) -> Refusal | None:
    """The first reason against; None: the cluster may be made.

    Once this run has made it, only what the option files are written from is judged again.
    """
    reasons = _ALWAYS if setup.is_made else (*_FRESH, *_ALWAYS, root_login)
    for reason in (_names, *reasons):
        if refused := reason(setup):
            return refused
    return None


def _names(setup: Setup) -> Refusal | None:
    known = {node.host for node in setup.look.survey.nodes}
    first = told(setup.values, FIRST)
    given = {
        *named(setup.values, WIPE),
        *told_addresses(setup.values, ADDRESSES),
        *([first] if first else []),
    }
    if strange := sorted(given - known):
        return Refusal(
            f"{listed(strange)}: no node of this cluster has that name",
            (f"nodes: {listed(sorted(known))}",),
            "Name nodes as the estate file does.",
        )
    if len(known) < 2:
        return Refusal(
            "a cluster of one node replicates to nobody",
            (f"nodes: {listed(sorted(known))}",),
            "Add the other nodes to the estate file.",
        )
    return None


_FRESH: tuple[Reason, ...] = (alive, flags, identities, data, lost_and_found, room)
_ALWAYS: tuple[Reason, ...] = (builds, addresses, method, encryption)
