"""One light cluster for all tests here that need real servers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.systems.galera.light import LightCluster


@pytest.fixture(scope="module")
def light_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LightCluster]:
    """Three real servers; a socket's path may have 107 characters, so they stand near the root."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"qd-galera-{os.getpid()}"
    cluster = LightCluster(folder, f"127.0.{31 + int(worker)}")
    try:
        cluster.run("reset")
        yield cluster
    finally:
        cluster.run("down")
        cluster.close()


@pytest.fixture
def light(light_cluster: LightCluster) -> LightCluster:
    """The cluster, healthy again whatever the test before it did."""
    light_cluster.run("up")
    return light_cluster
