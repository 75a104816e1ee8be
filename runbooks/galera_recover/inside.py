"""What is wrong among the members of a Primary component: stalls, donors, locks, settings left behind."""

from __future__ import annotations

from runbooks.galera_recover.inputs import CONNECTION, REMEDY
from runbooks.galera_recover.situation import Situation
from runbooks.galera_recover.waits import wait_step, watch_step
from runbooks.model import Context, Look, Sighting, Step, no, yes
from runbooks.steps.checks import Judge, nothing_to_check, synced
from runbooks.steps.node import Node
from runbooks.steps.settings import kill_step, set_step
from runbooks.steps.start import start_deadline_s, start_step, stop_step
from runbooks.steps.way import way_of
from runbooks.triage.classify import classify
from runbooks.triage.scenario import Case, Scenario
from systems.galera.processlist import without_values
from systems.galera.readings import NodeSurvey, WsrepStatus, WsrepVariables
from systems.shell import Probe

HELD = (Scenario.FLOW_CONTROL, Scenario.LOCK, Scenario.DDL)
_OVER_S = 600.0
_GOTCHAS = {
    Scenario.FLOW_CONTROL: ("REC-29", "REC-30", "ROLL-13"),
    Scenario.LOCK: ("ROLL-13", "REC-13"),
    Scenario.DDL: ("PXC-30", "REC-37"),
}


def inside_steps(seen: Situation) -> tuple[Step, ...]:
    """The steps for what is wrong inside the component, writes that hang first."""
    steps: list[Step] = []
    for case in seen.found.inside:
        steps += _steps_of(seen, case)
    return (*steps, *setting_steps(seen))


def _steps_of(seen: Situation, case: Case) -> tuple[Step, ...]:
    host = case.hosts[0]
    node = seen.node(host)
    match case.scenario:
        case Scenario.FLOW_CONTROL | Scenario.LOCK if node:
            return _held(seen, node, case)
        case Scenario.DDL:
            return (
                _over_step(case, f"{case.sentence}. Total order stops all nodes until it ends (PXC-30)."),
            )
        case Scenario.DONOR if node:
            return _donor(seen, node, case)
        case Scenario.WAIT | Scenario.HUNG_JOIN:
            gotchas = ("REC-14", "REC-15", "REC-16")
            copied_s = start_deadline_s(seen.look.survey, full_copy=True)
            return (wait_step(host, case.sentence, gotchas, is_cut=False, deadline_s=copied_s),)
        case _:
            return ()


def _held(seen: Situation, node: Node, case: Case) -> tuple[Step, ...]:
    """Remove the load or lock first; desync after that (R-FC: remedies in this order)."""
    show = _show_step(node, case)
    remedy = seen.values.get(REMEDY.name, REMEDY.default)
    connection = seen.values.get(CONNECTION.name, "")
    over = _over_step(case, f"{case.sentence}.")
    gotchas = _GOTCHAS[case.scenario]
    if remedy == "kill" and connection.isdigit():
        why = f"{case.sentence}. Connection {connection} holds it, as the operator says."
        return (show, kill_step(node, int(connection), _no_longer(case), why=why, gotchas=gotchas))
    if remedy == "desync":
        return (show, *_let_lag(node, case))
    return (show, over)


def _let_lag(node: Node, case: Case) -> tuple[Step, ...]:
    """Desync, wait until it has caught up, and take it back: a forgotten desync lags for ever (ROLL-04)."""
    gotchas = ("ROLL-04", "REC-14", *_GOTCHAS[case.scenario])
    on = set_step(
        *(node, "wsrep_desync", "ON", "OFF", _no_longer(case)),
        why=f"{case.sentence}. Desynced, it no longer holds the others back, and lags instead.",
        expects=f"{node.host} Donor/Desynced; writes on the others go on",
        gotchas=gotchas,
    )
    caught = watch_step(
        f"catch up:{node.host}",
        f"wait until {node.host} has applied its queue",
        "Taken back too early it would hold the others again.",
        _queue_is_empty(node.host),
        expects=f"wsrep_local_recv_queue of {node.host} is 0",
        gotchas=gotchas,
        deadline_s=3600.0,
    )
    return (
        on,
        caught,
        _resync(node, "It has caught up: desynced it can neither donate nor hold back.", gotchas),
    )


def _donor(seen: Situation, node: Node, case: Case) -> tuple[Step, ...]:
    """A desync by hand is taken back; a donor at work is waited for; one that is stuck is restarted."""
    survey = seen.look.survey.node(node.host)
    if isinstance(survey.variables, WsrepVariables) and survey.variables.desync:
        return (_resync(node, f"{case.sentence}.", ("ROLL-04", "REC-14")),)
    copies = bool(node.evidence.sst_pids)
    copied_s = start_deadline_s(seen.look.survey, full_copy=True)
    wait = watch_step(
        f"donor:{node.host}",
        f"wait until {node.host} is Synced again",
        f"{case.sentence}.",
        synced(node.host),
        expects=f"{node.host} Synced once its transfer is over",
        gotchas=("REC-14", "REC-16"),
        deadline_s=copied_s if copies else _OVER_S,
    )
    if len(case.hosts) > 1 or copies:
        return (wait,)
    stop = stop_step(
        node, why=f"{case.sentence}. Started again it is no donor any more.", gotchas=("ROLL-01",)
    )
    way = way_of(seen.look.survey, node.host)
    return (wait, stop, start_step(node, seen.look, way, why=f"{node.host} comes back by IST."))


def _resync(node: Node, why: str, gotchas: tuple[str, ...]) -> Step:
    return set_step(
        *(node, "wsrep_desync", "OFF", "ON", synced(node.host)),
        why=why,
        expects=f"{node.host} Synced once its queue is applied",
        gotchas=gotchas,
        deadline_s=_OVER_S,
    )


def setting_steps(seen: Situation) -> tuple[Step, ...]:
    """Settings that keep clients away from members, or let them read old rows (REC-34, 35, 36)."""
    steps: list[Step] = []
    for host in seen.found.members:
        node, survey = seen.node(host), seen.look.survey.node(host)
        if node is None or not isinstance(survey.variables, WsrepVariables):
            continue
        told = survey.variables
        if told.reject_queries.upper() not in ("NONE", ""):
            steps.append(_setting(node, "wsrep_reject_queries", "NONE", told.reject_queries, "REC-35"))
        if told.dirty_reads:
            steps.append(_setting(node, "wsrep_dirty_reads", "OFF", "ON", "REC-34"))
        if told.pxc_maint_mode not in (None, "", "DISABLED"):
            steps.append(_setting(node, "pxc_maint_mode", "DISABLED", str(told.pxc_maint_mode), "REC-36"))
    return tuple(steps)


_MEANINGS = {
    "wsrep_reject_queries": "every statement is refused with error 1047, though the node is Synced",
    "wsrep_dirty_reads": "without a Primary it would answer with old rows, and pass for healthy",
    "pxc_maint_mode": "health checks keep clients away, though the node is Synced",
}


def _setting(node: Node, name: str, value: str, before: str, gotcha: str) -> Step:
    def is_set(look: Look) -> Sighting:
        variables = look.survey.node(node.host).variables
        now = _value(variables, name) if isinstance(variables, WsrepVariables) else "not told"
        return (yes if now.upper() == value else no)(f"{name} on {node.host} is {now}", node.host)

    return set_step(
        *(node, name, value, before, is_set),
        why=f"{name} is {before} on {node.host}: {_MEANINGS[name]}. Skip this if it is on purpose.",
        expects=f"{name} {before} -> {value}",
        gotchas=(gotcha,),
    )


def _value(variables: WsrepVariables, name: str) -> str:
    match name:
        case "wsrep_reject_queries":
            return variables.reject_queries
        case "wsrep_dirty_reads":
            return "ON" if variables.dirty_reads else "OFF"
        case _:
            return variables.pxc_maint_mode or ""


def _connection(row: str) -> str:
    """One row of the process list, its statement without values: it is kept in the journal."""
    words = row.split("\t")
    return " ".join([*words[:7], *map(without_values, words[7:])])[:140]


def _show_step(node: Node, case: Case) -> Step:
    """Show what runs and what holds: the holder of a lock is often a connection that sleeps."""

    async def verify(context: Context) -> Sighting:
        probe = Probe.of(node.client, "-NB", "-e", "SHOW FULL PROCESSLIST", as_root=True)
        rows = (await context.reader(node.host).read(probe)).stdout.splitlines()
        told = [_connection(row) for row in rows if "SHOW FULL PROCESSLIST" not in row]
        return yes(f"on {node.host}: " + (" | ".join(told) or "nobody is connected"), node.host)

    return Step(
        key=f"show:{node.host}",
        title=f"show the connections of {node.host}",
        why=(
            f"{case.sentence}. The holder may sleep: look for a backup, FLUSH TABLES ... WITH READ LOCK, or "
            f"a long transaction. End it there, or plan again with {REMEDY.name}=kill {CONNECTION.name}=ID."
        ),
        check=nothing_to_check,
        verify=verify,
        expects="the process list of the node that holds the writes; this step only reads",
        gotchas=_GOTCHAS[case.scenario],
        answers=_GOTCHAS[case.scenario],
        verify_deadline_s=30.0,
        lasting=False,
    )


def _over_step(case: Case, why: str) -> Step:
    return watch_step(
        f"over:{case.scenario.value}:{case.hosts[0]}",
        "wait until writes go on",
        why,
        _no_longer(case),
        expects="the writes of all nodes move again",
        gotchas=_GOTCHAS[case.scenario],
        deadline_s=_OVER_S,
    )


def _no_longer(case: Case) -> Judge:
    """The card does not hold any more in a new look."""

    def judge(look: Look) -> Sighting:
        found = classify(look.survey)
        still = [one for one in found.inside if one.scenario in HELD and set(one.hosts) & set(case.hosts)]
        if still:
            return no(still[0].sentence, *still[0].hosts)
        if not found.groups:
            return no("there is no Primary component any more")
        return yes("no stall, lock or schema change holds the writes", *case.hosts)

    return judge


def _queue_is_empty(host: str) -> Judge:
    def judge(look: Look) -> Sighting:
        node: NodeSurvey = look.survey.node(host)
        if not isinstance(node.status, WsrepStatus):
            return no(f"{host} does not answer SQL: {node.status}", host)
        left = node.status.recv_queue
        if left is None or left > 0:
            return no(f"{host} has {left} write-sets to apply", host)
        return yes(f"{host} has applied everything", host)

    return judge
