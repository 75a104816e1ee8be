"""The line that follows the logs of several hosts: what one host calls its units is no command on another."""

from __future__ import annotations

import shlex

from tests.builders import a_node, a_unit
from tui.picture import Picture
from tui.stream.logs import log_order


def words_for(*units: str) -> list[str]:
    picture = Picture()
    picture.plan({"orders": ("db1", "db2")})
    named = {name: a_unit(name) for name in units}
    picture.take_node("orders", a_node("db1", evidence={"units": named}))
    return shlex.split(log_order(picture, ("db1", "db2")).line)


def test_the_unit_of_the_database_is_followed() -> None:
    assert words_for("mariadb")[:3] == ["journalctl", "-u", "mariadb"]


def test_a_unit_with_a_hostile_name_stays_one_word() -> None:
    hostile = "mariadb; touch /tmp/x $(id) `id` #"
    assert words_for(hostile)[:3] == ["journalctl", "-u", hostile]
