"""How an object stands, in Octavia's database.

octavia_stands.py OCTAVIA.DB TABLE NAME PROVISIONING OPERATING MINUTES

TABLE is load_balancer, listener, pool, member or health_monitor; "-" leaves a status as it is. MINUTES ago it
was written. No-op amphorae report nothing and never fail, so this is how something is in ERROR here, or has
been locked for an hour.
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import UTC, datetime, timedelta

TABLES = ("load_balancer", "listener", "pool", "member", "health_monitor")
PLACE, TABLE, NAME, PROVISIONING, OPERATING, MINUTES = sys.argv[1:7]

if TABLE not in TABLES:
    sys.exit(f"{TABLE} is none of {', '.join(TABLES)}")
changed = {"provisioning_status": PROVISIONING, "operating_status": OPERATING}
values = {column: value for column, value in changed.items() if value != "-"}
values["updated_at"] = f"{datetime.now(UTC) - timedelta(minutes=float(MINUTES)):%Y-%m-%d %H:%M:%S}"
columns = ", ".join([f"{column} = :{column}" for column in values])
with sqlite3.connect(PLACE, timeout=60) as link:
    done = link.execute(f"UPDATE {TABLE} SET {columns} WHERE name = :name", {**values, "name": NAME})  # noqa: S608 - names of Octavia's own tables
if done.rowcount < 1:
    sys.exit(f"there is no {TABLE} named {NAME}")
