"""Leases: the exclusive right to change one system, seen by others, ended by time, broken with a reason."""
