"""The SQLite file behind journal and leases: opening, one writer at a time, and errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runbooks.journal.port import JournalError, JournalUnwritable
from runbooks.journal.schema import TABLES, VERSION

BUSY_S = 5.0
"""How long a writer waits for another one; an entry takes milliseconds."""

_CAUSES = {
    "SQLITE_FULL": "the disk is full: free some space there",
    "SQLITE_BUSY": f"another program has kept it locked for {BUSY_S:g} s: find it with `fuser`",
    "SQLITE_LOCKED": f"another program has kept it locked for {BUSY_S:g} s: find it with `fuser`",
    "SQLITE_READONLY": "it may not be written: look at its owner and mode",
    "SQLITE_CANTOPEN": "it cannot be opened: look at its folder's owner and mode",
    "SQLITE_PERM": "it may not be written: look at its owner and mode",
    "SQLITE_IOERR": "the disk does not take it: look at the kernel log",
    "SQLITE_NOTADB": "it is no journal: move it aside and keep it",
    "SQLITE_CORRUPT": "it is damaged: move it aside, keep it, and look at the disk",
}


class Store:
    """One SQLite file in WAL mode with full sync. Safe to use from any thread."""

    def __init__(self, path: Path, *, read_only: bool = False, busy_s: float = BUSY_S) -> None:
        """Open it, and create it, private, when it is not there. Raises `JournalError`."""
        self.path = path
        self.is_read_only = read_only
        self._lock = threading.RLock()
        with self._told("opened"):
            self._link = self._open(busy_s)
            try:
                if not read_only:
                    self._prepare(busy_s)
                self._refuse_newer()
            except BaseException:
                self._link.close()
                raise

    def _open(self, busy_s: float) -> sqlite3.Connection:
        if self.is_read_only:
            if not self.path.is_file():
                raise JournalError(f"there is no journal at {self.path} yet")
            address = f"{self.path.absolute().as_uri()}?mode=ro"
        else:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            address = f"{self.path.absolute().as_uri()}?mode=rw"
        link = sqlite3.connect(
            address, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False
        )
        link.row_factory = sqlite3.Row
        return link

    def _prepare(self, busy_s: float) -> None:
        """WAL and full sync first: a commit returns when it is on disk. Two consoles may do this at once."""
        ends = time.monotonic() + busy_s
        while True:
            try:
                self._link.execute("PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError as error:
                if _cause(error) != "SQLITE_BUSY" or time.monotonic() > ends:
                    raise
                time.sleep(0.02)
        self._link.execute("PRAGMA synchronous=FULL")
        if self._version() == 0:
            self._link.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")

    def _version(self) -> int:
        return int(self._link.execute("PRAGMA user_version").fetchone()[0])

    def _refuse_newer(self) -> None:
        if (version := self._version()) != VERSION:
            raise JournalError(
                f"the journal {self.path} has layout {version}, this version knows {VERSION}: "
                "use the version that wrote it, or name another journal"
            )

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone: all of it is on disk when the block has ended, or none of it.

        Raises `JournalUnwritable`.
        """
        with self._lock, self._told("written"):
            self._link.execute("BEGIN IMMEDIATE")
            try:
                yield self._link
                self._link.execute("COMMIT")
            except BaseException:
                if self._link.in_transaction:
                    self._link.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Ask something short; raises `JournalError`."""
        with self._lock, self._told("read"):
            yield self._link

    def close(self) -> None:
        with self._lock:
            self._link.close()

    @contextmanager
    def _told(self, tried: str) -> Iterator[None]:
        """Turn what the store or the system raises into a sentence."""
        error_type = JournalError if tried == "read" or self.is_read_only else JournalUnwritable
        try:
            yield
        except sqlite3.Error as error:
            cause = _CAUSES.get(_cause(error), "move it aside and keep it, if this stays so")
            message = f"the journal {self.path} cannot be {tried} ({error}): {cause}. Nothing was changed."
            raise error_type(message) from error
        except OSError as error:
            reason = error.strerror or str(error)
            place = "name another place by --journal or QUARTERDECK_JOURNAL"
            message = f"the journal {self.path} cannot be {tried}: {reason}: {place}. Nothing was changed."
            raise error_type(message) from error


def _cause(error: sqlite3.Error) -> str:
    """The primary result code by name: SQLITE_IOERR_WRITE tells as SQLITE_IOERR."""
    name = getattr(error, "sqlite_errorname", "")
    return "_".join(name.split("_")[:2])
