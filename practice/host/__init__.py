"""Simulated hosts: files, processes, units, log."""
