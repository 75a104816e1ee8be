"""Each state of the console, built with no network; pictures and tests are made from the same scenes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from runbooks.gotchas import CATALOGUE
from runbooks.library import RUNBOOKS
from runbooks.model import Runbook
from runbooks.steps.commands import evidence_dir
from runbooks.steps.recovery import incident
from systems.errors import SystemsError, Unreachable
from systems.galera.readings import ClusterSurvey, NodeSurvey
from systems.host import HostReading
from systems.shell import Probe
from tests.builders import (
    NOON,
    a_joining_node,
    a_lost_node,
    a_node,
    a_stopped_node,
    a_survey,
    a_unit,
    some_variables,
)
from tests.runbooks.clocks import HandClock
from tests.runbooks.engine import books
from tests.runbooks.rigs import Rig
from tests.scripted import ScriptedSource
from tests.tui.rehearsers import ScriptedRehearser
from tui.app import QuarterdeckApp
from tui.works import Works

KILLED = {"mariadb": a_unit(active="failed", sub="failed", result="signal", since=NOON)}
LOG_LINE = "journalctl -u mariadb -n 200 -f --no-pager -o short"
NOTICED = """\
Nov 22 12:00:01 {0} mariadbd[2600]: [Warning] WSREP: evs::proto, node 97c6 is inactive
Nov 22 12:00:01 {0} mariadbd[2600]: [Note] WSREP: New cluster view: Primary, members: 2
"""
LOGS = {
    "db1": NOTICED.format("db1"),
    "db2": """\
Nov 22 11:59:58 db2 mariadbd[2600]: [Note] WSREP: Synchronized with group, ready for connections
Nov 22 11:59:59 db2 mariadbd[2600]: [ERROR] WSREP: failed to send to 10.77.0.13: Broken pipe
Nov 22 12:00:00 db2 systemd[1]: mariadb.service: Main process exited, code=killed, status=9/KILL
Nov 22 12:00:00 db2 systemd[1]: mariadb.service: Failed with result 'signal'.
""",
    "db3": NOTICED.format("db3"),
}


def noon() -> datetime:
    """It is always two seconds past noon here."""
    return NOON + timedelta(seconds=2)


class Stage(QuarterdeckApp):
    """The console on a scripted source, in which no time passes; keeps what the scene is made of."""

    source: ScriptedSource
    rig: Rig
    rehearser: ScriptedRehearser
    folder: TemporaryDirectory[str]

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """The picture, the same to the byte: Rich's number in it counts differences that nobody can see."""
        svg = super().export_screenshot(title=title, simplify=simplify)
        return re.sub(r"\bterminal-\d+", "terminal-0", svg)


def stage(
    looks: Sequence[ClusterSurvey] = (),
    *,
    more: dict[str, Sequence[ClusterSurvey]] | None = None,
    hosts: dict[str, HostReading | SystemsError] | None = None,
    book: Runbook | None = None,
    armed: bool = False,
    ascii_only: bool = False,
    few_colours: bool = False,
    stepwise: bool = False,
    keys: Path | None = None,
) -> Stage:
    """Set a stage: the looks at `orders`, hosts, and an engine on doubles with a real journal."""
    folder = TemporaryDirectory(prefix="quarterdeck-scene-")
    catalogue = {**CATALOGUE, **books.CATALOGUE}

    def node(name: str, clock: HandClock) -> NodeSurvey:
        known = {survey.host: survey for survey in looks[-1].nodes} if looks else {}
        return stamped(known.get(name) or a_node(name), clock.now())

    rig = Rig(Path(folder.name), books.a_world(), catalogue, armed=False, node=node)
    for name, host in rig.world.items():
        host.answer("uptime", f" 12:00:02 up 14 days,  load average: 0.4{name[-1]}, 0.40, 0.38\n")
        host.answer(LOG_LINE, LOGS[name])
    rig.engine._new_id = lambda: "a7c3f1"
    if armed:
        rig.arming.arm("db2 lost its power at noon")
    shelf = {**RUNBOOKS, **({book.name: book} if book else {})}
    rehearser = ScriptedRehearser(rig.journal)
    works = Works(
        arming=rig.arming,
        journal=rig.journal,
        hosts=rig.hosts,
        engine=rig.engine,
        runbooks=shelf,
        catalogue=catalogue,
        redact=rig.redactor.redact,
        journal_name="~/.local/state/quarterdeck/journal.sqlite",
        rehearser=rehearser,
    )
    clusters = {"orders": looks} if looks else {}
    source = ScriptedSource({**clusters, **(more or {})}, hosts=hosts, stepwise=stepwise, works=works)
    app = Stage(
        source.inventory,
        source,
        who="ana@bastion1",
        ascii_only=ascii_only,
        now=noon,
        every_s=None,
        few_colours=few_colours,
        keys=keys,
    )
    app.desk.breath_s = 0.0
    app.desk.clock = lambda: 0.0
    app.source, app.rig, app.rehearser, app.folder = source, rig, rehearser, folder
    return app


def earlier(*nodes: NodeSurvey, seconds: float = 2.0) -> ClusterSurvey:
    """The same nodes, looked at some seconds before noon."""
    return a_survey(*[stamped(node, NOON - timedelta(seconds=seconds)) for node in nodes])


def stamped(node: NodeSurvey, at: datetime) -> NodeSurvey:
    """The same node, as if it had been looked at then."""
    answers = {
        name: replace(answer, taken_at=at)
        for name in ("status", "variables", "evidence")
        if not isinstance(answer := getattr(node, name), SystemsError)
    }
    return replace(node, started_at=at, taken_at=at, **answers)


def busy(host: str, seqno: int, size: int = 3, **status: object) -> NodeSurvey:
    """A Synced node that takes writes: its counters follow its position."""
    counters = {"replicated_bytes": seqno * 4000, "received_bytes": seqno * 8000}
    return a_node(host, seqno=seqno, size=size, status=counters | status)


def whole() -> ClusterSurvey:
    return earlier(*[busy(f"db{number}", 1300) for number in (1, 2, 3)])


def healthy() -> Stage:
    """Three nodes Synced, writes going on."""
    return stage(
        [whole(), a_survey(*[busy(f"db{number}", 1311) for number in (1, 2, 3)])], hosts=some_hosts()
    )


def asking() -> Stage:
    """Nobody has answered yet."""
    app = stage([whole()], hosts=some_hosts())
    app.source.hold()
    return app


def killed() -> list[ClusterSurvey]:
    """db2 was killed just before noon."""
    down = a_stopped_node("db2", recovered=1227, units=KILLED)
    return [whole(), a_survey(busy("db1", 1311, 2), down, busy("db3", 1311, 2))]


def one_node_down() -> Stage:
    return stage(killed(), hosts=some_hosts())


def one_host_lost() -> Stage:
    """db2 answers neither SSH nor SQL; what it said last stays."""
    lost = a_lost_node("db2")
    return stage([whole(), a_survey(busy("db1", 1311, 2), lost, busy("db3", 1311, 2))])


def held_writes() -> Stage:
    """db3 holds all writes by flow control."""
    active = {"flow_control_active": True, "flow_control_paused_ns": 1_100_000_000}
    guilty = active | {"flow_control_requested": True, "recv_queue": 29, "flow_control_sent": 1}
    now = a_survey(busy("db1", 1311, **active), busy("db2", 1311, **active), busy("db3", 1311, **guilty))
    return stage([whole(), now])


def two_clusters() -> Stage:
    """orders is ill, billing is well; the worse one stands first."""
    well = a_survey(a_node("bi1"), a_node("bi2"), a_node("bi3"), name="billing")
    return stage(killed(), more={"billing": [well]})


def disagreement() -> Stage:
    """db3 runs another version, and a joiner receives a full copy."""
    old = replace(some_variables("db3"), version="10.6.16-MariaDB", sync_wait="7")
    db3 = replace(a_node("db3"), variables=old)
    return stage([a_survey(a_node("db1"), a_node("db2", size=2), db3, a_joining_node("db4"))])


def hostile_text() -> Stage:
    """A host answers with markup and escape sequences; they are shown and not obeyed."""
    said = Unreachable("db2: [/red] \x1b]52;c;ZXZpbA==\x07 [bold]no route\x1b[2J")
    lost = replace(a_lost_node("db2"), status=said, variables=said, evidence=said)
    return stage([a_survey(a_node("db1", size=2), lost, a_node("db3", size=2))])


def nothing_to_watch() -> Stage:
    """An estate file that names no system."""
    return stage()


def some_hosts() -> dict[str, HostReading | SystemsError]:
    """Five hosts; lb2 is short of room, web1 does not answer."""

    def host(name: str, free: float = 21e9, failed: tuple[str, ...] = ()) -> HostReading:
        return HostReading(
            taken_at=NOON,
            hostname=name,
            kernel="6.1.0-37-amd64",
            cpus=4,
            load=0.42,
            uptime_s=1_230_000.0,
            memory_bytes=8_000_000_000,
            memory_free_bytes=3_100_000_000,
            root_bytes=40_000_000_000,
            root_free_bytes=int(free),
            failed_units=failed,
        )

    silent = Unreachable("web1: no answer on port 22 within 5 s; is it up, and is the way to it open?")
    return {
        "db1": host("db1"),
        "db2": host("db2", failed=("mariadb.service",)),
        "db3": host("db3"),
        "lb2": host("lb2", 1.4e9),
        "web1": silent,
    }


def wizard_plan() -> Stage:
    """The dry run of galera-recover is one key away."""
    return stage(killed(), book=books.a_book())


def wizard_armed() -> Stage:
    """The same in a console that is armed."""
    return stage(killed(), book=books.a_book(), armed=True)


def no_return() -> Stage:
    """Nobody runs, so nothing stands against the bootstrap of a book that has one."""
    stopped = a_survey(*[a_stopped_node(f"db{number}", seqno=1300 + number) for number in (1, 2, 3)])
    return stage([stopped], book=books.a_book(), armed=True)


def power_loss() -> Stage:
    """All three lost their power; galera-recover bootstraps db1, which has the highest position."""
    positions = {"db1": 1311, "db2": 1227, "db3": 1309}
    down = a_survey(
        *[a_stopped_node(host, recovered=seqno, units=KILLED) for host, seqno in positions.items()]
    )
    app = stage([down], armed=True)
    copies = Probe.of(
        "find", evidence_dir("orders", incident(down)), "-type", "f", "-printf", "%f\\n", as_root=True
    )
    for host in app.rig.world.values():
        host.answer(copies.line, "journal.txt\ngrastate.dat\n")
    return app


def plain_signs() -> Stage:
    """ASCII signs and the terminal's own colours."""
    return stage(killed(), ascii_only=True, few_colours=True)


SCENES: dict[str, Callable[[], Stage]] = {
    "asking": asking,
    "healthy": healthy,
    "one-node-down": one_node_down,
    "one-host-lost": one_host_lost,
    "held-writes": held_writes,
    "two-clusters": two_clusters,
    "disagreement": disagreement,
    "hostile-text": hostile_text,
    "nothing-to-watch": nothing_to_watch,
    "wizard-plan": wizard_plan,
    "wizard-armed": wizard_armed,
    "power-loss": power_loss,
    "plain-signs": plain_signs,
}
