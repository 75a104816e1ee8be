"""HAProxy on simulated hosts: its servers, checks and sessions, and what its stats socket answers."""
