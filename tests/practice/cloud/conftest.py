from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from practice.clock import Clock
from practice.cloud.cloud import Cloud
from practice.estate import Practice, build_demo
from tests.practice.inside import Inside, inside


@pytest.fixture
async def estate(tmp_path: Path) -> AsyncIterator[Inside]:
    """What the demo opens, served in this process."""
    async with inside(tmp_path, demo=True) as running:
        yield running


@pytest.fixture
def practice() -> Practice:
    """The same, not served; its time is moved by hand."""
    return build_demo(Clock(runs=False))


@pytest.fixture
def cloud(practice: Practice) -> Cloud:
    assert practice.cloud is not None
    return practice.cloud
