"""The engine: runs a runbook step by step: check, confirmation, acts, verify, and always a way out."""
