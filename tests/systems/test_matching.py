"""The filter language."""

import pytest

from systems.matching import BadPattern, Matcher


@pytest.mark.parametrize(
    ("filter_text", "line", "kept"),
    [
        ("err", "An Error", True),
        ("Err", "an error", False),
        ("err|WSREP", "wsrep", False),
        ("err|WSREP", "ERRORS", True),
        ("!err", "An Error", False),
        ("!err", "fine", True),
        ("~gbs", "galera-bootstrap", True),
        ("~gbs", "sbg", False),
        ("!~gbs", "galera-bootstrap", False),
        ("re:^db[0-9]+$", "db12", True),
        ("re:^db[0-9]+$", "xdb12", False),
        ("!re:^db", "web", True),
        ("a.b", "axb", False),
        ("[/red]", "a [/red] b", True),
        ("", "anything", True),
        ("!", "anything", True),
        ("re:", "anything", True),
        ("|", "anything", True),
    ],
)
def test_a_filter_keeps_what_it_says(filter_text: str, line: str, kept: bool) -> None:
    assert Matcher(filter_text).matches(line) is kept


@pytest.mark.parametrize("text", ["re:(", "!re:[", "re:a{99999999999}", r"re:\p"])
def test_a_broken_expression_is_named_with_the_reason(text: str) -> None:
    with pytest.raises(BadPattern, match=r"is not a regular expression: .+"):
        Matcher(text)


def test_matches_are_found_for_highlighting_but_not_for_an_inverse_filter() -> None:
    assert Matcher("db|x").spans("db1 x db2") == [(0, 2), (4, 5), (6, 8)]
    assert Matcher("!db").spans("db1") == []
