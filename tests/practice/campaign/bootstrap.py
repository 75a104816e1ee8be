"""galera-bootstrap: its table; every case begins with hosts where nothing is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.practice.campaign.cases import HOSTS, Case, Comes, Do, Then, broken
from tests.practice.campaign.gates import Moment

BOOK = "galera-bootstrap"
NONE: Mapping[str, str] = dict.fromkeys(HOSTS, "")
"""No server runs."""


def _case(name: str, *breaks: Do, **more: Any) -> Case:
    forced = 0 if more.get("ends") == NONE or more.get("comes") is Comes.REFUSED else 1
    return Case(name, BOOK, breaks, blank=True, secrets=("monitor_password",), **{"forced": forced, **more})


def _refused(name: str, *says: str, host: str = "db3", **more: Any) -> Case:
    return _case(name, broken(name, host), comes=Comes.REFUSED, says=says, **more)


def _after(step: str, *do: Do) -> tuple[Then, ...]:
    """Somebody else acts once the first command of this step has ended."""
    return (Then(do, step=step, moment=Moment.AFTER),)


CASES = (
    _case("nothing"),
    _refused("cloned", "two hosts have one identity", "machine-id"),
    _refused("other-version", "the hosts have different servers"),
    _refused("data-there", "db3 has data", "wipe=db3"),
    _case("data-there-wiped", broken("data-there"), values={"wipe": "db3"}),
    _refused("lost-and-found", "lost+found stands in the data directory of db3"),
    _refused("disk-full", "room for the write-set cache"),
    _refused("no-rsync", "need a tool that is missing"),
    _refused("flag-in-options", "makes every start a bootstrap"),
    _case("flag-in-environment", broken("flag-in-environment")),
    _refused("port-taken", "a cluster may be alive already"),
    _refused("no-datadir", "data directory of db3"),
    _refused("host-off", "db3"),
    _refused("link-cut", "db3"),
    _refused("host-key-changed", "db3"),
    _refused("wrong-sudo", "db3"),
    _case(
        "unknown-option",
        broken("unknown-option"),
        comes=Comes.STOPPED,
        says=("innodb_file_formt",),
        ends=NONE,
    ),
    _case("masked", broken("masked"), comes=Comes.STOPPED, says=("masked",), ends={"db3": ""}),
    _case("slow-link", broken("slow-link")),
    _case(
        "clock-skew", broken("clock-skew"), comes=Comes.STOPPED, says=("clocks are 97 s apart",), ends=NONE
    ),
    _case("partition", broken("partition"), comes=Comes.STOPPED, ends={"db3": ""}),
    _case(
        "host-lost-meanwhile",
        comes=Comes.STOPPED,
        says=("db3",),
        meanwhile=_after("join-db2", broken("link-cut", settles_s=0.0)),
        ends={"db3": ""},
    ),
)
