"""Inputs: each kind checked, defaults put in, secrets apart, every problem in a sentence."""

from __future__ import annotations

import pytest

from runbooks.engine.values import plan_values, problem_of, settle_values
from runbooks.model import Input, InputKind, Refusal
from tests.runbooks.engine.books import a_book_of

HOSTS = {"db1", "db2"}


def an_input(kind: InputKind = InputKind.TEXT, **changes: object) -> Input:
    return Input("node", "the node", kind, "which one", **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "value", "problem"),
    [
        (an_input(required=True), "", "node (the node) is not given"),
        (an_input(), "", ""),
        (an_input(pattern=r"\d+"), "12a", r"node: '12a' does not have the form \d+"),
        (an_input(), "a\nb", "node: holds characters that cannot be shown"),
        (an_input(InputKind.HOST), "db1", ""),
        (an_input(InputKind.HOST), "db9", "node: 'db9' is not in the inventory, which has db1, db2"),
        (an_input(InputKind.CHOICE, choices=("ist", "sst")), "ist", ""),
        (an_input(InputKind.CHOICE, choices=("ist", "sst")), "sto", "node: 'sto' is none of ist, sst"),
        (an_input(InputKind.NUMBER), "-1.5", ""),
        (an_input(InputKind.NUMBER), "1e3", "node: '1e3' is no number"),
        (an_input(InputKind.SWITCH), "On", ""),
        (an_input(InputKind.SWITCH), "maybe", "node: 'maybe' is neither yes nor no"),
        (an_input(InputKind.SECRET), "abc", "shorter than 4 characters"),
        (an_input(InputKind.SECRET, pattern=r"\d+"), "hunter22", "the value does not have the form"),
    ],
)
def test_a_value_is_checked_by_its_kind(wanted: Input, value: str, problem: str) -> None:
    found = problem_of(wanted, value, HOSTS)
    assert (problem in found) if problem else found == ""
    assert "hunter22" not in found


def test_defaults_are_put_in_and_switches_are_yes_or_no() -> None:
    book = a_book_of(
        inputs=(
            Input("node", "", InputKind.TEXT, "", default="db1"),
            Input("force", "", InputKind.SWITCH, ""),
            Input("fast", "", InputKind.SWITCH, ""),
        )
    )
    settled = settle_values(book, {"fast": "TRUE"})
    assert not isinstance(settled, Refusal)
    assert settled[0] == {"node": "db1", "force": "no", "fast": "yes"}


def test_secrets_stand_apart_and_the_plan_gets_their_marker() -> None:
    book = a_book_of(inputs=(Input("pw", "", InputKind.SECRET, ""), Input("other", "", InputKind.SECRET, "")))
    settled = settle_values(book, {"pw": "hunter22"})
    assert not isinstance(settled, Refusal)
    values, secrets = settled
    assert values == {}
    assert plan_values(values, secrets) == {"pw": "«secret:pw»"}


def test_all_problems_are_told_at_once() -> None:
    book = a_book_of(inputs=(an_input(required=True),))
    refusal = settle_values(book, {"colour": "red"})
    assert isinstance(refusal, Refusal)
    assert len(refusal.evidence) == 2
    assert refusal.way_on == "give it as --set NAME=VALUE; its inputs: node"
