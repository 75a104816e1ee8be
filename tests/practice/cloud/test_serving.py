"""The cloud of a practice estate as it is served: its files, its speed, its end, and a copy that has none."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from practice.facts import read_facts
from systems.errors import Unreachable
from systems.estate import load
from tests.practice.inside import inside


async def test_the_estate_names_it_and_how_long_a_token_is_good_at_its_speed(tmp_path: Path) -> None:
    async with inside(tmp_path, demo=True, speed=20.0) as estate:
        (cloud,) = estate.access.estate.clouds
        assert (cloud.name, cloud.token_ttl_s) == ("north", 30.0)
        clouds = json.loads((estate.serving.folder / "clouds.yaml").read_text())["clouds"]
        assert set(clouds) == {"north", "north-shop"}


async def test_a_keystone_that_is_down_when_a_token_is_over_is_told_of_keystone_and_not_of_nova(
    tmp_path: Path,
) -> None:
    async with inside(tmp_path, demo=True) as estate:
        serving, reader = estate.serving.cloud, estate.access.clouds.reader("north")
        assert serving is not None
        await reader.instances()
        serving.closed = {"identity"}
        await estate.pass_time(3601.0)
        with pytest.raises(Unreachable) as caught:
            await reader.instances()
        assert str(caught.value).startswith(f"north: Keystone at {serving.auth_url} cannot be reached")
        serving.closed = set()
        await serving.follow()
        assert (await reader.instances()).instances


async def test_a_copy_of_another_cluster_has_no_cloud_and_its_ports_are_closed(tmp_path: Path) -> None:
    async with inside(tmp_path, demo=True) as estate:
        serving = estate.serving
        assert serving.cloud is not None
        ports = [one.port for one in serving.cloud.servers.values()]
        for port in ports:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
        await serving.load(read_facts({"cluster": "orders", "hosts": {"db1": {"address": "10.1.0.1"}}}))
        assert serving.cloud is None
        assert load(serving.folder / "estate.toml").clouds == ()
        for port in ports:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
