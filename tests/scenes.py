"""Each state of the console, built with no network; pictures and tests are made from the same scenes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.builders import NOON, a_node, a_stopped_node, a_survey
from tests.scripted import ScriptedSource
from tui.app import QuarterdeckApp


def noon() -> datetime:
    """It is always two seconds past noon here."""
    return NOON + timedelta(seconds=2)


def console(source: ScriptedSource, *, ascii_only: bool = False) -> QuarterdeckApp:
    """The console on a scripted source, in which no time passes."""
    return QuarterdeckApp(
        source.inventory,
        source,
        who="ana@bastion1",
        ascii_only=ascii_only,
        now=noon,
        every_s=None,
        few_colours=False,
    )


def healthy() -> QuarterdeckApp:
    looks = [a_survey(a_node("db1"), a_node("db2"), a_node("db3"), name="orders")]
    return console(ScriptedSource({"orders": looks}))


def one_node_down() -> QuarterdeckApp:
    """db2 was killed."""
    first = a_survey(
        a_node("db1", seqno=1300), a_node("db2", seqno=1300), a_node("db3", seqno=1300), name="orders"
    )
    then = a_survey(
        a_node("db1", seqno=1311, size=2),
        a_stopped_node("db2", recovered=1227),
        a_node("db3", seqno=1311, size=2),
        name="orders",
    )
    return console(ScriptedSource({"orders": [first, then]}))


SCENES: dict[str, Callable[[], QuarterdeckApp]] = {"healthy": healthy, "one-node-down": one_node_down}
