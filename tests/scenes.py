"""Each state of the console, built with no network; pictures and tests are made from the same scenes.

What systems say in them was recorded from the practice estate (`tests.recorded`). Where a scene shows what
that estate has not, such as a hostile answer, the recorded reading is changed here, in the open.
"""

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
from systems.errors import Refused, SystemsError, Unreachable
from systems.galera.readings import ClusterSurvey, NodeSurvey, Position
from systems.haproxy.readings import Admin, Check
from systems.host import HostReading
from systems.openstack.octavia_readings import BalancersSurvey, Generation
from systems.openstack.readings import CloudSurvey, Power
from systems.shell import Hosts, Probe
from tests.balancers import FakeBalancers, some_balancers
from tests.builders import NOON, a_node, a_survey
from tests.clouds import FakeClouds, FakeNova, a_cloud_survey, a_service, an_instance, in_error
from tests.octavias import (
    FakeOctavia,
    a_balancer,
    a_balancers_survey,
    a_member,
    a_pool,
    locked,
    standing,
)
from tests.recorded import hosts_of, logs_of, positions_of, survey_of
from tests.runbooks.clocks import HandClock
from tests.runbooks.engine import books
from tests.runbooks.rigs import Rig
from tests.scripted import ScriptedSource
from tests.systems.haproxy.builders import a_server
from tests.tui.rehearsers import ScriptedRehearser
from tui.app import QuarterdeckApp
from tui.works import Works

LOG_LINE = "journalctl -u mariadb -u mysql@bootstrap -n 200 -f --no-pager -o short"


def logs() -> dict[str, str]:
    """What the journals of the three nodes tell of the last minute, without the lists of members."""
    return {
        host: "".join(re.findall(r"(?m)^Nov 22 11:59:.*(?:systemd|WSREP: \w).*\n", text))
        for host, text in logs_of("killed").items()
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

    async def _shutdown(self) -> None:
        await super()._shutdown()
        self.folder.cleanup()  # a test run that is cut off runs no finalizers, and would leave it

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
    clouds: Sequence[CloudSurvey] = (),
    octavia: BalancersSurvey | None = None,
    vip: Callable[[Hosts], FakeBalancers] | None = None,
) -> Stage:
    """Set a stage: the looks at `orders`, hosts, and an engine on doubles with a real journal."""
    folder = TemporaryDirectory(prefix="quarterdeck-scene-")
    rig = _rig(Path(folder.name), looks[-1] if looks else None)
    if armed:
        rig.arming.arm("db2 lost its power at noon")
    rehearser = ScriptedRehearser(rig.journal)
    works = _works(rig, rehearser, {**RUNBOOKS, **({book.name: book} if book else {})})
    works.clouds = FakeClouds(
        *[nova_of(survey) for survey in clouds],
        octavias=[octavia_of(octavia)] if octavia is not None else [],
    )
    balancers = vip(rig.hosts) if vip is not None else None
    if balancers is not None:
        works.vips = works.hosts = balancers
        works.leases = rig.leases
    clusters = {"orders": looks} if looks else {}
    source = ScriptedSource(
        {**clusters, **(more or {})},
        hosts=hosts,
        stepwise=stepwise,
        works=works,
        clouds={one.name: one for one in clouds},
        octavias={octavia.cloud: octavia} if octavia is not None else {},
        vips={balancers.name: balancers.plan} if balancers else {},
        balancers=balancers.answers if balancers else tuple,
    )
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


def _rig(folder: Path, look: ClusterSurvey | None) -> Rig:
    """An engine on doubles with a real journal; each node is as this look found it."""
    known = {survey.host: survey for survey in look.nodes} if look is not None else {}

    def node(name: str, clock: HandClock) -> NodeSurvey:
        return stamped(known.get(name) or a_node(name), clock.now())

    rig = Rig(folder, books.a_world(), {**CATALOGUE, **books.CATALOGUE}, armed=False, node=node)
    for name, host in rig.world.items():
        host.answer("uptime", f" 12:00:02 up 14 days,  load average: 0.4{name[-1]}, 0.40, 0.38\n")
        host.answer(LOG_LINE, logs()[name])
    rig.engine._new_id = lambda: "a7c3f1"
    return rig


def _works(rig: Rig, rehearser: ScriptedRehearser, shelf: dict[str, Runbook]) -> Works:
    return Works(
        arming=rig.arming,
        journal=rig.journal,
        hosts=rig.hosts,
        engine=rig.engine,
        runbooks=shelf,
        catalogue={**CATALOGUE, **books.CATALOGUE},
        redact=rig.redactor.redact,
        journal_name="~/.local/state/quarterdeck/journal.sqlite",
        rehearser=rehearser,
    )


def octavia_of(survey: BalancersSurvey) -> FakeOctavia:
    """An Octavia in memory that has what the survey tells."""
    told = survey.answer
    return FakeOctavia.of(*([] if isinstance(told, SystemsError) else told.balancers), cloud=survey.cloud)


def nova_of(survey: CloudSurvey) -> FakeNova:
    """A Nova in memory that has what the survey tells."""
    told = survey.instances
    return FakeNova.of(*([] if isinstance(told, SystemsError) else told.instances), cloud=survey.name)


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


def looks_at(state: str) -> list[ClusterSurvey]:
    """All well, and twelve seconds later that."""
    return [survey_of("before"), survey_of(state)]


def healthy() -> Stage:
    """Three nodes Synced, writes going on."""
    return stage(looks_at("whole"), hosts=some_hosts())


def asking() -> Stage:
    """Nobody has answered yet."""
    app = stage(looks_at("whole"), hosts=some_hosts())
    app.source.hold()
    return app


def killed() -> list[ClusterSurvey]:
    """db2 was killed just before noon."""
    return looks_at("killed")


def one_node_down() -> Stage:
    return stage(killed(), hosts=some_hosts())


def one_host_lost() -> Stage:
    """db2 answers neither SSH nor SQL; what it said last stays."""
    return stage(looks_at("lost"))


def held_writes() -> Stage:
    """db3 holds all writes by flow control."""
    return stage(looks_at("held"))


def two_clusters() -> Stage:
    """orders is ill, billing is well; the worse one stands first."""
    return stage(killed(), more={"billing": [survey_of("billing")]})


def disagreement() -> Stage:
    """A joiner receives a full copy; db1 has another version, and db2 has not seen the newest view."""
    survey = survey_of("joining")
    db1, db2, db3 = survey.nodes
    assert not isinstance(db1.variables, SystemsError)
    assert not isinstance(db2.status, SystemsError)
    old = replace(db1, variables=replace(db1.variables, version="10.6.16-MariaDB", sync_wait="7"))
    behind = replace(db2, status=replace(db2.status, cluster_size=2))
    return stage([replace(survey, nodes=(old, behind, db3))])


def hostile_text() -> Stage:
    """A host answers with markup and escape sequences; they are shown and not obeyed."""
    said = Unreachable("db2: [/red] \x1b]52;c;ZXZpbA==\x07 [bold]no route\x1b[2J")
    survey = survey_of("lost")
    nodes = tuple(
        replace(node, status=said, variables=said, evidence=said) if node.host == "db2" else node
        for node in survey.nodes
    )
    return stage([replace(survey, nodes=nodes)])


def nothing_to_watch() -> Stage:
    """An estate file that names no system."""
    return stage()


def some_hosts() -> dict[str, HostReading | SystemsError]:
    """The three nodes, one like them that is short of room, and one that does not answer."""
    hosts, plain = hosts_of("killed"), hosts_of("whole")["db1"]
    assert not isinstance(plain, SystemsError)
    lost = str(hosts_of("lost")["db2"])
    more: dict[str, HostReading | SystemsError] = {
        "lb2": replace(plain, hostname="lb2", root_free_bytes=1_400_000_000),
        "web1": Unreachable(lost.replace("db2", "web1")),
    }
    return {**hosts, **more}


def wizard_plan() -> Stage:
    """The dry run of galera-recover is one key away."""
    return stage(killed(), book=books.a_book())


def wizard_armed() -> Stage:
    """The same in a console that is armed."""
    return stage(killed(), book=books.a_book(), armed=True)


def no_return() -> Stage:
    """Nobody runs, so nothing stands against the bootstrap of a book that has one."""
    return stage([recovered()], book=books.a_book(), armed=True)


def recovered() -> ClusterSurvey:
    """All three lost their power, and each was made to tell its position since."""
    survey, positions = survey_of("power-loss"), positions_of("power-loss")
    return replace(survey, nodes=tuple(_recovered(node, positions[node.host]) for node in survey.nodes))


def _recovered(node: NodeSurvey, seqno: int) -> NodeSurvey:
    evidence = node.evidence
    assert not isinstance(evidence, SystemsError)
    assert evidence.grastate is not None
    position = Position(evidence.grastate.position.uuid, seqno)
    return replace(node, evidence=replace(evidence, recovered=position))


def power_loss() -> Stage:
    """All three lost their power; galera-recover bootstraps db1, which has the highest position."""
    down = recovered()
    app = stage([down], armed=True)
    copies = Probe.of(
        "find", evidence_dir("orders", incident(down)), "-type", "f", "-printf", "%f\\n", as_root=True
    )
    for host in app.rig.world.values():
        host.answer(copies.line, "journal.txt\ngrastate.dat\n")
    return app


def some_instances() -> CloudSurvey:
    """A cloud with one instance in ERROR, one that Nova works on, and one that went down by itself."""
    return a_cloud_survey(
        an_instance("web-1"),
        an_instance("web-2"),
        in_error("web-7"),
        an_instance("db-1", "SHUTOFF"),
        an_instance("build-3", "BUILD", host="", addresses=(), task="spawning", updated_at=NOON),
        an_instance("mail-1", power=Power.SHUT_DOWN),
    )


def cloud() -> Stage:
    """Instances of a cloud; one of them is in ERROR."""
    return stage(killed(), hosts=some_hosts(), clouds=[some_instances()])


def cloud_compute_down() -> Stage:
    """A cloud whose nova-compute does not report, drawn with ASCII signs and few colours."""
    silent = [a_service("nova-conductor", "ctl1"), a_service(is_up=False)]
    survey = a_cloud_survey(an_instance("web-1"), an_instance("web-2"), services=silent)
    return stage(looks_at("whole"), clouds=[survey], ascii_only=True, few_colours=True)


def some_octavia() -> BalancersSurvey:
    """One in ERROR, one that is locked, one with a member down and one switched off, and one that is well."""
    down, off = standing(operating="ERROR"), standing(operating="OFFLINE", is_enabled=False)
    pool = a_pool(
        a_member("db1"),
        a_member("db2", down),
        a_member("db3", off),
        standing=standing(operating="DEGRADED"),
    )
    blind = [
        a_member(name, standing(operating="NO_MONITOR"), port=25, monitor_port=None)
        for name in ("mx1", "mx2")
    ]
    return a_balancers_survey(
        a_balancer("orders", standing(operating="DEGRADED"), pool),
        a_balancer("web", locked(14)),
        a_balancer("mail", standing("ERROR", "OFFLINE"), a_pool(*blind, name="smtp", monitor=None)),
        a_balancer("wiki"),
    )


def octavia() -> Stage:
    """Load balancers of a cloud: one is in ERROR, one is locked, of one a member is down."""
    return stage(killed(), hosts=some_hosts(), clouds=[some_instances()], octavia=some_octavia())


def lost_octavia() -> BalancersSurvey:
    """An Octavia that the account may not read."""
    said = Refused(
        "kilo: the list of load balancers was refused by Octavia at http://octavia.example.test:9876/v2.0: "
        "the account lacks a role for it.",
        status=403,
    )
    return BalancersSurvey("kilo", NOON, said)


def octavia_lost() -> Stage:
    """The same, drawn with ASCII signs and few colours."""
    survey = lost_octavia()
    return stage(
        looks_at("whole"), clouds=[some_instances()], octavia=survey, ascii_only=True, few_colours=True
    )


def octavia_old() -> Stage:
    """A cloud of the time of Kilo, with LBaaS v1 in its Neutron."""
    survey = a_balancers_survey(generation=Generation.LBAAS_V1)
    return stage(looks_at("whole"), clouds=[some_instances()], octavia=survey)


def lost_cloud() -> CloudSurvey:
    """A cloud whose Keystone cannot be reached."""
    said = Unreachable(
        "kilo: Keystone at https://keystone.example.test:5000/v3 cannot be reached: connection refused. "
        "Is it up, and is the way to it open from this bastion?"
    )
    return replace(a_cloud_survey(), instances=said, hypervisors=said, services=said)


def cloud_lost() -> Stage:
    return stage(looks_at("whole"), clouds=[lost_cloud()])


def balancers_of_killed(others: Hosts) -> FakeBalancers:
    """db2 was taken out by its check, and lb2 drains db3."""
    down = a_server("db2", "DOWN", changed_s=6, downs=1, check=Check("L4CON", None, 0, "Connection refused"))
    drained = a_server("db3", "DRAIN", admin=Admin.FORCED_DRAIN, sessions=3)
    well, other = a_server("db1", sessions=12), a_server("db3", sessions=9)
    return some_balancers(others, well, down, other, second=(well, down, drained))


def vips() -> Stage:
    """db2 was killed, and its balancers took it out."""
    return stage(killed(), hosts=some_hosts(), vip=balancers_of_killed)


def vips_healthy() -> Stage:
    """Three members serve on both balancers."""
    return stage(looks_at("whole"), vip=some_balancers)


def vips_rejecting() -> Stage:
    """db1 refuses every statement, its check does not see it, and lb2 cannot be asked; plain signs."""
    survey = survey_of("whole")
    db1, *others = survey.nodes
    assert not isinstance(db1.variables, SystemsError)
    rejecting = replace(db1, variables=replace(db1.variables, reject_queries="ALL"))
    refused = Refused(
        "lb2: HAProxy's stats socket /run/haproxy/admin.sock does not answer: Connection refused. It needs "
        "HAProxy running with `stats socket` at that path, socat or nc, and a login that is in the socket's "
        "group or may use sudo"
    )
    return stage(
        [replace(survey, nodes=(rejecting, *others))],
        vip=lambda hosts: some_balancers(hosts, silent={"lb2": refused}),
        ascii_only=True,
        few_colours=True,
    )


def all_systems() -> Stage:
    """A cluster, hosts, a cloud and load balancers in one estate."""
    return stage(
        killed(),
        hosts=some_hosts(),
        clouds=[some_instances()],
        octavia=some_octavia(),
        vip=balancers_of_killed,
    )


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
    "cloud": cloud,
    "cloud-compute-down": cloud_compute_down,
    "cloud-lost": cloud_lost,
    "octavia": octavia,
    "octavia-lost": octavia_lost,
    "octavia-old": octavia_old,
    "vips": vips,
    "vips-healthy": vips_healthy,
    "vips-rejecting": vips_rejecting,
}
