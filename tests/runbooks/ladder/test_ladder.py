"""Why is it red: the ladder stops at the first broken rung, and says it in one sentence with the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runbooks.ladder.climb import climb
from runbooks.ladder.rungs import Ladder, State, Subject
from runbooks.vips.look import VipLook, members
from systems.errors import ToolMissing, Unreachable
from systems.galera.readings import Filesystem, NodeSurvey
from systems.haproxy.readings import Admin, Check, Server
from systems.host import HostReading
from tests.builders import a_lost_node, a_node, a_stopped_node, a_survey, a_unit
from tests.reading_builders import NOON, address_of
from tests.runbooks.doubles import World
from tests.systems.haproxy.builders import a_balancer, a_server, an_answer

TIMED_OUT = Check("L4TOUT", None, 2000, "")
FAILED = {"mariadb": a_unit(active="failed", sub="failed", result="signal")}
FULL = Filesystem("/var/lib/mysql", "/dev/vdb1", "/var/lib/mysql", "ext4", 100, 0, 9)
CERTIFICATE = "/etc/mysql/server.pem"


class Estate:
    """Three nodes and a balancer; every host opens every port, unless told otherwise."""

    def __init__(self, server: Server, node: NodeSurvey) -> None:
        self.world = World("db1", "db2", "db3", "lb1")
        self.node = node
        for host in self.world.values():
            for port in (3306, 4567, 9200):
                host.answer(f"nc -z -w 2 {address_of('db1')} {port}", "")
        self.survey = a_survey(node, a_node("db2"), a_node("db3"))
        balancer = a_balancer(server, a_server("db2"), a_server("db3"))
        self.look = VipLook("orders-vip", NOON, (an_answer("lb1", balancer),), self.survey, "orders")

    def shuts(self, host: str, port: int) -> None:
        self.world[host].answer(f"nc -z -w 2 {address_of('db1')} {port}", (1, ""))

    def subject(self, **changes: Any) -> Subject:
        own = tuple(one for one in members(self.look) if one.host == "db1")
        return replace(Subject("db1", "db1", self.look, own, self.survey), **changes)

    async def ladder(self) -> Ladder:
        return await climb(self.subject(), self.world.hosts().reader)


def states(ladder: Ladder) -> str:
    """One letter a rung from the top: w well, r red, b broken, u unread, n not asked."""
    return "".join(rung.state.value[0] for rung in ladder.rungs)


DOWN = a_server("db1", "DOWN")
CASES = {
    "maint": (
        a_server("db1", "MAINT", admin=Admin.FORCED_MAINT),
        a_node("db1"),
        "wbnnnnn",
        "somebody put it in",
    ),
    "donor": (
        DOWN,
        a_node("db1", state="Donor/Desynced", evidence={"sst_pids": (77,)}),
        "wrbnnnn",
        "it is donor",
    ),
    "desynced": (
        DOWN,
        a_node("db1", state="Donor/Desynced", variables={"desync": True}),
        "wrbnnnn",
        "it is desynced (wsrep_desync = ON)",
    ),
    "rejecting": (
        a_server("db1"),
        a_node("db1", variables={"reject_queries": "ALL"}),
        "wrbnnnn",
        "it rejects queries (wsrep_reject_queries = ALL)",
    ),
    "killed": (DOWN, a_stopped_node("db1", units=FAILED), "wrrrwww", "its unit mariadb failed (signal)"),
    "masked": (
        DOWN,
        a_stopped_node("db1", units={"mariadb": a_unit(active="inactive", sub="dead", load="masked")}),
        "wrrbnnn",
        "its unit mariadb is masked",
    ),
    "full": (DOWN, a_stopped_node("db1", units=FAILED, filesystem=FULL), "wrrrbnn", "its disk is full"),
    "oom": (
        DOWN,
        a_stopped_node("db1", units=FAILED, oom_kills=("Out of memory: Killed process 812 (mariadbd)",)),
        "wrrrbnn",
        "the kernel killed it for want of memory",
    ),
    "check alone": (DOWN, a_node("db1"), "wrwwwww", "its check fails on lb1: refused (HTTP 503)"),
}


@pytest.mark.parametrize("case", CASES)
async def test_the_first_broken_rung_is_the_reason_and_nothing_below_it_is_asked(case: str) -> None:
    server, node, expected, reason = CASES[case]
    ladder = await Estate(server, node).ladder()
    assert states(ladder) == expected
    assert ladder.sentence.startswith(f"db1 is red because {reason}")
    assert ladder.cause is not None
    assert ladder.cause.evidence


async def test_where_all_is_well_every_rung_says_so() -> None:
    ladder = await Estate(a_server("db1"), a_node("db1")).ladder()
    assert states(ladder) == "wwwwwww"
    assert ladder.sentence == "db1: every rung that was asked is well"


async def test_a_port_that_is_shut_between_balancer_and_node_is_the_route() -> None:
    estate = Estate(a_server("db1", "DOWN", check=TIMED_OUT), a_node("db1"))
    estate.shuts("lb1", 9200)
    ladder = await estate.ladder()
    assert states(ladder) == "wrwwwbn"
    assert "port 9200 does not open from lb1" in ladder.sentence


async def test_the_port_that_its_balancer_sends_clients_to_is_the_one_that_is_tried() -> None:
    estate = Estate(a_server("db1", "DOWN", port=3307), a_node("db1"))
    estate.world["lb1"].answer(f"nc -z -w 2 {address_of('db1')} 3307", (1, ""))
    assert (await estate.ladder()).sentence.endswith("port 3307 does not open from lb1")


async def test_where_a_host_has_no_nc_its_port_is_tried_another_way() -> None:
    estate = Estate(a_server("db1"), a_node("db1"))
    estate.world["lb1"].answer(f"nc -z -w 2 {address_of('db1')} 3306", ToolMissing("lb1: nc: not found"))
    said: dict[str, bool | None] = {}

    async def opens(host: str, address: str, port: int) -> bool | None:
        return said[f"{host} {address} {port}"]

    async def rung(*, is_open: bool | None) -> State:
        said[f"lb1 {address_of('db1')} 3306"] = is_open
        ladder = await climb(estate.subject(), estate.world.hosts().reader, opens=opens)
        return ladder.rungs[5].state

    assert [await rung(is_open=one) for one in (True, False, None)] == [
        State.WELL,
        State.BROKEN,
        State.UNREAD,
    ]


async def test_a_node_that_is_cut_off_is_asked_for_from_the_others() -> None:
    estate = Estate(DOWN, a_node("db1", status={"cluster_status": "non-Primary"}))
    for host in ("db2", "db3"):
        estate.shuts(host, 4567)
    ladder = await estate.ladder()
    assert states(ladder) == "wrrwwbn"
    assert "port 4567 does not open from db2 and db3" in ladder.sentence


async def test_a_port_that_a_dead_database_does_not_open_is_not_taken_for_the_route() -> None:
    estate = Estate(DOWN, a_stopped_node("db1", units=FAILED))
    estate.shuts("lb1", 3306)
    assert "its unit mariadb failed" in (await estate.ladder()).sentence


async def test_a_host_that_says_nothing_leaves_its_rungs_unread_and_not_green() -> None:
    estate = Estate(a_server("db1", "DOWN", check=TIMED_OUT), a_lost_node("db1"))
    for host in ("db2", "db3", "lb1"):
        estate.world[host].down = Unreachable(f"{host}: no route")
    ladder = await estate.ladder()
    assert states(ladder) == "wrruuuw"
    assert ladder.sentence == "db1 is red because it answers neither over SSH nor with its database"


async def test_a_certificate_that_has_run_out_is_the_last_rung() -> None:
    node = a_node(
        "db1", status={"cluster_status": "non-Primary"}, variables={"all": {"ssl_cert": CERTIFICATE}}
    )
    estate = Estate(DOWN, node)
    line = f"openssl x509 -noout -enddate -in {CERTIFICATE}"
    estate.world["db1"].answer(line, "notAfter=Nov 20 10:00:00 2020 GMT\n")
    ladder = await estate.ladder()
    assert states(ladder) == "wrrwwwb"
    assert ladder.sentence == f"db1 is red because its certificate {CERTIFICATE} has run out"
    estate.world["db1"].answer(line, "notAfter=Nov 20 10:00:00 2099 GMT\n")
    assert (await estate.ladder()).rungs[-1].state is State.WELL


async def test_a_host_outside_every_cluster_is_judged_by_what_it_said_itself() -> None:
    estate = Estate(a_server("db1"), a_node("db1"))
    reading = HostReading(NOON, "web1", "6.1", 4, 0.1, 9.0, 8, 4, 100, 60, ("nginx.service",))
    web = Subject("web1", "web1", machine=reading)
    ladder = await climb(web, estate.world.hosts().reader)
    assert ladder.sentence == "web1 is red because units failed there: nginx.service"
    away = replace(web, machine=Unreachable("web1: no route"))
    ladder = await climb(away, estate.world.hosts().reader)
    assert ladder.sentence == "web1 is red because it cannot be reached over SSH"


async def test_each_rung_is_told_as_it_answers() -> None:
    estate = Estate(a_server("db1"), a_node("db1"))
    told: list[Ladder] = []
    await climb(estate.subject(), estate.world.hosts().reader, told.append)
    assert [states(one).count("w") for one in told] == [1, 2, 3, 4, 5, 6, 7, 7]
    assert [one.is_whole for one in told] == [*[False] * 7, True]
