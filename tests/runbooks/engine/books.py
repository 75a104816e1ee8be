"""A small runbook for tests of the engine: every kind of step, on hosts whose state is a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from runbooks.model import (
    Act,
    Check,
    Context,
    Gotcha,
    Input,
    InputKind,
    Look,
    Plan,
    Refusal,
    Runbook,
    Severity,
    Sighting,
    Step,
    no,
    yes,
)
from runbooks.secret import Form, marker
from systems.galera.readings import NodeSurvey
from systems.shell import Command, Output, Probe
from tests.builders import a_stopped_node
from tests.runbooks.clocks import HandClock
from tests.runbooks.doubles import World

PREPARE, COUNT, RECOVER = "touch /srv/prepared", "touch /srv/counted", "recover-position"
BOOTSTRAP, START, STOP = "galera_new_cluster", "systemctl start mariadb", "systemctl stop mariadb"
NO_PRIMARY = "REC-01"


def has(host: str, path: str) -> Check:
    """Whether a file is there; what a verify of this book asks."""

    async def check(context: Context) -> Sighting:
        answer = await context.reader(host).read(Probe.of("test", "-e", path, accepts=(0, 1)))
        return yes(f"{host} has {path}", host) if answer.status == 0 else no(f"{host} has no {path}", host)

    return check


def lacks(host: str, path: str) -> Check:
    async def check(context: Context) -> Sighting:
        seen = await has(host, path)(context)
        return no(seen.evidence) if seen.holds.value == "yes" else yes(seen.evidence)

    return check


async def always(_: Context) -> Sighting:
    return yes("nothing stands against it")


def a_step(key: str = "start:db1", host: str = "db1", line: str = START, **changes: Any) -> Step:
    """One act that makes /srv/up there, verified by that file."""
    step = Step(
        key=key,
        title=f"start {host}",
        why="it is down",
        check=lacks(host, "/srv/up"),
        verify=has(host, "/srv/up"),
        acts=(Act(host, Command(line)),),
        expects="it is up",
        undo=(Act(host, Command(STOP)),),
        verify_deadline_s=10.0,
    )
    return replace(step, **changes)


def a_last_step(**changes: Any) -> Step:
    """The point of no return: bootstraps db1, guarded by REC-01."""
    return a_step(
        key="bootstrap:db1",
        line=BOOTSTRAP,
        title="bootstrap db1",
        undo=(),
        undo_note="None: it begins a new history.",
        irreversible=True,
        confirm="db1",
        gotchas=(NO_PRIMARY,),
        **changes,
    )


def recover_step(host: str = "db2") -> Step:
    def learn(outputs: Sequence[Output]) -> Mapping[str, str]:
        return {f"position:{host}": outputs[-1].stdout.strip()} if outputs else {}

    async def verify(context: Context) -> Sighting:
        told = context.facts.get(f"position:{host}", "")
        return yes(f"{host} is at {told}") if told else no(f"{host} told no position")

    return Step(
        key=f"recover:{host}",
        title=f"recover the position of {host}",
        why="grastate.dat says -1",
        check=always,
        verify=verify,
        acts=(Act(host, Command(RECOVER)),),
        verify_deadline_s=10.0,
        replans=True,
        learn=learn,
        lasting=False,
    )


def prepare_step() -> Step:
    """Two acts on one host, with an undo for both."""
    return Step(
        key="prepare",
        title="prepare db1",
        why="it was never prepared",
        check=lacks("db1", "/srv/prepared"),
        verify=has("db1", "/srv/counted"),
        acts=(Act("db1", Command(PREPARE)), Act("db1", Command(COUNT))),
        undo=(Act("db1", Command("rm /srv/prepared /srv/counted")),),
        verify_deadline_s=10.0,
    )


async def _proof(context: Context) -> Sighting:
    survey = (await context.look()).survey
    return yes(f"{len(survey.nodes)} nodes asked")


PROVE = Step(key="prove", title="prove it", why="green means verified", check=always, verify=_proof)

WHOLE = ("prepare", "recover:db2", "bootstrap:db1", "start:db2", "start:db3", "prove")


def plan_whole(_look: Look, _values: Mapping[str, str], facts: Mapping[str, str]) -> Plan | Refusal:
    """prepare, recover (then plans anew), bootstrap, start two, prove."""
    if "position:db2" not in facts:
        steps: tuple[Step, ...] = (prepare_step(), recover_step())
        return Plan(
            "whole", "orders", "db2 must tell its position first", steps, open="the rest follows from it"
        )
    position = int(facts["position:db2"])
    if position > 1311:
        return Refusal("db2 is ahead of db1", (f"db2 is at {position}",), "bootstrap db2 by hand")
    started = tuple(a_step(f"start:{host}", host) for host in ("db2", "db3"))
    steps = (prepare_step(), recover_step(), a_last_step(), *started, PROVE)
    return Plan("whole", "orders", f"db1 is ahead of db2 ({position})", steps)


def a_book(
    plan: Callable[[Look, Mapping[str, str], Mapping[str, str]], Plan | Refusal] = plan_whole,
    *,
    name: str = "whole",
    inputs: tuple[Input, ...] = (),
) -> Runbook:
    return Runbook(name, f"the {name} book", "for tests", "B", (NO_PRIMARY,), inputs, plan)


def a_book_of(*steps: Step, inputs: tuple[Input, ...] = ()) -> Runbook:
    """A book whose plan is these steps, whatever the look."""
    return a_book(lambda *_: Plan("few", "orders", "as scripted", steps), name="few", inputs=inputs)


def a_primary_somewhere(look: Look) -> Sighting:
    """REC-01 as this book knows it: any node with a running server."""
    found = [node.host for node in look.survey.nodes if node.answers_sql]
    return yes(f"{', '.join(found)} runs", *found) if found else no("0 Primary found")


CATALOGUE: Mapping[str, Gotcha] = {
    NO_PRIMARY: Gotcha(
        id=NO_PRIMARY,
        title="bootstrap chosen while a Primary exists",
        symptom="two histories",
        cause="nobody asked all nodes",
        fix="do not",
        severity=Severity.CRITICAL,
        source="GOTCHAS B.7",
        detector=a_primary_somewhere,
        blocks=True,
    )
}

SECRET_INPUT = Input("password", "the password of sst", InputKind.SECRET, "as in the vault")


def secret_step() -> Step:
    statement = f"ALTER USER sst IDENTIFIED BY '{marker('password', Form.SQL)}'"
    return a_step(acts=(Act("db1", Command("mariadb", stdin=statement)),))


def a_node_of(name: str, clock: HandClock) -> NodeSurvey:
    """A node that was stopped, as every survey of these tests finds it."""
    return a_stopped_node(name, at=clock.now())


def a_world() -> World:
    """Three hosts on which the commands of these books work."""
    world = World("db1", "db2", "db3")
    for host in world.values():
        host.on(PREPARE, lambda host: host.files.update({"/srv/prepared": ""}))
        host.on(COUNT, lambda host: host.files.update({"/srv/counted": ""}))
        host.on("rm /srv/prepared /srv/counted", _forget)
        host.on(RECOVER, lambda _: (0, "1227\n"))
        for line in (START, BOOTSTRAP, "mariadb"):
            host.on(line, lambda host: host.files.update({"/srv/up": ""}))
        host.on(STOP, lambda host: host.files.pop("/srv/up", None))
    return world


def _forget(host: object) -> None:
    files = getattr(host, "files")  # noqa: B009 - any host of the doubles
    for path in ("/srv/prepared", "/srv/counted"):
        files.pop(path, None)
