"""What a host lacks, with the line that mends it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runbooks.doctor import lacks_of
from systems.errors import LoginRefused
from systems.galera.readings import NodeSurvey
from tests.builders import a_node


@pytest.mark.parametrize(
    ("node", "lack", "fix"),
    [
        (replace(a_node("db1"), writers_hidden="no PROCESS right"), "sees no statement", "GRANT PROCESS"),
        (replace(a_node("db1"), status=LoginRefused("db1: not let in")), "not in: db1", "CREATE USER"),
    ],
)
def test_what_an_account_lacks_is_told_with_the_statement_that_gives_it(
    node: NodeSurvey, lack: str, fix: str
) -> None:
    [found] = lacks_of("db1", user="ops", reach=None, sudo=None, preparation=None, node=node)
    assert lack in found.sentence
    assert fix in found.fix


def test_a_node_whose_account_sees_everything_lacks_nothing() -> None:
    node = a_node("db1")
    assert lacks_of("db1", user="ops", reach=None, sudo=None, preparation=None, node=node) == ()
