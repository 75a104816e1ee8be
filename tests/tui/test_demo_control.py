"""Orders to a practice estate: what goes over its socket, and a sentence for whatever does not come back."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tui.demo.control import Control, Fault, OrderRefused, PracticeFailed


@asynccontextmanager
async def practice_that_says(answer: bytes) -> AsyncIterator[tuple[Control, list[object]]]:
    """A socket that answers every order so; with the orders that it got."""
    orders: list[object] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        orders.append(json.loads(await reader.readline()))
        writer.write(answer)
        await writer.drain()
        writer.close()

    with tempfile.TemporaryDirectory(prefix="qd") as folder:  # a short name: a socket lies below it
        socket = Path(folder) / "control"
        async with await asyncio.start_unix_server(serve, str(socket)):
            yield Control(socket), orders


async def test_faults_are_asked_for_and_read() -> None:
    said = {"ok": True, "faults": [{"name": "kill-one", "what": "One is killed.", "is_there": True}]}
    async with practice_that_says(json.dumps(said).encode() + b"\n") as (control, orders):
        assert await control.listed() == (Fault("kill-one", "One is killed.", is_there=True),)
    assert orders == [{"do": "list"}]


async def test_breaking_names_the_fault_and_returns_the_host() -> None:
    async with practice_that_says(b'{"ok": true, "host": "db3"}\n') as (control, orders):
        assert await control.break_("kill-one") == "db3"
    assert orders == [{"do": "break", "fault": "kill-one"}]


async def test_a_refusal_is_passed_on_word_for_word() -> None:
    async with practice_that_says(b'{"ok": false, "error": "there is no fault \'x\'"}\n') as (control, _):
        with pytest.raises(OrderRefused, match="refused: there is no fault 'x'"):
            await control.break_("x")


@pytest.mark.parametrize("answer", [b"", b"nonsense\n", b'{"ok": true, "faults": 3}\n'])
async def test_an_answer_that_cannot_be_read_is_a_failure(answer: bytes) -> None:
    async with practice_that_says(answer) as (control, _):
        with pytest.raises(PracticeFailed, match="The practice estate"):
            await control.listed()


async def test_a_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PracticeFailed, match=r"is gone: .*control: "):
        await Control(tmp_path / "control").heal_all()
