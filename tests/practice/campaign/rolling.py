"""galera-rolling-restart: its table; most faults come while it runs."""

from __future__ import annotations

from tests.practice.campaign.cases import Case, Comes, broken

BOOK = "galera-rolling-restart"
SOAK = {"soak_s": "1"}
REFUSED = ("no node may be taken out now",)

CASES = (
    Case("nothing", BOOK, values=SOAK),
    Case(
        "kill-one", BOOK, (broken("kill-one"),), comes=Comes.REFUSED, says=("no node may be taken out now",)
    ),
)
