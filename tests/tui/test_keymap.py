"""Keys that the operator changed: what is wrong with the file is said, and never taken silently."""

from __future__ import annotations

from pathlib import Path

from textual.binding import Binding

from tui.bindings import all_bindings
from tui.keymap import check_keymap, load_keymap

BINDINGS = [
    Binding("x", "run", "Run", id="deck.run"),
    Binding("l", "log", "Log", id="deck.log"),
    Binding("V", "verify", "Prove", id="journal.verify"),
    Binding("space", "mark", "Mark", id="table.mark"),
]


def test_a_key_is_changed_by_its_id() -> None:
    assert check_keymap({"deck.run": "R"}, BINDINGS, "keys.toml").keys == {"deck.run": "R"}


def test_signs_are_written_as_they_stand_on_the_keyboard() -> None:
    keymap = check_keymap({"deck.run": "!, ctrl+r"}, BINDINGS, "keys.toml")
    assert keymap.keys == {"deck.run": "exclamation_mark,ctrl+r"}


def test_an_unknown_id_is_named() -> None:
    keymap = check_keymap({"deck.rn": "R"}, BINDINGS, "keys.toml")
    assert keymap.keys == {}
    assert "'deck.rn' is the name of no key" in keymap.complaints[0]


def test_a_key_that_is_taken_is_refused_and_both_are_named() -> None:
    keymap = check_keymap({"deck.run": "l"}, BINDINGS, "keys.toml")
    assert keymap.keys == {}
    assert "deck.run = 'l' is the key of deck.log too" in keymap.complaints[0]


def test_two_keys_can_be_swapped() -> None:
    keymap = check_keymap({"deck.run": "l", "deck.log": "x"}, BINDINGS, "keys.toml")
    assert keymap.keys == {"deck.run": "l", "deck.log": "x"}
    assert keymap.complaints == ()


def test_a_file_that_is_no_toml_changes_nothing_and_says_the_line(tmp_path: Path) -> None:
    place = tmp_path / "keys.toml"
    place.write_text('[keys]\n"deck.run" = R\n')
    keymap = load_keymap(place, BINDINGS)
    assert keymap.keys == {}
    assert "line 2" in keymap.complaints[0]


def test_a_new_key_that_the_console_needs_everywhere_is_refused() -> None:
    bindings = [*BINDINGS, Binding("y", "copy", "Copy", id="console.copy")]
    assert "console.copy" in check_keymap({"table.mark": "y"}, bindings, "keys.toml").complaints[0]


def test_no_file_is_no_complaint(tmp_path: Path) -> None:
    assert load_keymap(tmp_path / "keys.toml", BINDINGS).complaints == ()


def test_every_key_has_an_id_of_its_own() -> None:
    bindings = all_bindings()
    ids = [binding.id for _, binding in bindings]
    assert all(ids)
    assert len(ids) == len(set(ids))
    taken = {key: str(binding.id) for _, binding in bindings for key in binding.key.split(",")}
    assert {"w", "b", "x", "l", "s", "A", "f", "y", "colon", "question_mark"} <= taken.keys()


def test_no_destructive_key_is_a_ctrl_letter_of_vi_or_tmux() -> None:
    for _, binding in all_bindings():
        for key in binding.key.split(","):
            assert key not in {"ctrl+d", "ctrl+k", "ctrl+w", "ctrl+u", "ctrl+a", "ctrl+x"}, binding.id
