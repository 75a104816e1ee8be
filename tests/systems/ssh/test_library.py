"""What the import of asyncssh leaves as it was, and what a login leaves alone."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from systems.ssh.hosts import SshHosts
from systems.ssh.library import import_asyncssh
from tests.systems.ssh.servers import Estate, hello


@pytest.fixture
def collector() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("is_on", [True, False])
def test_garbage_is_collected_after_the_import_as_it_was_before(is_on: bool) -> None:
    gc.enable() if is_on else gc.disable()
    import_asyncssh(seeks_libraries=False)
    assert gc.isenabled() is is_on


class Shut(ThreadPoolExecutor):
    """A pool that takes nothing."""

    def submit(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("asyncio's default pool was used")


@pytest.mark.servers
async def test_a_login_and_a_command_use_no_thread_of_the_default_pool(
    estate: Estate, hosts: SshHosts
) -> None:
    estate.sshd("edge")
    estate.sshd("db1", lines="ProxyJump edge")
    asyncio.get_running_loop().set_default_executor(Shut(1))
    await hello(hosts)
