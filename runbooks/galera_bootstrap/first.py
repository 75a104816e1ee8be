"""Steps up to the first node: judge the hosts, stop, clear, initialise, bootstrap, prove it alone (A.3)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from runbooks.galera_bootstrap.setup import BOOTSTRAPPED, Member, Setup
from runbooks.membership import is_primary, primary_groups, runs
from runbooks.model import Act, Check, Context, Holds, Look, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import Judge, all_of, down, every, host_answers, nothing_to_check, of, synced
from runbooks.steps.evidence import keep_step
from runbooks.steps.primary import bootstrap_step
from runbooks.steps.recovery import incident
from runbooks.words import count, listed
from systems.galera.preparation import DatadirState, PreparationReading
from systems.galera.readings import Flavour, HostEvidence, WsrepStatus
from systems.shell import Command

_HOSTS = (
    *(f"HOST-{number:02}" for number in range(1, 11)),
    *("PXC-16", "PXC-18", "PXC-19", "PXC-20", "PXC-21", "PXC-32", "PXC-34"),
)


def hosts_step(setup: Setup) -> Step:
    """Show what stands against the hosts; the two that cannot be repaired afterwards stop the run (K)."""
    return Step(
        key="hosts",
        title="judge how the hosts are prepared",
        why="Swap, clock, volumes, SELinux and firewalls are mended now: later each costs a full copy (K).",
        check=nothing_to_check,
        verify=_clocks_agree(setup),
        expects="nothing: it only reads; what holds is shown, and is yours to mend",
        gotchas=_HOSTS,
        verify_deadline_s=20.0,
        lasting=False,
    )


def _clocks_agree(setup: Setup) -> Check:
    async def verify(context: Context) -> Sighting:
        look = await context.look(max_age_s=30.0, preparation=True)
        ahead: dict[str, float] = {}
        for member in setup.members:
            evidence = look.survey.node(member.host).evidence
            if not isinstance(evidence, HostEvidence):
                return unknown(f"{member.host} does not answer over SSH", member.host)
            ahead[member.host] = evidence.clock_offset_s
        apart = max(ahead.values()) - min(ahead.values())
        if apart > 5:
            return no(f"the clocks are {apart:.0f} s apart: certificates and logs go wrong", *ahead)
        told = (f"{count(len(ahead), 'host')}; clocks within {apart:.0f} s", *what_holds(look))
        return yes("; ".join(told), *ahead)

    return verify


def what_holds(look: Look) -> tuple[str, ...]:
    """What is wrong with the hosts now, as "HOST-04: db1: no swap": shown, and not mended here."""
    from runbooks.gotchas import CATALOGUE  # late: listing runbooks takes no detectors

    found = []
    for name in _HOSTS:
        detector = CATALOGUE[name].detector
        sighting = detector(look) if detector else None
        if sighting is not None and sighting.holds is Holds.YES:
            found.append(f"{name}: {sighting.evidence}")
    return tuple(found)


def keep_first(setup: Setup) -> tuple[Step, ...]:
    """Copies of saved states and logs, of the nodes whose data is moved aside."""
    nodes = [member.node for member in setup.moved_aside]
    survey = setup.look.survey
    return (keep_step(survey.name, nodes, incident(survey)),) if nodes else ()


def aside_step(setup: Setup, member: Member) -> Step:
    """Rename a data directory that nobody needs, as it was named (PXC-10): typed, and never deleted."""
    node, label = member.node, incident(setup.look.survey)
    lost = (
        f"What is in {node.datadir} on {node.host} is no longer served; it stays in {node.datadir}.{label}."
    )
    return Step(
        key=f"aside:{node.host}",
        title=f"move the data of {node.host} aside",
        why="It was named as data that may go. A join would delete it; renamed, it can still be looked at.",
        check=every(host_answers(node.host), down(node.host)),
        verify=_blank(member),
        acts=(Act(node.host, commands.renew_datadir(node, label), timeout_s=300.0),),
        expects=f"{node.datadir} empty; the old one beside it",
        gotchas=("PXC-10", "HOST-06"),
        answers=("PXC-10",),
        verify_deadline_s=20.0,
        undo_note=lost,
        irreversible=True,
        confirm=node.host,
        confirm_because=lost,
        skippable=False,
        lasting=False,
    )


def initialise_step(setup: Setup) -> Step:
    """Packages fill the data directory once, at installation or first start; here it is empty."""
    node = setup.first.node
    root = "root logs in by the socket"
    line = Command.of(
        "mariadb-install-db",
        "--user=mysql",
        f"--datadir={node.datadir}",
        "--auth-root-authentication-method=socket",
        "--skip-test-db",
    )
    if setup.flavour is Flavour.PXC:
        root = "root has no password until the step after the next"
        line = Command.of(node.server, "--initialize-insecure", "--user=mysql", f"--datadir={node.datadir}")
    return Step(
        key=f"initialise:{node.host}",
        title=f"initialise the data directory of {node.host}",
        why="The first node needs system tables; the others copy them from it.",
        check=every(host_answers(node.host), down(node.host)),
        verify=_is(setup.first, (DatadirState.FRESH,)),
        acts=(Act(node.host, line, timeout_s=300.0),),
        expects=f"system tables in {node.datadir}, owned by mysql; {root}",
        verify_deadline_s=20.0,
        undo_note="Nothing needs to be undone: it holds no data.",
        lasting=False,
    )


def _is(member: Member, states: tuple[DatadirState, ...]) -> Check:
    async def check(context: Context) -> Sighting:
        prepared = (await context.look(preparation=True)).preparation.get(member.host)
        if not isinstance(prepared, PreparationReading):
            return unknown(f"{member.host}: its data directory could not be read: {prepared}", member.host)
        told = f"{member.host}: {prepared.datadir} is {prepared.datadir_state.value}"
        return yes(told, member.host) if prepared.datadir_state in states else no(told, member.host)

    return check


def _blank(member: Member) -> Check:
    return _is(member, (DatadirState.EMPTY, DatadirState.FRESH))


def blank_or_ours(member: Member) -> Check:
    """Its data directory holds nothing, or what a try to join this very cluster has left (PXC-10, PXC-11)."""
    is_blank = _blank(member)

    async def check(context: Context) -> Sighting:
        survey = (await context.look()).survey
        evidence = survey.node(member.host).evidence
        histories = {group.state_uuid for group in primary_groups(survey)}
        if isinstance(evidence, HostEvidence):
            if evidence.sst_in_progress:
                return yes(f"{member.host}: a full copy did not come through; it begins anew", member.host)
            if evidence.grastate is not None and evidence.grastate.position.uuid in histories:
                return yes(f"{member.host} has this cluster's own history", member.host)
        return await is_blank(context)

    return check


def checked_first(step: Step, first: Check) -> Step:
    """The step with one more check, asked before its own."""
    before = step.check

    async def check(context: Context) -> Sighting:
        answer = await first(context)
        if answer.holds is not Holds.YES:
            return answer
        rest = await before(context)
        return yes(f"{answer.evidence}; {rest.evidence}") if rest.holds is Holds.YES else rest

    return replace(step, check=check)


def bootstrap_first(setup: Setup) -> Step:
    """The one act that makes the cluster; this run remembers that it was its own."""
    first = setup.first
    others = [member.host for member in setup.joiners]
    step = bootstrap_step(
        first.node,
        partial(_nobody_lives, setup.hosts),
        why=(
            f"No node runs, and none has data. {first.host} begins the one history; "
            f"{listed(others)} copy it. It is the only bootstrap: every other start is a plain one (PXC-09)."
        ),
        lost="From here on this node's history is the cluster's; a second bootstrap would make another.",
        gotchas=("PXC-03", "PXC-09"),
    )
    step = replace(step, answers=(*(name for name in step.answers if not name.startswith("PXC")), "PXC-03"))
    step = replace(
        step,
        expects=f"{first.host} Primary, size 1, Synced, with a new state UUID",
        learn=lambda _: {BOOTSTRAPPED: first.host},
    )
    return checked_first(step, _blank(first))


def _nobody_lives(hosts: tuple[str, ...], _: Context, look: Look) -> Sighting:
    """Every host looked at, no server anywhere, nothing on the group's port (A.2)."""
    for host in hosts:
        node = look.survey.node(host)
        if runs(node) is None or not isinstance(node.evidence, HostEvidence):
            return unknown(f"{host} could not be looked at: {node.evidence}", host)
        if runs(node):
            return no(f"{host}: a database runs there: plan again", host)
        if 4567 in node.evidence.listening:
            return no(f"{host}: something listens on 4567 (PXC-32)", host)
    if groups := primary_groups(look.survey):
        return no(f"{listed(groups[0].hosts)} are Primary: no second one may start (PXC-09)")
    return yes(f"no database and no Primary on {count(len(hosts), 'node')}, nothing on 4567")


def alone_step(setup: Setup) -> Step:
    """The first node by its own word: Primary, one member, Synced, ready (A.3 step 6)."""
    host = setup.first.host
    return Step(
        key=f"alone:{host}",
        title=f"prove: {host} is a cluster of one",
        why="What the others will copy must be whole before they do.",
        check=nothing_to_check,
        verify=of(all_of(synced(host), _is_alone(host))),
        expects="nothing: it only reads",
        verify_deadline_s=30.0,
        skippable=False,
        lasting=False,
    )


def _is_alone(host: str) -> Judge:
    def judge(look: Look) -> Sighting:
        status = look.survey.node(host).status
        if not isinstance(status, WsrepStatus) or status.cluster_size != 1:
            size = status.cluster_size if isinstance(status, WsrepStatus) else "not told"
            return no(f"{host}: its cluster's size is {size}, not 1", host)
        rest = [node.host for node in look.survey.nodes if node.host != host and is_primary(node)]
        if rest:
            return no(f"{listed(rest)} are Primary as well", *rest)
        return yes(f"size 1, history {status.state_uuid}", host)

    return judge
