"""Fixtures of the scenarios: a console at the lab's desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.scenarios.operators import Operator


@pytest.fixture
def operator(lab: Lab, tmp_path: Path) -> Operator:
    """A console that knows the lab's cluster `orders`, and has never done anything."""
    return Operator(lab, tmp_path)
