"""Copies of one instance in Nova's databases, as many as a cloud has: multiply.py FOLDER NAME COUNT

They are called NAME-1 and on; those of an earlier call go first, so that 0 takes all of them away.

Booting a thousand takes many minutes; what is tested with them is how a list of a thousand is told and shown.
"""

from __future__ import annotations

import sqlite3
import sys
import uuid
from pathlib import Path

OF_INSTANCE = ("instance_extra", "instance_info_caches", "instance_system_metadata")


def columns(link: sqlite3.Connection, table: str) -> list[str]:
    """All columns but the number of the row."""
    return [row[1] for row in link.execute(f"PRAGMA table_info({table})") if row[1] != "id"]


def copy(link: sqlite3.Connection, table: str, key: str, old: str, changed: dict[str, str]) -> None:
    """Copy the rows of one instance, with some columns changed."""
    names = columns(link, table)
    values = ", ".join(":" + name if name in changed else name for name in names)
    statement = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {key} = :old"  # noqa: S608 - names of Nova's own tables
    link.execute(statement, {**changed, "old": old})


def forget(cell: sqlite3.Connection, api: sqlite3.Connection, name: str) -> None:
    """Take away the copies of an earlier call."""
    found = cell.execute(
        "SELECT uuid FROM instances WHERE display_name GLOB ?", (f"{name}-[0-9]*",)
    ).fetchall()
    for table in OF_INSTANCE:
        cell.executemany(f"DELETE FROM {table} WHERE instance_uuid = ?", found)  # noqa: S608 - as above
    api.executemany("DELETE FROM instance_mappings WHERE instance_uuid = ?", found)
    cell.executemany("DELETE FROM instances WHERE uuid = ?", found)


def multiply(folder: Path, name: str, count: int) -> None:
    """Have `count` copies, named NAME-1 and on."""
    with (
        sqlite3.connect(folder / "nova.db", timeout=60) as cell,
        sqlite3.connect(folder / "nova_api.db", timeout=60) as api,
    ):
        found = cell.execute("SELECT uuid FROM instances WHERE display_name = ? AND deleted = 0", (name,))
        old = str(found.fetchone()[0])
        forget(cell, api, name)
        for number in range(1, count + 1):
            new, called = str(uuid.uuid4()), f"{name}-{number}"
            copy(cell, "instances", "uuid", old, {"uuid": new, "display_name": called, "hostname": called})
            for table in OF_INSTANCE:
                copy(cell, table, "instance_uuid", old, {"instance_uuid": new})
            copy(api, "instance_mappings", "instance_uuid", old, {"instance_uuid": new})


if __name__ == "__main__":
    multiply(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
