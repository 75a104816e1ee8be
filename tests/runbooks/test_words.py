"""Numbers, names and times read well, and the same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from runbooks.words import clock, count, listed, share, short, size, span, subject

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_names_are_joined_as_a_sentence_does() -> None:
    assert listed(["db1"]) == "db1"
    assert listed(["db1", "db2", "db3"]) == "db1, db2 and db3"
    assert listed([]) == "nobody"
    assert subject(["db1"], "is", "are") == "db1 is"
    assert subject(["db1", "db2"], "is", "are") == "db1 and db2 are"


def test_nouns_agree_with_their_number() -> None:
    assert (count(1, "node"), count(3, "node")) == ("1 node", "3 nodes")
    assert count(2, "process", "processes") == "2 processes"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (-3, "0 s"),
        (45, "45 s"),
        (119, "119 s"),
        (2280, "38 min"),
        (7500, "2 h 05 min"),
        (3e5, "3 days"),
    ],
)
def test_a_span_is_rounded_to_what_matters(seconds: float, told: str) -> None:
    assert span(seconds) == told


@pytest.mark.parametrize(
    ("number", "told"), [(814, "814 bytes"), (1_400_000_000, "1.4 GB"), (5e15, "5000.0 TB")]
)
def test_a_size_has_a_unit(number: float, told: str) -> None:
    assert size(int(number)) == told


def test_a_time_of_another_day_has_its_date() -> None:
    assert clock(NOON, now=NOON) == "12:00:00 UTC"
    assert clock(NOON - timedelta(days=1), now=NOON) == "2026-11-21 12:00 UTC"


def test_small_things() -> None:
    assert share(0.621) == "62 %"
    assert short("97c6171f-e651-11f1-91ec-1f0bcdeda5d5") == "97c6…d5"
