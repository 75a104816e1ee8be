"""Rows of toned text become screen lines."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.layout import Laid, changed_spans, lay_out, row
from widgets.tones import Tone


def texts(rows: list[Laid]) -> list[str]:
    return [line.text for line in rows]


def test_a_sentence_wraps_at_words_and_hangs() -> None:
    laid = lay_out([row("db2 is down since noon", hang=4)], 12)
    assert texts(laid) == ["db2 is down", "    since", "    noon"]


def test_a_word_longer_than_the_line_is_broken_where_the_line_ends() -> None:
    assert texts(lay_out([row("abcdefgh")], 3)) == ["abc", "def", "gh"]


def test_a_row_that_does_not_wrap_is_cut_and_says_so() -> None:
    assert texts(lay_out([row("abcdefgh", wrap=False)], 5)) == ["abcd…"]
    assert texts(lay_out([row("abcdefgh", wrap=False)], 5, cut="~")) == ["abcd~"]


def test_the_right_part_stands_at_the_edge() -> None:
    assert texts(lay_out([row("left", right=[("w why", Tone.KEY)])], 14)) == ["left     w why"]


def test_a_right_part_without_room_gets_a_line_of_its_own() -> None:
    assert texts(lay_out([row("a long sentence here", right=[("w why", Tone.KEY)])], 10)) == [
        "a long",
        "sentence",
        "here",
        "     w why",
    ]


def test_escape_sequences_are_shown_and_not_obeyed() -> None:
    assert texts(lay_out([row("[/red] \x1b]52;c;x")], 40)) == ["[/red] ␛]52;c;x"]


def test_only_the_changed_cells_are_painted_again() -> None:
    before, after = lay_out([row("age 12 s old")], 20), lay_out([row("age 13 s old")], 20)
    assert changed_spans(before[0], after[0]) == [(5, 1)]
    assert changed_spans(before[0], before[0]) == []


def test_two_changes_far_apart_are_painted_each_alone() -> None:
    before, after = lay_out([row("2 s" + " " * 60 + "11")], 80), lay_out([row("3 s" + " " * 60 + "12")], 80)
    assert changed_spans(before[0], after[0]) == [(0, 1), (64, 1)]


def test_a_changed_tone_is_a_change() -> None:
    before, after = lay_out([row("ok")], 9), lay_out([row(("ok", Tone.GOOD))], 9)
    assert changed_spans(before[0], after[0]) == [(0, 2)]


@given(
    st.lists(st.text(max_size=60), max_size=4),
    st.text(max_size=12),
    st.integers(1, 40),
    st.integers(0, 60),
    st.booleans(),
)
def test_no_line_is_wider_than_the_screen(
    pieces: list[str], right: str, width: int, hang: int, wrap: bool
) -> None:
    rows = [row(*pieces, right=[(right, Tone.DIM)], hang=hang, wrap=wrap)]
    assert all(cell_len(line.text) <= max(width, 2) for line in lay_out(rows, width))


@given(st.lists(st.text("ab ü漢", max_size=30), max_size=4), st.integers(2, 30))
def test_wrapping_loses_nothing_but_spaces(pieces: list[str], width: int) -> None:
    shown = "".join(texts(lay_out([row(*pieces)], width)))
    assert shown.replace(" ", "") == "".join(pieces).replace(" ", "")
