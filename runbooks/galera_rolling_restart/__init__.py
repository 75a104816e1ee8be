"""galera-rolling-restart: every node restarted, one at a time, and back by IST (GOTCHAS C)."""
