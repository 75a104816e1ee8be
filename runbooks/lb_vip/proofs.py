"""What proves the address: fresh connections, a node that is desynced, and a node that is stopped (D.5)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial

from runbooks.lb_vip.balancers import all_up, servers_of
from runbooks.lb_vip.idle import idle_step
from runbooks.lb_vip.nodes import ask_check
from runbooks.lb_vip.situation import Member, Situation
from runbooks.model import Act, Check, Context, Holds, Severity, Sighting, Step, no, unknown, yes
from runbooks.steps import commands
from runbooks.steps.checks import down, every, nothing_to_check, synced
from runbooks.steps.settings import set_step
from runbooks.steps.start import START_DEADLINE_S
from runbooks.vips.trial import A_MEMBER, Trial, told, try_for, try_some
from runbooks.words import count, listed
from systems.errors import SystemsError
from systems.galera.readings import WsrepStatus
from systems.haproxy.attempt import TIMEOUT_S, Attempt
from systems.haproxy.readings import ServerState
from systems.shell import Command

DONOR = 2
"""wsrep_local_state of a node that gives its state away, or is desynced."""
_TELLS_S = 2.0
"""How much longer than its checks a balancer takes to tell that a node is out: one check's own time."""


def proof_steps(seen: Situation) -> tuple[Step, ...]:
    """All proofs that this estate allows, the one that stops a node last."""
    steps = [_up_step(seen)]
    if seen.can_try:
        steps.append(fresh_step(seen))
    if seen.idle_proof_s:
        steps.append(idle_step(seen))
    steps += desync_steps(seen, seen.desynced)
    if seen.stopped:
        member = next(member for member in seen.members if member.host == seen.stopped)
        steps += stop_steps(seen, member)
    return tuple(steps)


def _hosts(seen: Situation) -> tuple[str, ...]:
    return tuple(one.host for one in seen.balancers)


def _up_step(seen: Situation) -> Step:
    return Step(
        key="prove:up",
        title="prove: every balancer has every node up, by HTTP",
        why="Two balancers that do not agree send writes to two nodes.",
        check=nothing_to_check,
        verify=partial(all_up, seen=seen, balancers=_hosts(seen)),
        expects="nothing: it only reads",
        gotchas=("LB-01", "LB-02"),
        answers=("LB-01", "LB-02"),
        verify_deadline_s=30.0,
        lasting=False,
    )


def fresh_step(seen: Situation) -> Step:
    """Three connections a member, each of its own: where they land is as the policy says (D.5, LB-08)."""
    times = A_MEMBER * len(seen.members)
    where = f"all on {seen.writer}" if seen.writer else f"on {listed(seen.hosts)} in turn"

    async def verify(context: Context) -> Sighting:
        try:
            client = await context.vips.client(seen.found.vip)
        except SystemsError as error:
            return unknown(str(error))
        trial = await try_some(client.attempt, times)
        expected = seen.names((seen.writer,) if seen.writer else seen.hosts)
        severity, sentence = told(trial, expected, asyncio.get_running_loop().time())
        if trial.errors:
            sentence = f"{sentence}: {next(iter(trial.errors))}"
        return (yes if severity is Severity.INFO else no)(sentence)

    return Step(
        key="prove:fresh",
        title=f"prove: {times} fresh connections through {seen.found.address}",
        why="A name that stays the same proves nothing with a pool: each of these is a new one (LB-08).",
        check=nothing_to_check,
        verify=verify,
        expects=f"nothing: it only asks each server for its name; {where}",
        gotchas=("LB-08", "LB-19"),
        answers=("LB-08", "LB-19"),
        verify_deadline_s=60.0,
        lasting=False,
    )


def desync_steps(seen: Situation, member: Member) -> tuple[Step, Step]:
    """Have one node leave the rotation by its state alone, and come back: the check sees more than a port."""
    out = _desync_step(seen, member)
    return out, _resync_step(seen, member, takes_back=out.key)


def _desync_step(seen: Situation, member: Member) -> Step:
    host = member.host
    sees = "A check that sees it takes the node out, any other does not"
    expects = f"{host} is DOWN on {listed(_hosts(seen))} by HTTP 503"
    if seen.donors_serve:
        sees, expects = (
            "Donors count as up: its check must say so",
            f"{host} is asked by HTTP, and answers 200",
        )
    out = set_step(
        member.node,
        "wsrep_desync",
        "ON",
        "OFF",
        synced(host),
        why=f"{host} keeps running and takes connections; only its state changes. {sees} (LB-01, LB-10).",
        expects=f"{expects}; it is Synced again in the next step",
        gotchas=("LB-01", "LB-10"),
        deadline_s=_desync_deadline_s(seen),
    )
    return replace(
        out,
        key=f"desync:{host}",
        title=f"prove: {host} {'stays' if seen.donors_serve else 'leaves'} when it is desynced",
        check=partial(_all_well, seen=seen, host=host),
        verify=(
            partial(serves_on, seen=seen, member=member)
            if seen.donors_serve
            else partial(is_out, seen=seen, host=host)
        ),
        undone=partial(_all_well, seen=seen, host=host),
        lasting=False,
        skippable=True,
    )


def _resync_step(seen: Situation, member: Member, *, takes_back: str) -> Step:
    host = member.host
    back = set_step(
        member.node,
        "wsrep_desync",
        "OFF",
        "ON",
        synced(host),
        why=f"{host} catches up, and gets clients once it is Synced, not before.",
        expects=f"{host} is Synced, and UP on {listed(_hosts(seen))}",
        gotchas=("LB-01",),
        deadline_s=_desync_deadline_s(seen) + 60.0,
    )
    return replace(
        back,
        key=f"resync:{host}",
        title=f"prove: {host} is back when it is Synced",
        verify=partial(_all_well, seen=seen, host=host),
        undo=(),
        undo_note=f"None is needed: {host} is as it was.",
        takes_back=takes_back,
        skippable=False,
        lasting=False,
    )


def _desync_deadline_s(seen: Situation) -> float:
    return 20.0 + 3 * seen.hung_within_s


async def _all_well(context: Context, seen: Situation, host: str) -> Sighting:
    """The node is Synced by its own word, and up on every balancer."""
    state = synced(host)(await context.look())
    if state.holds is not Holds.YES:
        return state
    return await all_up(context, seen=seen, balancers=_hosts(seen))


async def is_out(context: Context, seen: Situation, host: str) -> Sighting:
    """No balancer sends new clients to this member, because of its check."""
    codes = []
    for balancer in _hosts(seen):
        for section in seen.sections:
            servers = await servers_of(context, seen, balancer, section)
            if isinstance(servers, Sighting):
                return servers
            server = servers.get(host)
            if server is None or server.state is not ServerState.DOWN:
                status = server.status if server else "not there"
                return no(f"{balancer}: {section}/{host} is {status} still", host)
            if server.check.code:
                codes.append(server.check.code)
    by = f" by HTTP {codes[0]}" if codes else ""
    return yes(f"{host} is DOWN on {listed(_hosts(seen))}{by}", host)


async def serves_on(context: Context, seen: Situation, member: Member) -> Sighting:
    """The node is a donor by its own word, and its check lets it have clients all the same."""
    host = member.host
    status = (await context.look()).survey.node(host).status
    if not isinstance(status, WsrepStatus) or status.local_state != DONOR:
        return no(f"{host} is no donor yet", host)
    for balancer in _hosts(seen):
        said = await ask_check(context, seen, balancer, member)
        if not said.startswith("200"):
            return no(f"{host} is a donor, and its check answers {said or 'nothing'} to {balancer}", host)
    return yes(f"{host} is a donor, and its check answers 200 to {listed(_hosts(seen))}", host)


@dataclass(slots=True)
class _Count:
    """Connections made since a node was told to stop, over all looks at the step."""

    attempts: list[Attempt] = field(default_factory=list)

    @property
    def failed(self) -> list[Attempt]:
        return [one for one in self.attempts if not one.landed]

    @property
    def lasted_s(self) -> float:
        """From the begin of the first that failed to the begin of the last."""
        begun = sorted(one.begun_s for one in self.failed)
        return begun[-1] - begun[0] if begun else 0.0

    def add(self, trial: Trial) -> None:
        self.attempts += trial.attempts


def stop_steps(seen: Situation, member: Member) -> tuple[Step, Step]:
    """Stop one node's database under fresh connections, count what fails, and bring the node back."""
    host, unit = member.host, member.node.owner
    bound_s = seen.leaves_within_s + _TELLS_S + TIMEOUT_S
    key = f"stop:{host}"
    stop = Step(
        key=key,
        title=f"prove: stop {host}, and count what clients notice",
        why=(
            f"Connections may fail until {host} is out: {seen.leaves_within_s} s of failed checks. After it "
            "none may fail. Ten a second are made meanwhile."
        ),
        check=partial(_all_well, seen=seen, host=host),
        verify=_counted(seen, host, bound_s),
        acts=(Act(host, Command.of("systemctl", "stop", "--no-block", unit), timeout_s=30.0),),
        expects=f"{host} leaves the cluster in order; errors for {bound_s:.0f} s at most, then none",
        gotchas=("LB-02",),
        answers=("LB-02",),
        verify_deadline_s=180.0,
        undo=(Act(host, Command.of("systemctl", "start", "--no-block", unit)),),
        undone=partial(_all_well, seen=seen, host=host),
        undo_note=f"Starts {host} again.",
        confirm=host,
        confirm_because=f"Clients that are connected to {host} are cut off.",
        lasting=False,
    )
    start = Step(
        key=f"start:{host}",
        title=f"prove: {host} is back when it is Synced",
        why="It gets clients once it is Synced, not before (D.5-6).",
        check=every(down(host)),
        verify=partial(_all_well, seen=seen, host=host),
        acts=tuple(Act(host, command) for command in commands.start(member.node)),
        expects=f"{host} is Synced, and UP on {listed(_hosts(seen))}",
        verify_deadline_s=START_DEADLINE_S,
        undo_note=f"None is needed: {host} is as it was.",
        takes_back=key,
        skippable=False,
        lasting=False,
    )
    return stop, start


def _counted(seen: Situation, host: str, bound_s: float) -> Check:
    total = _Count()

    async def verify(context: Context) -> Sighting:
        client = await context.vips.client(seen.found.vip)
        total.add(await try_for(client.attempt, bound_s))
        for judged in (await is_out(context, seen, host), down(host)(await context.look())):
            if judged.holds is not Holds.YES:
                return judged
        last = await try_some(client.attempt, A_MEMBER * len(seen.members))
        failed, all_of_them = len(total.failed), len(total.attempts)
        words = f"{count(failed, 'error')} in {count(all_of_them, 'fresh connection')}"
        if failed:
            words += f", over {total.lasted_s:.1f} s (at most {bound_s:.0f} s)"
        if last.errors:
            return no(f"{host} is out, and connections fail still: {next(iter(last.errors))}", host)
        if total.lasted_s > bound_s:
            return no(f"{words}: longer than the checks allow", host)
        return yes(f"{host} is down and out; {words}; then {len(last.attempts)} without one", host)

    return verify
