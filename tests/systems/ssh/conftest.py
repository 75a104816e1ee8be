"""An operator's folder with real sshd processes beside it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from systems.ssh.hosts import SshHosts
from tests.systems.ssh.servers import SSHD, Estate


@pytest.fixture
def estate(tmp_path: Path) -> Iterator[Estate]:
    if not os.access(SSHD, os.X_OK):
        pytest.skip("sshd is not installed (Debian: openssh-server)")
    made = Estate(tmp_path)
    yield made
    made.stop()


@pytest.fixture
async def hosts(estate: Estate) -> AsyncIterator[SshHosts]:
    made = SshHosts(config_file=str(estate.config), system_config_file=None)
    yield made
    await made.close()
