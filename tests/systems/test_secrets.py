"""Secrets: where they may come from, what is refused, and that they are shown nowhere."""

from __future__ import annotations

import base64
import json
import shlex
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.secrets import Redactor, SecretUnavailable, flaw_of_reference, resolve

WHAT = "the SQL password of orders"


async def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PW", "S3cret")
    assert await resolve("env:ORDERS_PW", what=WHAT) == "S3cret"
    monkeypatch.delenv("ORDERS_PW")
    with pytest.raises(SecretUnavailable, match="no variable ORDERS_PW"):
        await resolve("env:ORDERS_PW", what=WHAT)


async def test_from_a_file_beside_the_estate(tmp_path: Path) -> None:
    path = tmp_path / "orders.pw"
    path.write_text("S3 cret \n")
    path.chmod(0o600)
    assert await resolve("file:orders.pw", what=WHAT, base=tmp_path) == "S3 cret "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
async def test_a_file_that_others_may_read_is_refused_with_the_way_out(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "orders pw"
    path.write_text("S3cret")
    path.chmod(mode)
    with pytest.raises(SecretUnavailable) as caught:
        await resolve(f"file:{path}", what=WHAT)
    assert f"chmod 600 {shlex.quote(str(path))}" in str(caught.value)
    assert "S3cret" not in str(caught.value)


async def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretUnavailable, match="cannot be read: No such file"):
        await resolve(f"file:{tmp_path}/none", what=WHAT)
    with pytest.raises(SecretUnavailable):
        await resolve(f"file:{tmp_path}", what=WHAT)
    large = tmp_path / "large"
    large.write_bytes(b"x" * 70_000)
    large.chmod(0o600)
    with pytest.raises(SecretUnavailable, match="larger"):
        await resolve(f"file:{large}", what=WHAT)


async def test_from_a_command_its_first_line() -> None:
    assert await resolve("cmd:printf 'S3cret\\nlogin: x\\n'", what=WHAT) == "S3cret"


async def test_a_command_that_fails_says_what_it_said() -> None:
    with pytest.raises(SecretUnavailable, match=r"status 2: .*nosuchfile"):
        await resolve("cmd:ls /nosuchfile", what=WHAT)
    with pytest.raises(SecretUnavailable, match="cannot be run"):
        await resolve("cmd:/no/such/program", what=WHAT)
    with pytest.raises(SecretUnavailable, match="no command line"):
        await resolve("cmd:echo 'x", what=WHAT)
    with pytest.raises(SecretUnavailable, match="is empty"):
        await resolve("cmd:true", what=WHAT)


async def test_a_command_never_waits_for_a_person() -> None:
    assert await resolve("cmd:sh -c 'cat; echo done'", what=WHAT) == "done"


async def test_from_whoever_sits_there() -> None:
    asked: list[str] = []

    async def ask(question: str) -> str:
        asked.append(question)
        return "typed"

    assert await resolve("prompt:", what=WHAT, ask=ask) == "typed"
    assert await resolve("prompt:Which one?", what=WHAT, ask=ask) == "typed"
    assert asked == [WHAT, "Which one?"]
    with pytest.raises(SecretUnavailable, match="nobody is here"):
        await resolve("prompt:", what=WHAT)


@pytest.mark.parametrize("text", ["S3cret", "pass:word", "env:", "env:A B", "file:", "cmd: ", "ENV:X", ""])
async def test_a_value_where_a_reference_belongs_is_refused_and_not_repeated(text: str) -> None:
    assert flaw_of_reference(text)
    with pytest.raises(SecretUnavailable) as caught:
        await resolve(text, what=WHAT)
    assert "S3cret" not in str(caught.value)
    assert "word" not in str(caught.value).replace(WHAT, "")


def test_a_known_secret_is_hidden_in_all_its_forms() -> None:
    secret = "S3/cr et+'\"ü"
    redactor = Redactor()
    redactor.add(secret)
    forms = [secret, quote_plus(secret), json.dumps(secret)[1:-1]]
    forms += [base64.b64encode(f"{'x' * n}{secret}yz".encode()).decode() for n in range(4)]
    for form in forms:
        shown = redactor.redact(f"before {form} after")
        assert "***" in shown, form
        assert secret not in shown
        assert shown.startswith("before ")
        assert shown.endswith(" after")


def test_several_secrets_the_longer_one_first() -> None:
    redactor = Redactor()
    redactor.add("abcd")
    redactor.add("abcdefgh")
    assert redactor.redact("abcdefgh abcd") == "*** ***"


def test_what_is_too_short_stays() -> None:
    redactor = Redactor()
    redactor.add("abc")
    redactor.add("")
    assert redactor.redact("abc") == "abc"


def test_a_redactor_does_not_show_what_it_hides() -> None:
    redactor = Redactor()
    redactor.add("S3cret-value")
    assert "S3cret" not in repr(redactor)


@given(st.text(min_size=4).filter(lambda secret: "*" not in secret), st.text(), st.text())
def test_a_secret_never_comes_through(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    assert secret not in redactor.redact(before + secret + after)
