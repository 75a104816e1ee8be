"""Procedures as data, the gotcha catalogue, triage, the engine that runs a step, and the journal."""
