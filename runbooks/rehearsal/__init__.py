"""Rehearsals: what each step of a plan did on a practice copy, kept, told, and held against the real run."""
