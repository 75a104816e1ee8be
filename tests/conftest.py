"""Fixtures that every folder of tests may use."""

from tests.lab.fixtures import (
    _blank_instance,
    _lab_instance,
    _light_instance,
    _openstack_instance,
    _patient_instance,
    balanced_lab,
    blank_lab,
    lab,
    light,
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
    "blank_lab",
    "lab",
    "light",
    "openstack_cloud",
    "patient_lab",
    "shared_lab",
]
