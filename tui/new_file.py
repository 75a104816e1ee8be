"""Writes what is exported: a new file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path


def write_new(path: Path, text: str, *, makes_folder: bool = False, replaces: bool = False) -> None:
    """Write the text, whole; raises `OSError`, `FileExistsError` for a file that is there.

    With `replaces`, a file takes the place of the one that is there, and its mode is 0600 all the same.
    """
    if makes_folder:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    there = path.with_name(f"{path.name}.{os.getpid()}.new") if replaces else path
    descriptor = os.open(there, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        if replaces:
            there.replace(path)
    except OSError:  # a half of it, as on a full disk, is of no use to anybody
        there.unlink(missing_ok=True)
        raise
