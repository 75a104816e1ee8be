"""What is switched around one node's turn: its maintenance mode, and the freeze of a donor's cache."""

from __future__ import annotations

from dataclasses import replace

from runbooks.galera_rolling_restart.situation import FREEZE_OPTION, Situation
from runbooks.model import Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps.checks import Judge, nothing_to_check, of
from runbooks.steps.node import Node
from runbooks.steps.settings import set_step
from systems.galera.readings import WsrepVariables

_OPTIONS = "wsrep_provider_options"
_OFF = "DISABLED"
_ON = "MAINTENANCE"
_NOT_FROZEN = ("", "-1", "0")
"""P80's table says 0, its text says that -1 is "not frozen": -1 is what is set (ROLL-03)."""


def drain_step(node: Node, before: str) -> Step:
    """Have load balancers send nobody new to the node; those that are on it stay (ROLL-05)."""
    step = set_step(
        node,
        "pxc_maint_mode",
        _ON,
        before,
        _has_mode(node.host, _ON),
        why=(
            "ProxySQL and clustercheck read it and send nobody new. It waits pxc_maint_transition_period "
            "(10 s) and ends no connection (C.2 step 1)."
        ),
        expects=f"no new clients on {node.host}; those that are connected stay",
        gotchas=("ROLL-05", "REC-36"),
    )
    check = of(_has_mode(node.host, before.upper()))
    return replace(step, key=drain_key(node.host), check=check, lasting=False)


def undrain_step(node: Node, before: str) -> Step:
    """Give the node back to load balancers as it was: a restart sets what its files say, not what ran."""
    drained = is_drained(before)
    why = (
        f"It was {before} before: whoever keeps clients away from {node.host} has not said that it is over."
        if drained
        else "A node that is left in maintenance looks healthy and serves nobody (REC-36)."
    )
    step = set_step(
        node,
        "pxc_maint_mode",
        before.upper(),
        _ON,
        _has_mode(node.host, before.upper()),
        why=why,
        expects=f"{'no ' if drained else ''}clients on {node.host} {'as before' if drained else 'again'}",
        gotchas=("REC-36",),
    )
    note = f"None is needed: {node.host} is as it was."
    return replace(step, key=f"undrain:{node.host}", undo=(), undo_note=note, takes_back=drain_key(node.host))


def drain_key(host: str) -> str:
    """Names the step that drains a node."""
    return f"drain:{host}"


def is_drained(mode: str) -> bool:
    """Whether somebody keeps load balancers away from it already."""
    return mode.upper() != _OFF


def freeze_step(donor: Node, host: str) -> Step:
    """Keep in one member's cache all that the node will miss, whatever its size (B.5)."""
    step = set_step(
        donor,
        _OPTIONS,
        f"'{FREEZE_OPTION}=now'",
        f"'{FREEZE_OPTION}=-1'",
        is_frozen(donor.host, wanted=True),
        why=f"While {host} is away, {donor.host} forgets nothing of what it misses: IST stays possible.",
        expects=f"the cache of {donor.host} grows on its disk until it is set back",
        gotchas=("ROLL-02", "ROLL-03"),
    )
    return replace(
        step,
        key=freeze_key(donor.host, host),
        title=f"freeze the cache of {donor.host} for {host}",
        check=of(is_frozen(donor.host, wanted=False)),
        undo_note=f"Sets {FREEZE_OPTION} to -1 again.",
        lasting=False,
    )


def unfreeze_step(donor: Node, host: str) -> Step:
    """Let the member's cache forget again: a forgotten freeze fills the disk (ROLL-03)."""
    step = set_step(
        donor,
        _OPTIONS,
        f"'{FREEZE_OPTION}=-1'",
        f"'{FREEZE_OPTION}=now'",
        is_frozen(donor.host, wanted=False),
        why=f"{host} is back; a cache that stays frozen grows until the disk is full (ROLL-03).",
        expects=f"the cache of {donor.host} keeps to its size again",
        gotchas=("ROLL-03",),
    )
    return replace(
        step,
        key=f"unfreeze:{donor.host}:{host}",
        title=f"unfreeze the cache of {donor.host}",
        undo=(),
        undo_note=f"None is needed: the cache of {donor.host} is as it was.",
        skippable=False,
        lasting=False,
        takes_back=freeze_key(donor.host, host),
    )


def freeze_key(donor: str, host: str) -> str:
    """Names the step that freezes one member's cache for another."""
    return f"freeze:{donor}:{host}"


def unfrozen_step(seen: Situation) -> Step:
    """Prove at the end that no cache was left frozen."""

    def judge(look: Look) -> Sighting:
        for host in seen.hosts:
            answer = is_frozen(host, wanted=False)(look)
            if answer.holds is not Holds.YES:
                return answer
        return yes("no cache is frozen", *seen.hosts)

    return Step(
        key="prove:unfrozen",
        title="prove: no cache is frozen",
        why="A forgotten freeze shows as a full disk weeks later (ROLL-03).",
        check=nothing_to_check,
        verify=of(judge),
        expects="nothing: it only reads",
        gotchas=("ROLL-03",),
        answers=("ROLL-03",),
        verify_deadline_s=30.0,
        skippable=False,
    )


def is_frozen(host: str, *, wanted: bool) -> Judge:
    """Whether the purge of its cache stands still, by its own word."""

    def judge(look: Look) -> Sighting:
        variables = look.survey.node(host).variables
        if not isinstance(variables, WsrepVariables):
            return unknown(f"{host} does not tell its provider options: {variables}", host)
        told = variables.provider_options.get(FREEZE_OPTION, "")
        answer = yes if (told not in _NOT_FROZEN) is wanted else no
        return answer(f"{host}: {FREEZE_OPTION} is {told or 'not told'}", host)

    return judge


def _has_mode(host: str, mode: str) -> Judge:
    def judge(look: Look) -> Sighting:
        variables = look.survey.node(host).variables
        if not isinstance(variables, WsrepVariables):
            return unknown(f"{host} does not tell its maintenance mode: {variables}", host)
        told = variables.pxc_maint_mode or "not told"
        return (yes if told.upper() == mode else no)(f"{host}: pxc_maint_mode is {told}", host)

    return judge
