"""Numbers that no other test process of this machine uses at the same time: for names and addresses."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SLOTS = range(10)


def cache_folder() -> Path:
    """The folder where the lab keeps all it writes, as lab/lib.sh has it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("LAB_DIR") or cache / "quarterdeck-lab")


@contextmanager
def slot(kind: str, is_free: Callable[[int], bool] = lambda _: True) -> Iterator[int]:
    """The lowest free number of a kind, held until the end, also of a process that is killed.

    `is_free` knows of what others hold without a slot, such as a port.
    """
    folder = cache_folder() / "slots"
    folder.mkdir(parents=True, exist_ok=True)
    for number in SLOTS:
        with (folder / f"{kind}-{number}").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            if not is_free(number):
                continue
            yield number
            return
    raise RuntimeError(f"{len(SLOTS)} test processes use a {kind} already")
