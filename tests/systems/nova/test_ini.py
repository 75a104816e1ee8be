"""A file of oslo.config is read as oslo.config reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.nova.ini import parse_ini

WORD = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
VALUE = st.from_regex(r"[A-Za-z0-9/.][A-Za-z0-9/.:=# ]{0,12}[A-Za-z0-9]", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[spice]\nenabled=True", [("spice", "enabled", "True", 2, 2)]),
        ("[s]\na = b = c", [("s", "a", "b = c", 2, 2)]),
        ("[s]\na: b = c", [("s", "a", "b = c", 2, 2)]),
        ("[s]\na = 'b c' \n", [("s", "a", "b c", 2, 2)]),
        ("[s]\na = 'b\"", [("s", "a", "'b\"", 2, 2)]),
        ("[s]\na =", [("s", "a", "", 2, 2)]),
        ("[s]\na = b\n c\n\td\nx = y", [("s", "a", "b\nc\nd", 2, 4), ("s", "x", "y", 5, 5)]),
        ("[s]\n# a = b\n; c = d\ne = f # g", [("s", "e", "f # g", 4, 4)]),
        (
            "[s]\na = 1\n[t]\na = 2\n[s]\na = 3",
            [("s", "a", "1", 2, 2), ("t", "a", "2", 4, 4), ("s", "a", "3", 6, 6)],
        ),
        ("\n\n", []),
    ],
)
def test_options_are_read_with_their_lines(text: str, told: list[tuple[str, str, str, int, int]]) -> None:
    ini = parse_ini(text)
    assert not ini.trouble
    found = [(one.section, one.key, one.value, one.first, one.last) for one in ini.assignments]
    assert found == told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[s\na = b", "line 1 begins like a [section]"),
        ("[]\na = b", "line 1 begins like a [section]"),
        ("[s]\nnonsense", "line 2 is neither a comment nor an option"),
        ("[s]\n = b", "line 2 begins with a blank"),
        ("[s]\n= b", "line 2 has no name before its ="),
        ("a = b", "line 1 sets an option before the first [section]"),
        ("[s]\na = b\n\n c", "line 4 begins with a blank"),
    ],
)
def test_what_stops_nova_is_told_with_its_line(text: str, words: str) -> None:
    assert words in parse_ini(text).trouble


@given(
    st.lists(
        st.tuples(WORD, st.lists(st.tuples(WORD, st.lists(VALUE, min_size=1, max_size=3)), max_size=4)),
        max_size=4,
    )
)
def test_whatever_was_written_is_read_again(sections: list[tuple[str, list[tuple[str, list[str]]]]]) -> None:
    lines, told = [], []
    for section, options in sections:
        lines.append(f"[{section}]")
        for key, values in options:
            lines.append(f"{key} = " + "\n  ".join(values))
            told.append((section, key, "\n".join(values)))
    ini = parse_ini("\n".join(lines))
    assert [(one.section, one.key, one.value) for one in ini.assignments] == told
    assert ini.lines == sum(line.count("\n") + 1 for line in lines) or not lines


@given(st.text(alphabet="[]=:# \t\n'\"ab\\;\r\x00é", max_size=80))
def test_no_text_is_too_odd_to_be_told_something_of(text: str) -> None:
    ini = parse_ini(text)
    assert all(1 <= one.first <= one.last <= ini.lines for one in ini.assignments)
