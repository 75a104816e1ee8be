"""A guest's serial line inside the terminal: read-only first, then with keys; cut, and back again."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from runbooks.journal.entries import Kind
from runbooks.journal.words import describe
from systems.consoles.link import TokenRefused
from systems.errors import LinkLost, Refused
from tests import scenes
from tests.clouds import FakeClouds
from tests.guest_links import LOGIN, FakeLink
from tests.tui.screens import console_of, see, shown, type_in, until
from tui.guest.screen import MOST_WAITING
from tui.guest.serial import SerialScreen
from widgets.terminal_view import TerminalView

CUT = LinkLost("The connection to nova-serialproxy at nova:6083 is cut.")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.guest.tries.WAITS_S", (0.0, 0.0, 0.0))


def clouds_of(app: scenes.Stage) -> FakeClouds:
    works = app.desk.works
    assert works is not None
    assert isinstance(works.clouds, FakeClouds)
    return works.clouds


@asynccontextmanager
async def serial_of(
    *links: FakeLink | Exception, size: tuple[int, int] = (100, 30)
) -> AsyncIterator[tuple[scenes.Stage, Pilot[Any]]]:
    """The serial line of web-1, opened from the pane."""
    async with console_of(scenes.cloud, size) as (app, pilot):
        clouds_of(app).links = list(links)  # type: ignore[arg-type]
        await pilot.press("3")
        await see(pilot, "web-1")
        await pilot.press("slash", *"web-1", "enter", "t")
        yield app, pilot


async def typing(app: scenes.Stage, pilot: Pilot[Any]) -> None:
    app.rig.arming.arm("ticket 1432")
    await pilot.press("i")
    await see(pilot, "KEYS GO TO web-1")


async def test_it_is_shown_read_only_and_no_key_reaches_the_guest() -> None:
    link = FakeLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        await see(pilot, "web-1 login:", "read-only")
        await pilot.press("r", *"oot", "enter", "ctrl+c", "up", "pageup")
        assert link.sent == []
        assert clouds_of(app).linked == [("kilo", "web-1", "serial")]


async def test_keys_go_to_the_guest_when_it_was_armed_and_chosen_and_to_the_console_again_after() -> None:
    link = FakeLink(LOGIN)
    async with serial_of(link) as (_, pilot):
        await see(pilot, "web-1 login:")
        await pilot.press("i")
        await see(pilot, "This console is read-only.")
        await type_in(pilot, "ticket 1432")
        await pilot.press("enter")
        await see(pilot, "KEYS GO TO web-1", "ctrl+] gives them back")
        await pilot.press(*"rm q:?", "enter", "escape", "ctrl+q", "ctrl+c", "up", "f1", "tab")
        expected = b"rm q:?\r\x1b\x11\x03\x1b[A\x1bOP\t"
        await until(pilot, lambda: link.typed == expected, "the keys")
        await pilot.press("ctrl+right_square_bracket")
        await see(pilot, "read-only")
        await pilot.press(*"xyz")
        assert link.typed == expected


async def test_that_it_was_opened_and_typed_into_is_journalled_and_what_was_typed_is_not() -> None:
    link = FakeLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        await see(pilot, "web-1 login:")
        await typing(app, pilot)
        await pilot.press(*"hunter2", "enter")
        await until(pilot, lambda: link.typed == b"hunter2\r", "the keys")
        await pilot.press("ctrl+right_square_bracket")
        await until(pilot, lambda: list(app.rig.journal.entries())[-1].kind is Kind.OUTCOME, "the outcome")
        entries = list(app.rig.journal.entries())
        assert [entry.kind for entry in entries] == [Kind.NOTE, Kind.ARMED, Kind.EXEC, Kind.OUTCOME]
        assert "the serial console of web-1 was opened in this console" in describe(entries[0])
        assert "keys go to the serial console of web-1" in describe(entries[2])
        assert "hunter2" not in repr(entries)


async def test_when_the_time_of_arming_runs_out_nothing_more_is_sent() -> None:
    link = FakeLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        await see(pilot, "web-1 login:")
        await typing(app, pilot)
        app.rig.arming.disarm()
        await pilot.press("x")
        await see(pilot, "read-only")
        assert link.sent == []


async def test_a_cut_link_is_told_and_comes_back_with_a_new_address() -> None:
    first, second = FakeLink(LOGIN), FakeLink(b"web-1 login: again ")
    async with serial_of(first, second) as (app, pilot):
        await see(pilot, "web-1 login:")
        await typing(app, pilot)
        first.cut(CUT)
        await see(pilot, "again", "read-only")
        assert first.is_closed
        assert len(clouds_of(app).linked) == 2
        await pilot.press("x")
        assert second.sent == []  # a new link is not typed into unasked


async def test_a_link_that_stays_cut_is_given_up_with_the_reason_and_n_connects() -> None:
    first = FakeLink(LOGIN)
    async with serial_of(first, CUT, CUT, CUT, FakeLink(b"there again")) as (app, pilot):
        await see(pilot, "web-1 login:")
        first.cut(CUT)
        await see(pilot, "is cut. n connects anew", "no link")
        assert len(clouds_of(app).linked) == 4
        await pilot.press("n")
        await see(pilot, "there again", "since")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            TokenRefused("nova-serialproxy at nova:6083 took the connection and closed it at once."),
            "closed it at once",
        ),
        (Refused("kilo: [serial_console] enabled = False on cmp1."), "enabled = False"),
    ],
)
async def test_a_refusal_is_the_sentence_and_is_not_tried_again(error: Exception, words: str) -> None:
    async with serial_of(error) as (app, pilot):
        await see(pilot, words, "n connects anew", "no link")
        assert len(clouds_of(app).linked) == 1
        await pilot.press("i")
        await see(pilot, "Not now: there is no link to the")


async def test_what_the_guest_says_steers_no_terminal() -> None:
    link = FakeLink(b"\x1b]52;c;ZXZpbA==\x07\x1b[?1003h[bold]x[/bold]\xe2\x80\xaetxt.exe \x1b[31mred\x1b[0m")
    async with serial_of(link) as (app, pilot):
        await see(pilot, "[bold]x[/bold]txt.exe red")
        assert "\x1b" not in shown(app)
        assert "\u202e" not in shown(app)


async def test_another_size_of_this_terminal_is_the_size_of_the_guests() -> None:
    link = FakeLink(LOGIN)
    async with serial_of(link, size=(100, 30)) as (app, pilot):
        await see(pilot, "web-1 login:")
        screen = app.screen
        assert isinstance(screen, SerialScreen)
        before = screen._terminal.size
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: screen._terminal.size == (120, before[1] + 10), "the size")
        app.rig.arming.arm("ticket 1432")
        await pilot.press("k")
        await see(pilot, f"stty cols 120 rows {before[1] + 10}")
        await pilot.press(*"stty", "enter")
        await until(
            pilot, lambda: link.typed == f"stty cols 120 rows {before[1] + 10}\r".encode(), "the line"
        )


async def test_what_went_out_above_can_be_looked_at_while_more_comes() -> None:
    link = FakeLink(b"".join([f"line {number}\r\n".encode() for number in range(200)]))
    async with serial_of(link) as (_, pilot):
        await see(pilot, "line 199")
        await pilot.press("home")
        await see(pilot, "line 0")
        link.say(b"more\r\n" * 5)
        await pilot.pause()
        await see(pilot, "line 0")
        await pilot.press("end")
        await see(pilot, "more")


async def test_a_flood_holds_no_key() -> None:
    """Keys are sent while megabytes wait to be drawn."""
    link = FakeLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        await see(pilot, "web-1 login:")
        await typing(app, pilot)
        for _ in range(40):
            link.say(b"y\r\n" * 6_000)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: link.typed == b"\x03", "ctrl+c")
        assert link._says.qsize() > 20  # most of the flood is still to come
        await pilot.press("ctrl+right_square_bracket", "escape")
        await see(pilot, "[3 consoles]")


async def test_a_recording_is_private_and_holds_what_was_said_and_not_what_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    link = FakeLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        await see(pilot, "web-1 login:")
        await pilot.press("r")
        await see(pilot, "REC")
        await typing(app, pilot)
        await pilot.press(*"hunter2")
        await until(pilot, lambda: link.typed == b"hunter2", "the keys")
        link.say(b"\x1b]0;x\x07Last login: today\r\n")
        await see(pilot, "Last login")
        await pilot.press("ctrl+right_square_bracket", "r")
        await see(pilot, "The recording is in")
    (path,) = (tmp_path / "quarterdeck" / "recordings").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    head, *events = [json.loads(line) for line in path.read_text().splitlines()]
    assert head["version"] == 2
    assert "".join([event[2] for event in events if event[1] == "o"]) == "Last login: today\r\n"
    assert "hunter2" not in path.read_text()


async def test_a_question_of_the_guest_is_answered_only_while_it_is_typed_into() -> None:
    link = FakeLink(b"\x1b[6n")
    async with serial_of(link) as (app, pilot):
        await see(pilot, "since")
        await until(pilot, link._says.empty, "the question")
        assert link.sent == []
        await typing(app, pilot)
        link.say(b"\x1b[3;4H\x1b[6n")
        await until(pilot, lambda: link.typed == b"\x1b[3;4R", "the answer")


async def test_a_guest_that_asks_without_end_and_reads_nothing_takes_no_room_from_the_keys() -> None:
    link = DeafLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        await see(pilot, "web-1 login:")
        await typing(app, pilot)
        for _ in range(2 * MOST_WAITING):
            link.say(b"\x1b[6n")
        await until(pilot, link._says.empty, "the questions")
        screen = app.screen
        assert isinstance(screen, SerialScreen)
        answers = screen._keys.qsize()
        assert 0 < answers < MOST_WAITING
        await pilot.press("x")
        await until(pilot, lambda: screen._keys.qsize() == answers + 1, "the key in the row")
        assert list(app._notifications) == []


class DeafLink(FakeLink):
    """Takes nothing that is sent."""

    async def send(self, data: bytes) -> None:
        await asyncio.Event().wait()


async def test_a_paste_cannot_end_its_own_brackets() -> None:
    link = FakeLink(b"\x1b[?2004h")
    async with serial_of(link) as (app, pilot):
        await see(pilot, "since")
        await typing(app, pilot)
        view = app.screen.query_one(TerminalView)
        view.post_message(view.Pasted("ls\n\x1b[201~rm"))
        await until(pilot, lambda: link.typed == b"\x1b[200~ls\r[201~rm\x1b[201~", "the paste")


async def test_the_key_that_gives_the_keyboard_back_can_be_another() -> None:
    link = FakeLink(LOGIN)
    async with serial_of(link) as (app, pilot):
        app.set_keymap({"guest.leave": "f12"})
        await see(pilot, "web-1 login:")
        await typing(app, pilot)
        await see(pilot, "f12 gives them back")
        await pilot.press("ctrl+right_square_bracket")
        await until(pilot, lambda: link.typed == b"\x1d", "the key, as any other")
        await pilot.press("f12")
        await see(pilot, "read-only")
