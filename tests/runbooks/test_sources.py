"""A source is spelled so that an operator finds it."""

from __future__ import annotations

import re

import pytest

from runbooks.gotchas import CATALOGUE
from runbooks.sources import spelled


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("GOTCHAS B.7 REC-41; P80:crash-recovery", "Percona XtraDB Cluster 8.0 manual: crash-recovery"),
        (
            "GOTCHAS B.7 REC-12; GSRC mark_unsafe, mark_corrupt; MDOC",
            "source of Galera 26.4.18: mark_unsafe, mark_corrupt; MariaDB documentation, Galera Cluster",
        ),
        ("GOTCHAS K.3 HOST-01; swapon(8), mkswap(8)", "swapon(8), mkswap(8)"),
        ("GOTCHAS B.7 REC-19; A.2", "field notes"),
    ],
)
def test_works_stand_by_their_names(source: str, words: str) -> None:
    assert spelled(source) == words


def test_no_gotcha_names_a_work_by_a_sign_that_nobody_explains() -> None:
    for gotcha in CATALOGUE.values():
        assert not re.search(
            r"\b(GOTCHAS|LAB\.md|G(DOC|SRC)|M(DOC|OP|Y\d)|P(RPM|S\w+\d*|\d+))\b", spelled(gotcha.source)
        )
