"""One line of text, typed."""

import pytest

from widgets.line_editor import LineEditor, Typed


def typed(text: str, *keys: str) -> LineEditor:
    editor = LineEditor(text)
    for key in keys:
        editor.key(key, key if len(key) == 1 else None)
    return editor


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        (["x"], "one twox", 8),
        (["home", "x"], "xone two", 1),
        (["left", "left", "x"], "one txwo", 6),
        (["backspace"], "one tw", 6),
        (["home", "backspace"], "one two", 0),
        (["home", "delete"], "ne two", 0),
        (["ctrl+w"], "one ", 4),
        (["ctrl+w", "ctrl+w"], "", 0),
        (["ctrl+u"], "", 0),
        (["ctrl+a", "right", "ctrl+k"], "o", 1),
        (["end", "right", "right", "x"], "one twox", 8),
    ],
)
def test_keys_do_what_they_do_in_a_shell(keys: list[str], text: str, cursor: int) -> None:
    editor = typed("one two", *keys)
    assert (editor.text, editor.cursor) == (text, cursor)


def test_enter_and_escape_end_it_and_other_keys_go_on() -> None:
    editor = LineEditor("a")
    assert editor.key("enter", "\r") is Typed.DONE
    assert editor.key("escape", None) is Typed.CANCELLED
    assert editor.key("f5", None) is Typed.NOTHING
    assert editor.key("ctrl+x", "\x18") is Typed.NOTHING
    assert editor.text == "a"


def test_of_a_paste_only_the_first_line_is_typed_and_nothing_that_steers() -> None:
    editor = LineEditor()
    editor.insert("a\x1bb\nc")
    assert editor.text == "ab"
