"""The first words of SPICE: what is said, and each thing that may answer."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.consoles.spice.greeting import greet, greeting, parse_reply
from systems.errors import NotUnderstood, Refused
from tests.guest_links import FakeLink


def reply(error: int = 0, *, magic: bytes = b"REDQ", size: int = 178) -> bytes:
    return struct.pack("<4sIIII", magic, 2, 2, size, error) + bytes(174)


def test_a_client_says_version_and_channel() -> None:
    assert greeting()[:16] == b"REDQ" + struct.pack("<III", 2, 2, 18)
    assert len(greeting()) == 34


async def test_a_server_that_greets_back_tells_its_version_even_in_pieces() -> None:
    link = FakeLink(reply()[:3], reply()[3:18], reply()[18:])
    assert await greet(link) == "SPICE 2.2"
    assert link.typed == greeting()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"RFB 003.008\n", "no SPICE server"),
        (reply(size=1 << 30), "would have 1073741824 bytes"),
    ],
)
def test_what_is_no_greeting_is_told(data: bytes, words: str) -> None:
    with pytest.raises(NotUnderstood, match=words):
        parse_reply(data)


@pytest.mark.parametrize(("code", "words"), [(5, "wants TLS"), (99, "its error 99")])
def test_a_refusal_is_told_by_its_number(code: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        parse_reply(reply(code))


@given(st.binary(max_size=64))
def test_no_answer_is_too_odd(data: bytes) -> None:
    try:
        told = parse_reply(data)
    except (NotUnderstood, Refused):
        return
    assert told is None or told.startswith("SPICE ")
