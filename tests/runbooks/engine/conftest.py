"""What the tests of the engine share: hosts whose commands work, and a rig on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runbooks.doubles import World
from tests.runbooks.engine.books import CATALOGUE, a_node_of, a_world
from tests.runbooks.rigs import Rig


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def rig(tmp_path: Path, world: World) -> Rig:
    return Rig(tmp_path, world, CATALOGUE, node=a_node_of)
