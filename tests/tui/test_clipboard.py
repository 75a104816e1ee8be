"""Copying says where it went, also where the terminal takes nothing."""

from __future__ import annotations

from pathlib import Path

from tui.clipboard import OSC52_MOST_BYTES, copy


def test_a_terminal_that_takes_it_gets_it(tmp_path: Path) -> None:
    got: list[str] = []
    said = copy("db2", got.append, environment={"TERM": "xterm-256color"}, folder=tmp_path)
    assert (said, got) == ("Copied 3 characters.", ["db2"])
    assert list(tmp_path.iterdir()) == []


def test_under_tmux_it_is_in_a_private_file_too(tmp_path: Path) -> None:
    got: list[str] = []
    said = copy("a\nb", got.append, environment={"TERM": "screen", "TMUX": "x"}, folder=tmp_path)
    assert got == ["a\nb"]
    assert "set-clipboard" in said
    place = tmp_path / "copied.txt"
    assert place.read_text() == "a\nb"
    assert place.stat().st_mode & 0o777 == 0o600


def test_what_is_too_long_for_the_terminal_goes_to_the_file_alone(tmp_path: Path) -> None:
    got: list[str] = []
    said = copy("x" * (OSC52_MOST_BYTES + 1), got.append, environment={"TERM": "xterm"}, folder=tmp_path)
    assert got == []
    assert "takes no copy" in said


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert copy("x", lambda _: None, environment={"TERM": "dumb"}, folder=blocked).startswith("Not copied")
