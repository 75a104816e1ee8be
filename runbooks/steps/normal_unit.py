"""Leaving the bootstrap unit: the first node goes back to the unit that every member has (A.3 step 8)."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.model import Act, Look, Sighting, Step, no, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, all_of, of, synced, told_by
from runbooks.steps.node import BOOTSTRAP_UNIT, Node
from runbooks.steps.start import STOP_TIMEOUT_S
from systems.galera.readings import Flavour, HostEvidence


def normal_unit_step(node: Node, others: tuple[str, ...]) -> Step:
    """Hand a node over from the bootstrap unit to the plain one, once the others carry on (A.3 step 8)."""
    every_host = (*others, node.host)
    return Step(
        key=f"normal unit:{node.host}",
        title=f"start {node.host} in its normal unit",
        why=f"{BOOTSTRAP_UNIT} owns its process: its next restart would make a new cluster (PXC-04).",
        check=of(_others_carry(node.host, others)),
        verify=of(all_of(synced(node.host, with_hosts=every_host), _bootstrap_unit_is_idle(node.host))),
        acts=(
            Act(node.host, commands.stop_bootstrap_unit(), timeout_s=STOP_TIMEOUT_S),
            *(Act(node.host, command) for command in commands.start(node)),
        ),
        expects=f"{node.host} leaves and comes back by IST; {BOOTSTRAP_UNIT} inactive, {node.unit} active",
        gotchas=("PXC-03", "PXC-04", "ROLL-08", "ROLL-01"),
        answers=("PXC-03", "PXC-04", "ROLL-08", "ROLL-01"),
        verify_deadline_s=300.0,
        undo_note=f"Started again it is a member like the others; {BOOTSTRAP_UNIT} must not be used again.",
    )


def _others_carry(host: str, others: tuple[str, ...]) -> Callable[[Look], Sighting]:
    carry = all_of(*(synced(other) for other in others))

    def judge(look: Look) -> Sighting:
        if not others:
            return no(f"{host} is alone: stopping it would end the cluster", host)
        return carry(look)

    return judge


def _bootstrap_unit_is_idle(host: str) -> Judge:
    def judge(evidence: HostEvidence) -> Sighting:
        unit = evidence.units.get(BOOTSTRAP_UNIT)
        if unit is not None and unit.active not in ("inactive", "failed"):
            return no(f"{host}: {BOOTSTRAP_UNIT} is {unit.active}", host)
        if unit is not None and unit.enabled == "enabled":
            return no(f"{host}: {BOOTSTRAP_UNIT} is enabled: systemctl disable {BOOTSTRAP_UNIT}", host)
        return yes(f"{host}: {BOOTSTRAP_UNIT} is not in use", host)

    return told_by(host, judge)


def uses_bootstrap_unit(node: Node) -> bool:
    """Whether a bootstrap of this node runs in a unit that must be left again afterwards."""
    return node.flavour in (Flavour.PXC, Flavour.UNKNOWN)
