"""Tests of what `make check` says."""
