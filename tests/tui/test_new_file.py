"""What is exported is there whole, or not at all."""

from __future__ import annotations

import errno
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui.new_file import write_new


@pytest.fixture
def no_room() -> Iterator[None]:
    """A file cannot grow past 1,000 bytes, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("replaces", [False, True])
@pytest.mark.usefixtures("no_room")
def test_where_there_is_no_room_no_half_is_left(tmp_path: Path, replaces: bool) -> None:
    path = tmp_path / "report.md"
    if replaces:
        path.write_text("the old one")
    with pytest.raises(OSError, match="File too large") as caught:
        write_new(path, "x" * 5000, replaces=replaces)
    assert caught.value.errno == errno.EFBIG
    assert [one.read_text() for one in tmp_path.iterdir()] == (["the old one"] if replaces else [])
