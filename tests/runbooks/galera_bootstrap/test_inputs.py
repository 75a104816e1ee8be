"""What an operator tells galera-bootstrap, and what stands where nothing is told."""

from __future__ import annotations

import re

import pytest

from runbooks.galera_bootstrap.inputs import (
    ADDRESSES,
    GCACHE,
    INPUTS,
    MONITOR_FROM,
    SST_USER,
    WIPE,
)
from runbooks.inputs import named, told, told_addresses
from runbooks.model import InputKind


def test_each_address_belongs_to_its_node() -> None:
    found = told_addresses({"addresses": "db1=10.0.0.1, db2=fd00::2,db3=10.0.0.3"}, ADDRESSES)
    assert found == {"db1": "10.0.0.1", "db2": "fd00::2", "db3": "10.0.0.3"}


def test_a_node_is_named_once() -> None:
    assert named({"wipe": "db2, db3 db2"}, WIPE) == ("db2", "db3")
    assert named({}, WIPE) == ()


def test_what_is_not_told_has_its_default() -> None:
    assert (told({}, SST_USER), told({"sst_user": " copier "}, SST_USER)) == ("sst", "copier")


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (MONITOR_FROM, "%"),
        (MONITOR_FROM, "x' OR 1"),
        (SST_USER, "sst'@'%"),
        (GCACHE, "0M"),
        (ADDRESSES, "db1"),
    ],
)
def test_what_would_open_a_door_is_not_taken(wanted: object, text: str) -> None:
    pattern = getattr(wanted, "pattern", "")
    assert re.fullmatch(pattern, text) is None


def test_passwords_are_secrets_and_nothing_else_is_one() -> None:
    secrets = {wanted.name for wanted in INPUTS if wanted.kind is InputKind.SECRET}
    assert secrets == {"sst_password", "monitor_password", "root_password"}


def test_every_default_matches_its_own_pattern() -> None:
    for wanted in INPUTS:
        if wanted.pattern and wanted.default:
            assert re.fullmatch(wanted.pattern, wanted.default), wanted.name
