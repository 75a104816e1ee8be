"""What the headless commands say of errors and in JSON is fit for a terminal, whatever a host has said."""

from __future__ import annotations

import json

import pytest

from systems.errors import Refused
from systems.text import is_harmless
from tui.cli.said import UNREAD, say_json, sentences

HOSTILE = "db1: \x1b]52;c;aGk=\x07 \x9b31m \u202e"


def test_an_error_with_the_words_of_a_host_is_shown_and_never_obeyed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as end, sentences():
        raise Refused(HOSTILE)
    told = capsys.readouterr().err
    assert end.value.code == UNREAD
    assert told.startswith("quarterdeck: db1: ␛]52;c;aGk=")
    assert is_harmless(told)


def test_json_keeps_the_words_of_a_host_and_holds_no_control(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"sentence": HOSTILE})
    told = capsys.readouterr().out
    assert is_harmless(told)
    assert json.loads(told) == {"sentence": HOSTILE}
