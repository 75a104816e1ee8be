"""Signs of life of a node that was signed off: its peers ask it, since the console cannot (REC-07)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from enum import Enum

from runbooks.membership import host_part
from runbooks.model import Context, Look, Sighting, no, unknown, yes
from runbooks.steps.node import Node, node_of
from runbooks.words import listed
from systems.errors import SystemsError
from systems.galera.readings import HostEvidence
from systems.shell import Probe

_SOMEBODY = re.compile(r"^1$|^ERROR (?!(?:2002|2003|2005)\b)\d+", re.MULTILINE)
"""A row, or any error but those of a connection that nothing took: refused, no way there, no such name."""
_NOBODY = re.compile(r"^ERROR (?:2002|2003|2005)\b", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*")
_ASK_S = 10.0


class _Told(Enum):
    """What a peer found at an address."""

    LIVES = "something answers there"
    SILENT = "nothing takes a connection there"
    UNASKED = "it could not be asked: no client, or no answer from the peer itself"


async def no_sign_of_life(context: Context, look: Look, signed_off: Sequence[str]) -> Sighting:
    """No peer gets an answer from the database of a node that was signed off by name.

    Only a yes to "does it live" can be proven this way: silence leaves the operator's word as it is. A peer
    that could not ask is no silence.
    """
    asked = [
        (node, address)
        for survey in look.survey.nodes
        if (node := node_of(survey)) is not None
        for address in unseen_addresses(look, node)
    ]
    answers = await asyncio.gather(*(_answers(context, node, address) for node, address in asked))
    found = list(zip(asked, answers, strict=True))
    alive = [f"{address} to {node.host}" for (node, address), told in found if told is _Told.LIVES]
    silent = {address for (_, address), told in found if told is _Told.SILENT}
    unasked = sorted({address for _, address in asked} - silent)
    if not asked:
        return yes(f"no peer's option file lists {listed(signed_off)} by an address that could be asked")
    if alive:
        return no(
            f"{listed(signed_off)} was signed off as being off, and a database answers at {listed(alive)}: "
            "it lives, and may be Primary",
            *signed_off,
        )
    if unasked:
        return unknown(
            f"no peer could ask {listed(unasked)} for {listed(signed_off)}: whether a database answers there "
            "is not known",
            *signed_off,
        )
    return yes(f"no peer gets an answer from the database of {listed(signed_off)}")


def unseen_addresses(look: Look, node: Node) -> tuple[str, ...]:
    """The cluster's addresses, as this node's configuration lists them, that are no surveyed host's."""
    seen: set[str] = set()
    for survey in look.survey.nodes:
        if isinstance(survey.evidence, HostEvidence):
            seen |= {survey.host, survey.evidence.hostname, *survey.evidence.addresses}
    address = node.evidence.configured.get("wsrep_cluster_address", "").strip("'\" ")
    peers = address.removeprefix("gcomm://").partition("?")[0].split(",")
    hosts = (host_part(peer) for peer in peers)
    return tuple(host for host in hosts if _ADDRESS.fullmatch(host) and host not in seen)


async def _answers(context: Context, node: Node, address: str) -> _Told:
    """Whether anything takes a client's connection there; refusing to let it in is an answer too."""
    probe = Probe.of(
        *(node.client, f"--host={address}", "--protocol=tcp", "--connect-timeout=3", "-NB", "-e", "SELECT 1"),
        accepts=None,
    )
    try:
        answer = await context.reader(node.host).read(probe, timeout_s=_ASK_S)
    except SystemsError:
        return _Told.UNASKED
    said = f"{answer.stdout}\n{answer.stderr}"
    if _SOMEBODY.search(said):
        return _Told.LIVES
    return _Told.SILENT if _NOBODY.search(said) else _Told.UNASKED
