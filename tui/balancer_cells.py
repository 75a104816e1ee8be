"""How load balancers stand in rows of the table, and their objects in those of the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from runbooks.cloud.balancer_tree import LINES, PLAIN, Branch, branches_of, members_up
from runbooks.cloud.balancer_words import called, kind_of, lock_s, operating_told, provisioning_told
from tui.balancer_lines import weight_sign
from tui.frame import age
from widgets.layout import Row, row
from widgets.live_table import Cell, Column
from widgets.tones import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from runbooks.cloud.balancers import JudgedBalancer
    from systems.openstack.octavia_readings import Balancer
    from widgets.signs import Signs

COLUMNS = (
    Column("name", "load balancer", least=12, most=40),
    Column("provisioning", "provisioning", most=28),
    Column("operating", "operating", most=14),
    Column("members", "members", drop=2, most=26),
    Column("address", "address", drop=1, most=40),
    Column("provider", "provider", drop=4, most=14),
    Column("findings", "to say", drop=3, align="right"),
)
STATUS = 16
"""Cells of a provisioning status in the tree; PENDING_UPDATE has 14."""
WORKS = 12
"""Cells of an operating status."""


def balancer_row(judged: JudgedBalancer, now: datetime, signs: Signs) -> Mapping[str, Cell]:
    """All cells of one load balancer; the worst sorts first by its provisioning."""
    one = judged.balancer
    sign, tone = weight_sign(judged.severity, signs)
    built, works = provisioning_told(one.standing, now), operating_told(kind_of(one), one.standing)
    locked = lock_s(one.standing, now)
    since = f" {age(locked)}" if locked is not None else ""
    number = len(judged.findings)
    return {
        "name": Cell(f"{sign} {called(one)}", tone if judged.severity > 0 else Tone.STRONG, -judged.severity),
        "provisioning": Cell(f"{one.standing.provisioning}{since}", _tone(built.severity)),
        "operating": Cell(one.standing.operating, _tone(works.severity)),
        "members": Cell(members_up(one)),
        "address": Cell(one.address or signs.none),
        "provider": Cell(one.provider or signs.none, Tone.DIM),
        "findings": Cell(str(number), Tone.DIM, number) if number else Cell(signs.none, Tone.DIM, 0),
    }


def _tone(severity: int) -> Tone:
    return {2: Tone.CRITICAL, 1: Tone.WARNING, -1: Tone.GOOD}.get(severity, Tone.PLAIN)


def tree_rows(balancer: Balancer, now: datetime, signs: Signs) -> list[Row]:
    """A row an object: both statuses, and where it stands in the tree."""
    marks = PLAIN if signs.bar.isascii() else LINES
    branches = branches_of(balancer, marks)
    titles = f" {'provisioning'.ljust(STATUS)}{'operating'.ljust(WORKS)}"
    return [
        row((titles, Tone.DIM)),
        *[_tree_row(one, str(number), now) for number, one in enumerate(branches)],
    ]


def _tree_row(branch: Branch, key: str, now: datetime) -> Row:
    standing, kind = branch.object.standing, kind_of(branch.object)
    built, works = provisioning_told(standing, now), operating_told(kind, standing)
    return row(
        (f" {standing.provisioning.ljust(STATUS)}", _tone(built.severity)),
        (standing.operating.ljust(WORKS), _tone(works.severity)),
        (branch.lead, Tone.FRAME),
        (branch.title, Tone.STRONG if branch.depth == 0 else Tone.PLAIN),
        wrap=False,
        key=key,
    )


def word_rows(branch: Branch, now: datetime) -> Iterator[Row]:
    """Both statuses of one object in words."""
    standing, kind = branch.object.standing, kind_of(branch.object)
    built, works = provisioning_told(standing, now), operating_told(kind, standing)
    yield row((branch.title, Tone.STRONG))
    for status, told in ((standing.provisioning, built), (standing.operating, works)):
        yield row((f"{status.ljust(STATUS)}", _tone(told.severity)), told.words, hang=STATUS)
