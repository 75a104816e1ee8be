"""galera-rolling-restart: its table. What is there before refuses it; what comes meanwhile stops it.

While db2 is away, what can be done is done: it is brought back wherever it can be, and no other node leaves.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.practice.campaign.cases import Case, Comes, Do, Then, broken
from tests.practice.campaign.gates import Moment

BOOK = "galera-rolling-restart"
SOAK = {"soak_s": "1"}
TWO = {"soak_s": "0", "nodes": "db2,db3"}
NO = "no node may be taken out now"


def _refused(fault: str, *says: str, host: str = "", settles_s: float = 60.0) -> Case:
    """It is there before the run, and the run is refused."""
    breaks = (broken(fault, host, settles_s=settles_s),)
    return Case(fault, BOOK, breaks, SOAK, comes=Comes.REFUSED, says=says or (NO,))


def _goes_on(fault: str) -> Case:
    """It is there before the run, and does not matter."""
    return Case(fault, BOOK, (broken(fault, "db2"),), TWO)


def _away(*do: Do, moment: Moment = Moment.AFTER, step: str = "stop-db2") -> tuple[Then, ...]:
    """While db2 is away."""
    return (Then(do, step=step, moment=moment),)


def _stopped(name: str, *do: Do, says: tuple[str, ...], ends: Mapping[str, str]) -> Case:
    """It comes while db2 is away, and the run is stopped."""
    return Case(name, BOOK, (), TWO, meanwhile=_away(*do), comes=Comes.STOPPED, says=says, ends=ends)


def _done(name: str, *do: Do) -> Case:
    """It comes while db2 is away, and the run goes on to its end."""
    return Case(name, BOOK, (), TWO, meanwhile=_away(*do))


DOWN = {"db2": ""}
BEFORE = (
    Case("nothing", BOOK, values=SOAK),
    _refused("kill-one"),
    _refused("stop-one"),
    _refused("desync", NO, "wsrep_desync"),
    _refused("flow-control"),
    _refused("boot-unit", NO, "mysql@bootstrap"),
    _refused("partition"),
    _refused("link-cut"),
    _refused("host-off"),
    _refused("host-key-changed"),
    _refused("wrong-sudo", NO, "db3 could not be started again from here", "sudo"),
    _refused("unit-masked", NO, "masked"),
    _refused("donor", settles_s=20.0),
    _refused("voted-out"),
    _refused("two-clusters"),
    _refused("split-brain"),
    _refused("stop-two"),
    _refused("disk-full"),
    _refused("schema-change", NO, "a schema change runs"),
    _refused("long-statement", NO, "has run for"),
    _goes_on("clock-skew"),
    _goes_on("slow-link"),
    _goes_on("writes-stop"),
    _goes_on("cache-purged"),
    Case(
        "backup",
        BOOK,
        (broken("backup", "db2"),),
        TWO,
        comes=Comes.STOPPED,
        says=("a backup is running",),
    ),
)
MEANWHILE = (
    _stopped("then-stop-one", broken("stop-one", "db3"), says=("db3",), ends={"db3": ""}),
    _stopped(
        "then-kill-one",
        broken("kill-one", "db3"),
        says=("Primary",),
        ends={"db1": "Initialized", "db2": "", "db3": ""},
    ),
    _stopped(
        "then-host-off",
        broken("host-off", "db3"),
        says=("Primary",),
        ends={"db1": "Initialized", "db2": "", "db3": ""},
    ),
    _stopped("then-disk-full", broken("disk-full", "db2"), says=("make room first",), ends=DOWN),
    _stopped("then-masked", broken("unit-masked", "db2"), says=("masked",), ends=DOWN),
    _stopped("then-boot-unit", broken("boot-unit", "db2"), says=("bootstrap",), ends=DOWN),
    _stopped("then-link-cut", broken("link-cut", "db2"), says=("db2",), ends=DOWN),
    _stopped("then-power-cut", broken("host-off", "db2"), says=("db2",), ends=DOWN),
    _stopped("then-host-key-changed", broken("host-key-changed", "db2"), says=("host key",), ends=DOWN),
    _stopped("then-wrong-sudo", broken("wrong-sudo", "db2"), says=("sudo",), ends=DOWN),
    _stopped("then-cache-purged", broken("cache-purged"), says=("full copy",), ends={}),
    _stopped("then-desync", broken("desync", "db3"), says=("db3",), ends={"db3": "Donor/Desynced"}),
    _stopped("then-flow-control", broken("flow-control", "db3"), says=("db3",), ends={}),
    _stopped("then-schema-change", broken("schema-change", "db3"), says=("a schema change runs",), ends={}),
    _stopped(
        "then-partition",
        broken("partition", "db3"),
        says=("Primary",),
        ends={"db1": "Initialized", "db2": "", "db3": "Initialized"},
    ),
    _done("then-clock-skew", broken("clock-skew", "db2")),
    _done("then-slow-link", broken("slow-link", "db2")),
    _done("then-writes-stop", broken("writes-stop")),
)
CASES = (*BEFORE, *MEANWHILE)
