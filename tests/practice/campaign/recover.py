"""galera-recover: its table."""

from __future__ import annotations

from tests.practice.campaign.cases import Case, Comes, Do, Then, broken, healed

BOOK = "galera-recover"
NOT_AGREED: tuple[str, ...] = ()


def _waits(step: str, *do: Do) -> tuple[Then, ...]:
    """Somebody else acts once the console waits in this step."""
    return (Then(do, told=f'"event": "verifying", "step": "{step}"'),)


CASES = (
    Case("kill-one", BOOK, (broken("kill-one"),)),
    Case("stop-one", BOOK, (broken("stop-one"),)),
    Case("stop-two", BOOK, (broken("stop-two"),)),
    Case("stop-all", BOOK, (broken("stop-all"),), forced=1),
    Case("kill-two", BOOK, (broken("kill-two"),), forced=1),
    Case("power-loss", BOOK, (broken("power-loss"),)),
    Case("power-loss-no-view", BOOK, (broken("power-loss-no-view"),), forced=1),
    Case(
        "never-returns",
        BOOK,
        (broken("never-returns"),),
        comes=Comes.REFUSED,
        says=("db3 could not be looked at", "without=db3"),
    ),
    Case(
        "never-returns-signed-off",
        BOOK,
        (broken("never-returns"),),
        values={"without": "db3"},
        forced=1,
        ends={"db3": ""},
    ),
    Case("sst-aborted", BOOK, (broken("sst-aborted"),)),
    Case(
        "sst-aborted-not-agreed",
        BOOK,
        (broken("sst-aborted"),),
        agreed=NOT_AGREED,
        comes=Comes.STOPPED,
        says=('--yes-to "db3"',),
        ends={"db3": ""},
    ),
    Case("zero-uuid", BOOK, (broken("zero-uuid"),)),
    Case("foreign-uuid", BOOK, (broken("foreign-uuid"),)),
    Case("voted-out", BOOK, (broken("voted-out"),)),
    Case("desync", BOOK, (broken("desync"),)),
    Case("donor", BOOK, (broken("donor", settles_s=20.0),)),
    Case("boot-unit", BOOK, (broken("boot-unit"),)),
    Case("partition", BOOK, (broken("partition"),), meanwhile=_waits("wait:db3", healed("partition"))),
    Case(
        "flow-control",
        BOOK,
        (broken("flow-control"),),
        values={"remedy": "kill", "connection": "41"},
        agreed=("db3/41",),
    ),
    Case("disk-full", BOOK, (broken("disk-full"),), meanwhile=_waits("room:db3", healed("disk-full"))),
    Case(
        "two-clusters",
        BOOK,
        (broken("two-clusters"),),
        comes=Comes.REFUSED,
        says=("2 separate clusters", "keep=db1"),
    ),
    Case(
        "two-clusters-kept",
        BOOK,
        (broken("two-clusters"),),
        values={"keep": "db1"},
        agreed=("db3", "db3"),  # that it is given up, and that what it has is replaced
    ),
    Case("split-brain", BOOK, (broken("split-brain"),), comes=Comes.REFUSED, says=("keep=db1",)),
    Case(
        "unequal-seqno",
        BOOK,
        (broken("unequal-seqno"),),
        comes=Comes.REFUSED,
        says=("db3 could not be looked at", "may hold the newest data"),
    ),
    Case("host-off", BOOK, (broken("host-off"),), comes=Comes.REFUSED, says=("Bring the machine",)),
    Case("link-cut", BOOK, (broken("link-cut"),), comes=Comes.REFUSED, says=("Bring the machine",)),
    Case(
        "host-key-changed",
        BOOK,
        (broken("kill-one"), broken("host-key-changed")),
        comes=Comes.REFUSED,
        says=("Bring the machine",),
    ),
    Case(
        "wrong-sudo",
        BOOK,
        (broken("kill-one"), broken("wrong-sudo")),
        comes=Comes.REFUSED,
        says=("db3 is down", "may not see what it holds", "become root"),
    ),
    Case("slow-link", BOOK, (broken("kill-one"), broken("slow-link"))),
    Case("clock-skew", BOOK, (broken("kill-one"), broken("clock-skew"))),
)
