"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.fixtures import (
    _blank_instance,
    _lab_instance,
    _light_instance,
    _openstack_instance,
    _patient_instance,
    balanced_lab,
    bare_balancers_lab,
    blank_lab,
    guest,
    lab,
    light,
    octavia,
    openstack_cloud,
    patient_lab,
    shared_lab,
)

__all__ = [
    "_blank_instance",
    "_lab_instance",
    "_light_instance",
    "_openstack_instance",
    "_patient_instance",
    "balanced_lab",
    "bare_balancers_lab",
    "blank_lab",
    "guest",
    "lab",
    "light",
    "octavia",
    "openstack_cloud",
    "patient_lab",
    "shared_lab",
]


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A folder with a short name: sockets lie below it."""
    with tempfile.TemporaryDirectory(prefix="qd") as folder:
        yield Path(folder)
