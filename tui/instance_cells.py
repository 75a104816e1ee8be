"""How one instance stands in a row of the table, and what is said of it in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from systems.openstack.faults import fault_in_words
from systems.openstack.readings import Power
from tui.frame import age
from widgets.live_table import Cell, Column
from widgets.tones import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from systems.openstack.readings import Instance
    from widgets.signs import Signs

COLUMNS = (
    Column("name", "instance", least=12, most=40),
    Column("state", "state", most=20),
    Column("task", "task", drop=3, most=20),
    Column("power", "power", drop=4),
    Column("host", "host", drop=1, most=24),
    Column("addresses", "addresses", drop=2, least=12, most=40),
    Column("flavor", "flavor", drop=5, most=16),
    Column("age", "age", align="right"),
)
_QUIET = frozenset({"SHUTOFF", "PAUSED", "SUSPENDED", "SHELVED", "SHELVED_OFFLOADED"})


def instance_row(instance: Instance, now: datetime, signs: Signs) -> Mapping[str, Cell]:
    """All cells of one instance."""
    none = Cell(signs.none, Tone.DIM)
    addresses = ", ".join([one.address for one in instance.addresses])
    return {
        "name": Cell(instance.name, Tone.STRONG),
        "state": instance_state(instance, signs),
        "task": Cell(instance.task, Tone.WARNING) if instance.task else none,
        "power": _power(instance, none),
        "host": Cell(instance.host) if instance.host else none,
        "addresses": Cell(addresses) if addresses else none,
        "flavor": Cell(instance.flavor, Tone.DIM) if instance.flavor else none,
        "age": _age(instance, now, none),
    }


def instance_state(instance: Instance, signs: Signs) -> Cell:
    """Its status with a sign, worst first when sorted."""
    if instance.status == "ERROR":
        return Cell(f"{signs.critical} ERROR", Tone.CRITICAL, 0)
    if _is_off_by_itself(instance):
        return Cell(f"{signs.warning} {instance.status}", Tone.WARNING, 1)
    if instance.status == "ACTIVE":
        return Cell(f"{signs.good} ACTIVE", Tone.GOOD, 4)
    if instance.status in _QUIET:
        return Cell(f"{signs.note} {instance.status}", Tone.DIM, 3)
    return Cell(f"{signs.warning} {instance.status}", Tone.WARNING, 2)


def _power(instance: Instance, none: Cell) -> Cell:
    if instance.power is Power.UNKNOWN:
        return none
    return Cell(instance.power.value, Tone.WARNING if _is_off_by_itself(instance) else Tone.PLAIN)


def _is_off_by_itself(instance: Instance) -> bool:
    return instance.status == "ACTIVE" and instance.power in (Power.SHUT_DOWN, Power.CRASHED)


def _age(instance: Instance, now: datetime, none: Cell) -> Cell:
    if instance.created_at is None:
        return none
    seconds = (now - instance.created_at).total_seconds()
    return Cell(age(seconds), Tone.DIM, seconds)


def said_of(instance: Instance) -> str:
    """What is wrong with an instance, in words; empty: nothing that Nova tells."""
    if instance.fault is not None:
        words = fault_in_words(instance.fault.message, instance.host or "")
        return f"{instance.name}: {instance.fault.message}{' ' + words if words else ''}"
    if instance.status == "ERROR":
        return f"{instance.name} is in ERROR, and Nova tells no fault: its events may say why."
    if _is_off_by_itself(instance):
        return f"{instance.name} is ACTIVE for Nova, and {instance.power.value} for its hypervisor."
    if instance.is_locked:
        return f"{instance.name} is locked: only an administrator, or who locked it, may act on it."
    return ""
