"""Detectors: pure functions from a look to YES, NO or UNKNOWN, with what was seen."""
