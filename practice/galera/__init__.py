"""Simulated Galera clusters."""
