from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.practice.running import Running


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Running]:
    """A practice estate of three nodes, twenty times faster than life."""
    running = Running(tmp_path, "--speed", "20")
    yield running
    running.end()
