"""Secrets are put in at the last moment, in the form that their place needs, and taken out of all text."""

from __future__ import annotations

import pytest

from runbooks.secret import Form, Secrets, marker, markers_in, refuse_unfit
from systems.shell import Command

NASTY = """it's a "\\" day"""


class Listing:
    """A redactor that lists what it was taught."""

    def __init__(self) -> None:
        self.known: list[str] = []

    def add(self, value: str) -> None:
        self.known.append(value)

    def redact(self, text: str) -> str:
        return text


def test_a_marker_becomes_its_value_in_the_input_only() -> None:
    command = Command("mariadb", stdin=f"SET x = '{marker('pw', Form.SQL)}'; -- {marker('pw')}")
    revealed = Secrets({"pw": NASTY}).stand_in(command)
    assert revealed.line == "mariadb"
    assert revealed.stdin == """SET x = 'it''s a "\\\\" day'; -- it's a "\\" day"""
    assert markers_in(command.stdin or "") == ("pw", "pw")


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (Form.SHELL, """'it'\\''s a "\\" day'"""),
        (Form.OPTION, """it's a \\"\\\\\\" day"""),
    ],
)
def test_each_place_has_its_form(form: Form, written: str) -> None:
    assert Secrets({"pw": NASTY}).stand_in(Command("sh", stdin=marker("pw", form))).stdin == written


def test_a_secret_in_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="where every user of the host sees it"):
        Secrets({"pw": "x" * 8}).stand_in(Command(f"mysql -p{marker('pw')}"))


def test_a_secret_without_value_is_refused() -> None:
    with pytest.raises(ValueError, match="the secret 'pw' is not known to this run"):
        Secrets({}).stand_in(Command("sh", stdin=marker("pw")))


def test_every_form_of_a_value_is_hidden_and_taught() -> None:
    secrets = Secrets({"pw": NASTY})
    redactor = Listing()
    secrets.teach(redactor)
    for form in Form:
        text = secrets.stand_in(Command("sh", stdin=f"<{marker('pw', form)}>")).stdin or ""
        assert NASTY not in secrets.hide(text)
        assert "day" not in secrets.hide(text)
        assert text[1:-1] in redactor.known
        assert secrets.stands_in(text)


def test_secrets_do_not_print_their_values() -> None:
    assert "hunter22" not in repr(Secrets({"pw": "hunter22"}))


@pytest.mark.parametrize("value", ["abc", "two\nlines", "bell\a!"])
def test_a_secret_that_cannot_be_kept_safe_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="pw"):
        refuse_unfit("pw", value)
