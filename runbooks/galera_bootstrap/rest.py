"""Steps after the first node: joins, units at boot, tables, and one restart that proves IST (A.3, A.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from runbooks.galera_bootstrap.first import blank_or_ours, checked_first
from runbooks.galera_bootstrap.setup import Member, Setup
from runbooks.model import Act, Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import all_of, all_synced, every, nothing_to_check, of, synced
from runbooks.steps.node import BOOTSTRAP_UNIT, Node
from runbooks.steps.start import Way, start_step, stop_step
from runbooks.steps.transfer import by_ist, learn_stopped
from runbooks.steps.way import full_copy
from runbooks.words import count, listed
from systems.galera.preparation_probes import NO_PRIMARY_KEY_QUERY, NOT_INNODB_QUERY
from systems.galera.readings import HostEvidence, WsrepVariables
from systems.shell import Command, Probe

_STUCK = ("_WSREP_NEW_CLUSTER=--", "WSREP_NEW_CLUSTER=--")


def join_step(setup: Setup, member: Member, before: tuple[Member, ...]) -> Step:
    """Start one node; it copies the others. The next begins when this one is Synced (PXC-29)."""
    there = tuple(other.host for other in before)
    donors = " or ".join(there)
    step = start_step(
        member.node,
        setup.look,
        full_copy(setup.look.survey, member.host),
        why=f"One at a time: {member.host} has no data and copies {donors} by {setup.method}.",
        gotchas=("PXC-08", "PXC-10", "PXC-13", "PXC-15", "PXC-16", "PXC-17", "HOST-04"),
    )
    step = replace(
        step,
        key=f"join:{member.host}",
        title=f"join {member.host}, wait until Synced",
        verify=of(all_of(synced(member.host, with_hosts=(*there, member.host)))),
        expects=f"{member.host} Synced by a full copy; cluster size {len(there)} -> {len(there) + 1}",
    )
    return checked_first(step, blank_or_ours(member))


def boot_step(setup: Setup) -> Step:
    """The plain unit starts at boot on every node, the bootstrap unit on none (A.3 step 9, PXC-03)."""
    acts, undo = [], []
    for member in setup.members:
        node = member.node
        acts.append(Act(node.host, Command.of("systemctl", "enable", f"{node.unit}.service")))
        if member.prepared.enabled.get(node.unit) != "enabled":
            undo.append(Act(node.host, Command.of("systemctl", "disable", f"{node.unit}.service")))
        if BOOTSTRAP_UNIT in node.evidence.units:
            acts.append(Act(node.host, Command.of("systemctl", "disable", f"{BOOTSTRAP_UNIT}.service")))
    unit = setup.first.node.unit
    return Step(
        key="boot",
        title=f"enable {unit} at boot on every node",
        why=(
            "After a power cut each node comes back as a member. A bootstrap unit or flag that stayed would "
            "make a second cluster at the next start (PXC-03, REC-05)."
        ),
        check=every(*(synced(host) for host in setup.hosts)),
        verify=_units_are_right(setup),
        acts=tuple(acts),
        expects=f"{unit} enabled and active on {listed(setup.hosts)}; no bootstrap unit, no bootstrap flag",
        gotchas=("PXC-03", "PXC-04", "REC-05"),
        answers=("PXC-03", "PXC-04", "REC-05"),
        verify_deadline_s=30.0,
        undo=tuple(undo),
        undo_note="Disables it again where it was disabled before.",
    )


def _units_are_right(setup: Setup) -> Check:
    async def verify(context: Context) -> Sighting:
        look = await context.look()
        for member in setup.members:
            wrong = await _wrong_unit(context, look, member.node)
            if wrong is not None:
                return wrong
        return yes(
            f"{setup.first.node.unit} is enabled and active on {listed(setup.hosts)}, no bootstrap flag"
        )

    return verify


async def _wrong_unit(context: Context, look: Look, node: Node) -> Sighting | None:
    evidence = look.survey.node(node.host).evidence
    if not isinstance(evidence, HostEvidence):
        return unknown(f"{node.host} does not answer over SSH: {evidence}", node.host)
    unit, bootstrap = evidence.units.get(node.unit), evidence.units.get(BOOTSTRAP_UNIT)
    if unit is None or unit.enabled != "enabled" or unit.active != "active":
        seen = f"{unit.enabled} and {unit.active}" if unit else "not there"
        return no(f"{node.host}: {node.unit} is {seen}", node.host)
    if bootstrap is not None and (bootstrap.enabled.startswith("enabled") or bootstrap.active == "active"):
        return no(f"{node.host}: {BOOTSTRAP_UNIT} is {bootstrap.enabled} and {bootstrap.active}", node.host)
    said = await context.reader(node.host).read(Probe.of("systemctl", "show-environment", as_root=True))
    flags = [line for line in said.stdout.splitlines() if line.replace("'", "").startswith(_STUCK)]
    flags += evidence.bootstrap_flags
    return no(f"{node.host}: a bootstrap flag is left: {flags[0]}", node.host) if flags else None


def tables_step(setup: Setup) -> Step:
    """No table without a primary key, none of another engine, strict mode equal (A.5-7)."""
    return Step(
        key="prove:tables",
        title="prove: every table has a primary key and is InnoDB",
        why="Rows of other tables are not replicated, or not in one order (PXC-23, PXC-24).",
        check=nothing_to_check,
        verify=_tables_are_fit(setup),
        expects="nothing: it only reads",
        gotchas=("PXC-22", "PXC-23", "PXC-24", "PXC-27", "PXC-31", "PXC-33"),
        answers=("PXC-22", "PXC-23", "PXC-24"),
        verify_deadline_s=30.0,
    )


def _tables_are_fit(setup: Setup) -> Check:
    async def verify(context: Context) -> Sighting:
        node = setup.first.node
        for query, what in ((NO_PRIMARY_KEY_QUERY, "no primary key"), (NOT_INNODB_QUERY, "another engine")):
            probe = Probe.of(node.client, "-NB", "-e", query.text, as_root=True)
            rows = (await context.reader(node.host).read(probe)).stdout.splitlines()
            if rows:
                named = listed(".".join(row.split("\t")[:2]) for row in rows[:5])
                return no(f"{count(len(rows), 'table')} with {what}: {named}", node.host)
        look = await context.look()
        modes = {
            node.variables.pxc_strict_mode or "none"
            for node in look.survey.nodes
            if isinstance(node.variables, WsrepVariables)
        }
        if len(modes) != 1:
            return no(
                f"pxc_strict_mode is not the same everywhere: {listed(sorted(modes)) if modes else '–'}"
            )
        return yes(f"no table without primary key, none of another engine; strict mode {modes.pop()}")

    return verify


def restart_steps(setup: Setup, *, suspends: Sequence[Step]) -> tuple[Step, ...]:
    """Restart the last node once: it comes back by IST, so the cache and its addresses work (A.5-5).

    `suspends`: the steps that ask all nodes, and cannot while this one is away.
    """
    node = setup.joiners[-1].node
    others = tuple(host for host in setup.hosts if host != node.host)
    leave = stop_step(
        node, why="A plain restart must not cost a full copy, and must not need anybody (A.5-5)."
    )
    leave = replace(
        leave,
        key=f"prove:stop:{node.host}",
        title=f"prove: {node.host} can leave",
        check=every(*(synced(host) for host in setup.hosts)),
        acts=(*leave.acts, Act(node.host, Command.of("cat", node.grastate))),
        expects=f"{node.host} down, in order; cluster size {len(setup.hosts)} -> {len(others)}",
        learn=partial(learn_stopped, node.host),
        undo=tuple(Act(node.host, command) for command in commands.start(node)),
        undo_note=f"Starts {node.host} again.",
        suspends=tuple(step.key for step in suspends),
    )
    back = start_step(node, setup.look, Way("IST"), why=f"The others kept what {node.host} missed (B.5).")
    back = replace(
        back,
        key=f"prove:restart:{node.host}",
        title=f"prove: {node.host} comes back by IST",
        verify=_is_back(node.host, others),
        expects=f"{node.host} Synced by IST; cluster size {len(others)} -> {len(setup.hosts)}",
        undo=(),
        undo_note=f"Nothing needs to be undone: {node.host} is a member again.",
        lasting=False,
        takes_back=leave.key,
    )
    return leave, back


def _is_back(host: str, others: tuple[str, ...]) -> Check:
    async def verify(context: Context) -> Sighting:
        look = await context.look()
        answer = all_synced((*others, host))(look)
        if answer.holds is not Holds.YES:
            return answer
        came = by_ist(look, context.facts, host)
        return replace(came, evidence=f"{host} is back, {came.evidence}; {answer.evidence}")

    return verify
