"""Two Primary components: a person chooses which side lives, the other is wiped (R-SB, R-SEP)."""

from __future__ import annotations

from runbooks.galera_recover.inputs import KEEP, KEEP_OLD, is_on
from runbooks.galera_recover.proof import proof_steps
from runbooks.galera_recover.situation import (
    Situation,
    keep_first,
    of_context,
    plan_of,
    refusal_of,
    survey_first,
)
from runbooks.membership import Group
from runbooks.model import Act, Check, Context, Plan, Refusal, Sighting, Step, no, yes
from runbooks.steps import commands
from runbooks.steps.checks import down, nothing_to_check, of
from runbooks.steps.node import Node
from runbooks.steps.reseed import reseed_step
from runbooks.steps.start import STOP_TIMEOUT_S
from runbooks.triage.scenario import Scenario
from runbooks.words import count, listed
from systems.shell import Probe

_GOTCHAS = ("REC-09", "REC-10", "REC-27", "PXC-09", "PXC-01", "PXC-06")
_TABLES = (
    "SELECT CONCAT(table_schema, '.', table_name), COALESCE(table_rows, 0) FROM information_schema.tables"
    " WHERE table_type='BASE TABLE'"
    " AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')"
)
_MOST_TABLES = 12


def plan_sides(seen: Situation) -> Plan | Refusal:
    """Refuse without a choice; with one: keep copies, compare, stop the losers, give them the data anew."""
    groups = seen.found.groups
    keep = seen.values.get(KEEP.name, "")
    winner = next((group for group in groups if keep in group.hosts), None)
    if winner is None:
        return _ask(seen, groups, keep)
    losers = [host for group in groups if group is not winner for host in group.hosts]
    nodes = [node for host in losers if (node := seen.node(host))]
    if len(nodes) < len(losers):
        missing = [host for host in losers if seen.node(host) is None]
        return refusal_of(
            seen,
            f"Bring {listed(missing)} back into reach over SSH: until then stop it at its own console.",
            sentence=f"{seen.sentence}; {listed(missing)} cannot be commanded, so not stopped",
        )
    keep_old = is_on(seen.values, KEEP_OLD.name, KEEP_OLD.default)
    steps = (
        survey_first(seen, twice=True),
        keep_first(seen),
        _compare_step(seen, groups),
        *(_stop_step(seen, node, winner) for node in nodes),
        *(
            reseed_step(
                node.stopped_without_state(),
                seen.look,
                seen.label,
                why=(
                    f"{node.host} was on the other side. Heal the network first (TCP 4567). It takes a full "
                    f"copy from {listed(winner.hosts)}, never IST, which would hide what differs (REC-10)."
                ),
                keep_old=keep_old,
                gotchas=_GOTCHAS,
            )
            for node in nodes
        ),
        *proof_steps(seen, (*winner.hosts, *losers)),
    )
    rest = [host for host in seen.hosts if host not in (*winner.hosts, *losers)]
    left = f"{listed(rest)} is in neither side: plan again for it afterwards." if rest else ""
    return plan_of(seen, steps, left_open=left)


def _ask(seen: Situation, groups: tuple[Group, ...], keep: str) -> Refusal:
    sides = "; or ".join(
        f"{KEEP.name}={group.hosts[0]} for {listed(group.hosts)} (at {group.last_committed})"
        for group in groups
    )
    said = f" {keep} is in no Primary component." if keep else ""
    return refusal_of(
        seen,
        f"Stop the writes of one side now, compare, then say which side lives: {sides}. The transaction "
        f"number says how much was written, not what it is worth.{said}",
        gotchas=("REC-09", "REC-10"),
    )


def _compare_step(seen: Situation, groups: tuple[Group, ...]) -> Step:
    """Show what differs while both sides can still be read."""
    sides = [node for group in groups if (node := seen.node(group.hosts[0]))]

    async def verify(context: Context) -> Sighting:
        told: list[dict[str, str]] = []
        for node in sides:
            probe = Probe.of(node.client, "-NB", "-e", _TABLES, as_root=True)
            rows = (await context.reader(node.host).read(probe, timeout_s=30.0)).stdout.splitlines()
            told.append(dict(row.rsplit("\t", 1) for row in rows if "\t" in row))
        names = sorted({name for rows in told for name in rows})
        differ = [name for name in names if len({rows.get(name, "none") for rows in told}) > 1]
        if not differ:
            return yes(f"{count(len(names), 'table')} with about the same number of rows on each side")
        shown = ", ".join(
            f"{name} ({' / '.join(rows.get(name, 'none') for rows in told)})"
            for name in differ[:_MOST_TABLES]
        )
        more = f" and {len(differ) - _MOST_TABLES} more" if len(differ) > _MOST_TABLES else ""
        return yes(f"{count(len(differ), 'table')} of {len(names)} differ, rows about: {shown}{more}")

    return Step(
        key="compare",
        title=f"compare {' with '.join(node.host for node in sides)}",
        why="Export now what only the losing side has (mariadb-dump of those tables): afterwards it is gone.",
        check=nothing_to_check,
        verify=verify,
        expects="the tables whose row counts differ, as estimated by each side; this step only reads",
        gotchas=("REC-10",),
        answers=("REC-10",),
        verify_deadline_s=120.0,
        lasting=False,
    )


def _stop_step(seen: Situation, node: Node, winner: Group) -> Step:
    """Stop a loser and move its saved state aside in one step, so that nobody can start it into IST."""
    lost = f"{node.host} stops serving; what it wrote apart from {listed(winner.hosts)} is given up."
    return Step(
        key=f"give up:{node.host}",
        title=f"stop {node.host} and move its saved state aside",
        why=(
            "One side must be down before the two meet: else one of them aborts, chosen by a counter and not "
            f"by value (REC-09). {listed(winner.hosts)} stays."
        ),
        check=_still_split(node.host, winner.hosts),
        verify=of(down(node.host)),
        acts=(
            Act(node.host, commands.stop(node), timeout_s=STOP_TIMEOUT_S),
            Act(node.host, commands.move_aside(node.grastate, seen.label)),
            Act(node.host, commands.move_aside(node.gvwstate, seen.label)),
        ),
        expects=f"{node.host} down; its clients are cut off; it can only come back by a full copy",
        gotchas=("PXC-04", "REC-03", *_GOTCHAS),
        answers=("PXC-04", "REC-03", *_GOTCHAS),
        verify_deadline_s=120.0,
        irreversible=True,
        confirm=node.host,
        confirm_because=lost,
        undo_note=f"Its data directory stays until it is replaced by the step that starts it. {lost}",
        skippable=False,
        lasting=False,
    )


def _still_split(host: str, winners: tuple[str, ...]) -> Check:
    async def check(context: Context) -> Sighting:
        seen = of_context(context, await context.look())
        groups = seen.found.groups
        mine = next((group for group in groups if host in group.hosts), None)
        theirs = next((group for group in groups if set(winners) & set(group.hosts)), None)
        if theirs is None:
            return no(f"{listed(winners)} is not Primary any more: the side that was to live is gone", host)
        if mine is None:
            return yes(f"{host} is not Primary any more, {listed(theirs.hosts)} is", host)
        if mine is theirs:
            return no(f"{host} and {listed(winners)} are one component now: plan again", host)
        if seen.found.scenario not in (Scenario.SEPARATE, Scenario.SPLIT_BRAIN):
            return no(f"it is no longer two sides, but {seen.sentence}")
        return yes(f"{host} is Primary apart from {listed(theirs.hosts)}", host)

    return check
