"""Keeps texts that are too long for an entry beside the journal: private files, named and hashed in it."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from runbooks.journal.entries import storable
from runbooks.journal.port import JournalError, JournalUnwritable, Kept

CAP_BYTES = 16 * 1024 * 1024
"""Of a longer text the end is kept, since that is where errors stand."""


class Spool:
    """A folder of kept texts, one folder a run."""

    def __init__(self, folder: Path, *, cap_bytes: int = CAP_BYTES) -> None:
        self.folder = folder
        self._cap_bytes = cap_bytes

    def keep(self, run: str, name: str, text: str) -> Kept:
        """Write it and wait until it is on disk; raises `JournalUnwritable`."""
        whole = storable(text).encode()
        body = whole[-self._cap_bytes :] if len(whole) > self._cap_bytes else whole
        folder = self.folder / _plain(run or "exec")
        path = folder / _plain(name)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            message = f"{path} cannot be written: {error.strerror or error}. Nothing was changed."
            raise JournalUnwritable(message) from error
        return Kept(
            name=str(path.relative_to(self.folder)),
            sha256=hashlib.sha256(body).hexdigest(),
            size_bytes=len(whole),
            is_cut=len(body) < len(whole),
        )

    def read(self, kept: Kept) -> str:
        """The text as it was kept; raises `JournalError` when it is gone or was changed."""
        path = self.folder / kept.name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise JournalError(f"{kept.name!r} is no name of a kept output: nothing was read")
        try:
            body = path.read_bytes()
        except OSError as error:
            raise JournalError(f"{path} cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(body).hexdigest() != kept.sha256:
            raise JournalError(f"{path} is not what was kept: it has been changed since")
        return body.decode("utf-8", "backslashreplace")


def _plain(name: str) -> str:
    """A file name of harmless letters, whatever the name was made of."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", name).lstrip(".") or "-"
