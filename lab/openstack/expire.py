"""Every token of a console becomes too old, as after `[consoleauth] token_ttl` seconds: expire.py NOVA.DB"""

from __future__ import annotations

import sqlite3
import sys
import time

with sqlite3.connect(sys.argv[1], timeout=60) as cell:
    cell.execute("UPDATE console_auth_tokens SET expires = ?", (int(time.time()) - 1,))
