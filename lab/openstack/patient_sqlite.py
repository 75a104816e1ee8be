"""SQLite under several threads of oslo.db: nobody waits for a lock in vain. Importing it is enough.

Each transaction takes the write lock when it begins: one that first reads and then writes would otherwise be
refused at once ("database is locked") when another has written in between, however long the timeout.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


def _write_ahead(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _lock_early(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool
) -> tuple[str, Any]:
    return ("BEGIN IMMEDIATE" if statement == "BEGIN" else statement), parameters


event.listen(Engine, "connect", _write_ahead)
event.listen(Engine, "before_cursor_execute", _lock_early, retval=True)
