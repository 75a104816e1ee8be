"""Text from hosts: shown, never obeyed."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems.text import is_harmless, safe_json, visible, visible_bytes


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("[/red] [b]", "[/red] [b]"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("a\rb\x7f\x00", "a␍b␡␀"),
        ("\x9b31m", "<U+009B>31m"),
        ("user\u202egnp.exe", "user<U+202E>gnp.exe"),
        ("pass\u200bword", "pass<U+200B>word"),
        ("\ufeffbom\u2028line", "<U+FEFF>bom<U+2028>line"),
        ("café 日本 👍", "café 日本 👍"),
        ("a\tb", "a       b"),
        ("日本\tb", "日本    b"),
        ("\x1b\tb", "␛       b"),
        ("one\ntwo", "one␊two"),
    ],
)
def test_what_steers_or_hides_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_newlines_stay_where_text_has_several_lines() -> None:
    assert visible("one\r\ntwo\t.\x1b", newlines=True) == "one␍\ntwo     .␛"


def test_in_ascii_controls_look_as_less_shows_them() -> None:
    assert visible("\x1b[31m\x7f", ascii_only=True) == "^[[31m^?"


def test_bytes_that_are_no_utf8_are_written_as_hex() -> None:
    assert visible_bytes(b"caf\xe9 \xff\x1b") == "caf\\xe9 \\xff␛"


def test_every_control_and_format_character_of_unicode_is_spelled_out() -> None:
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            assert char not in visible(char)


@settings(deadline=None)
@given(st.text(st.characters()))
def test_what_is_visible_is_harmless_and_stays_as_it_is(text: str) -> None:
    shown = visible(text)
    assert is_harmless(shown)
    assert "\n" not in shown
    assert visible(shown) == shown
    shown.encode()


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_can_be_shown(data: bytes) -> None:
    assert is_harmless(visible_bytes(data, newlines=True))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_may_stand_in_a_terminal_and_says_the_same(text: str) -> None:
    written = safe_json(json.dumps({"said": text}, ensure_ascii=False, indent=2))
    assert is_harmless(written)
    assert json.loads(written) == {"said": text}


def test_a_control_that_json_leaves_alone_becomes_its_escape() -> None:
    written = safe_json(json.dumps("\x9b31m\u202e\x7f\U000e0041 ü", ensure_ascii=False))
    assert written == '"\\u009b31m\\u202e\\u007f\\udb40\\udc41 ü"'
