"""What an operator may tell galera-rolling-restart."""

from __future__ import annotations

import pytest

from runbooks.galera_rolling_restart.inputs import DOWNTIME, FREEZE, chosen, seconds
from runbooks.inputs import is_on


@pytest.mark.parametrize(
    ("given", "nodes"),
    [("", ()), ("db3", ("db3",)), ("db2,db3", ("db2", "db3")), ("db3  db2, db3", ("db3", "db2"))],
    ids=["none", "one", "comma", "blanks-and-twice"],
)
def test_nodes_are_named_once_each_in_the_order_given(given: str, nodes: tuple[str, ...]) -> None:
    assert chosen({"nodes": given}) == nodes


def test_an_empty_number_is_its_default() -> None:
    assert seconds({}, DOWNTIME) == seconds({"downtime_s": " "}, DOWNTIME) == 60.0
    assert seconds({"downtime_s": "600"}, DOWNTIME) == 600.0


def test_only_a_plain_yes_freezes() -> None:
    assert is_on({"freeze": "yes"}, FREEZE)
    assert not any(is_on({"freeze": told}, FREEZE) for told in ("", "no", "perhaps"))
