"""The MySQL protocol of the practice estate, asked by the console's own reader."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from mysql_mimic.types import ServerStatus

from systems.galera.readings import WsrepStatus
from tests.practice.inside import inside


async def test_a_server_that_does_not_commit_by_itself_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = SimpleNamespace(SERVER_STATUS_AUTOCOMMIT=ServerStatus(0))
    monkeypatch.setattr("practice.sql.wire.ServerStatus", none)
    async with inside(tmp_path) as estate:
        node = (await estate.survey()).node("db1")
        assert isinstance(node.status, WsrepStatus)
        assert node.status.cluster_size == 3
