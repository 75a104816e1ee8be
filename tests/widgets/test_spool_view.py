"""The view of a spool: follow, hold, search, filter, groups, while output streams in."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from systems.matching import Matcher
from systems.shell import Stream
from systems.spool import Line, NoRoom, Source, Spool
from systems.text import is_harmless
from tests.examples import examples
from widgets.clipping import plain
from widgets.signs import ASCII, UNICODE
from widgets.spool_view import SpoolView
from widgets.spool_view.layout import LineLayout
from widgets.tones import Tone

NOON_MS = 1_700_000_000_000 + 123
"""22:13:20.123 on a day of 2023, UTC."""


class Stage(App[None]):
    """A view by itself; keeps the messages that it sends."""

    def __init__(self, spool: Spool | None = None, **options: object) -> None:
        super().__init__()
        self.spool = spool or Spool(clock=lambda: NOON_MS / 1000)
        self.view = SpoolView(self.spool, title="x  uptime", zone=UTC, **options)  # type: ignore[arg-type]
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_spool_view_opened(self, message: SpoolView.Opened) -> None:
        self.heard.append(message)

    def on_spool_view_save_asked(self, message: SpoolView.SaveAsked) -> None:
        self.heard.append(message)

    def write(self, *lines: str, host: str = "db1", stream: Stream = Stream.STDOUT) -> None:
        self.spool.data(host, stream, "".join(f"{line}\n" for line in lines).encode())


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app run until something holds."""
    for _ in range(1000):
        if condition():
            return
        await pilot.pause(0.005)
    raise AssertionError("did not come about; the screen:\n" + "\n".join(screen(pilot)))


async def calm(pilot: Pilot[None]) -> None:
    """Wait until everything that arrived is shown."""
    await pilot.pause()
    view = pilot.app.query_one(SpoolView)
    await until(pilot, lambda: not view.ticking and not view.is_looking)
    await pilot.pause()


def screen(pilot: Pilot[None]) -> list[str]:
    """The lines of the view as painted."""
    view = pilot.app.query_one(SpoolView)
    return [strip.text.rstrip() for strip in view.render_lines(view.size.region)]


def body(pilot: Pilot[None]) -> list[str]:
    """The text of the output on the screen, without its beginning and the right edge."""
    edges = ("│ ", "║ ", "· ")
    lines = [line[:-1] if line.endswith(("█", "│")) else line for line in screen(pilot)[1:]]
    return [line.split(edge, 1)[1].rstrip() for line in lines for edge in edges if edge in line]


def numbered(start: int, stop: int) -> list[str]:
    return [f"line {number}" for number in range(start, stop)]


async def test_a_line_has_its_time_its_host_and_a_sign_of_its_stream() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write("to stdout")
        stage.write("to stderr", host="web-1", stream=Stream.STDERR)
        stage.spool.note("db1", "exit status 0")
        await calm(pilot)
        assert screen(pilot)[0].startswith(" x  uptime")
        assert screen(pilot)[0].endswith("3 lines ▏FOLLOW")
        assert screen(pilot)[1:4] == [
            "  22:13:20.123 db1   │ to stdout",
            "  22:13:20.123 web-1 ║ (stderr) to stderr",
            "  22:13:20.123 db1   · exit status 0",
        ]


async def test_following_shows_the_newest_lines() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 6)) as pilot:
        stage.write(*numbered(0, 100))
        await calm(pilot)
        assert body(pilot) == numbered(95, 100)
        stage.write(*numbered(100, 103))
        await calm(pilot)
        assert body(pilot) == numbered(98, 103)


@pytest.mark.parametrize("key", ["up", "k", "pageup", "home", "f", "space"])
async def test_every_look_back_holds_and_what_is_new_is_counted(key: str) -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 6)) as pilot:
        stage.write(*numbered(0, 100))
        await calm(pilot)
        await pilot.press(key)
        held = body(pilot)
        stage.write(*numbered(100, 512))
        await calm(pilot)
        assert body(pilot) == held
        assert screen(pilot)[0].endswith("512 lines ▏HOLD, +412 new")
        await pilot.press("f")
        assert body(pilot) == numbered(507, 512)
        assert screen(pilot)[0].endswith("▏FOLLOW")


async def test_the_wheel_and_a_click_hold_as_well() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 6)) as pilot:
        stage.write(*numbered(0, 100))
        await calm(pilot)
        await pilot._post_mouse_events([events.MouseScrollUp], SpoolView)
        assert not stage.view.following
        assert body(pilot) == numbered(92, 97)
        await pilot.press("f")
        await pilot.click(SpoolView, offset=(30, 2))
        assert not stage.view.following
        assert stage.view.copy_text() == "line 96"


@examples(8, suppress=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300)), max_size=8),
    st.sampled_from(["up", "pageup", "home"]),
)
async def test_a_hold_holds_under_any_flood(flood: list[tuple[int, int]], key: str) -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*numbered(0, 50))
        await calm(pilot)
        await pilot.press(key)
        held = body(pilot)
        for host, count in flood:
            stage.write(*numbered(0, count), host=f"other{host}")
            await pilot.pause()
        await calm(pilot)
        assert body(pilot) == held
        total = sum(count for _, count in flood)
        assert screen(pilot)[0].endswith(f"HOLD, +{total:,} new" if total else "HOLD")


async def test_down_to_the_last_line_still_holds_and_end_follows() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 6)) as pilot:
        stage.write(*numbered(0, 10))
        await calm(pilot)
        await pilot.press("up", "down", "down", "down")
        stage.write("new")
        await calm(pilot)
        assert body(pilot) == numbered(5, 10)
        await pilot.press("end")
        assert body(pilot) == [*numbered(6, 10), "new"]


async def test_a_search_goes_from_match_to_match_and_says_when_there_is_none() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*numbered(0, 300))
        await calm(pilot)
        await pilot.press("home", "slash", *"line 7", "enter")
        assert stage.view.copy_text() == "line 7"
        await pilot.press("n")
        assert stage.view.copy_text() == "line 70"
        assert "▶ 22:13:20.123 db1 │ line 70" in screen(pilot)[3]
        await pilot.press("N", "N")
        assert screen(pilot)[-1] == " nothing more with 'line 7' above"
        stage.write("line 7 again")
        await pilot.press(*(["n"] * 11))
        await calm(pilot)
        assert stage.view.copy_text() == "line 7 again"
        await pilot.press("n")
        assert screen(pilot)[-1] == " nothing more with 'line 7' below"
        await pilot.press("escape", "n")
        assert screen(pilot)[-1] == " nothing is searched yet: / begins"


async def test_a_search_from_the_newest_line_looks_upwards() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*numbered(0, 300))
        await calm(pilot)
        await pilot.press("slash", *"line 7", "enter")
        await calm(pilot)
        assert stage.view.copy_text() == "line 79"


async def test_next_error_goes_to_lines_that_tell_of_trouble() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*numbered(0, 50), "[ERROR] first", *numbered(50, 90), "Connection refused", "0 errors")
        await calm(pilot)
        await pilot.press("e")
        assert stage.view.copy_text() == "Connection refused"
        await pilot.press("E")
        assert stage.view.copy_text() == "[ERROR] first"
        await pilot.press("e", "e")
        assert screen(pilot)[-1] == " nothing more with an error below"


async def test_a_filter_keeps_or_hides_lines_while_they_stream_in() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*(f"{'odd' if number % 2 else 'even'} {number}" for number in range(1000)))
        await calm(pilot)
        await pilot.press("ampersand", *"odd", "enter")
        await calm(pilot)
        assert body(pilot) == [f"odd {number}" for number in range(987, 1000, 2)]
        assert screen(pilot)[0].endswith("& odd  500 of 1,000 lines ▏FOLLOW")
        stage.write("even 1000", "odd 1001")
        await calm(pilot)
        assert body(pilot)[-1] == "odd 1001"
        await pilot.press("ampersand", "home", "!", "enter")
        await calm(pilot)
        assert body(pilot)[-1] == "even 1000"
        await pilot.press("escape")
        await calm(pilot)
        assert body(pilot)[-2:] == ["even 1000", "odd 1001"]


async def test_who_holds_stays_at_the_line_when_the_filter_changes() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*(f"{'odd' if number % 2 else 'even'} {number}" for number in range(50_000)))
        await calm(pilot)
        stage.view.search("even 20000")
        await calm(pilot)
        stage.view.filter_lines("even")
        await calm(pilot)
        assert stage.view.copy_text() == "even 20000"
        stage.view.filter_lines("odd")
        await calm(pilot)
        assert stage.view.copy_text() == "odd 20001"
        stage.view.filter_lines("")
        await calm(pilot)
        assert stage.view.copy_text() == "odd 20001"


async def test_a_broken_expression_is_explained_where_it_is_typed() -> None:
    stage = Stage()
    async with stage.run_test(size=(100, 8)) as pilot:
        stage.write("one")
        await calm(pilot)
        await pilot.press("ampersand", *"re:(", "enter")
        assert "'(' is not a regular expression" in screen(pilot)[-1]
        await pilot.press("escape")
        assert body(pilot) == ["one"]


async def test_only_some_hosts_or_one_stream_can_be_seen_those_that_come_later_too() -> None:
    stage = Stage()
    async with stage.run_test(size=(100, 8)) as pilot:
        stage.write("a", host="db1")
        stage.view.show_only(hosts=["db2"])
        stage.write("b", host="db2")
        stage.write("c", host="db2", stream=Stream.STDERR)
        await calm(pilot)
        assert body(pilot) == ["b", "(stderr) c"]
        stage.view.show_only(stream=Stream.STDERR)
        await calm(pilot)
        assert body(pilot) == ["(stderr) c"]
        assert "& stderr  1 of 3 lines" in screen(pilot)[0]


async def test_equal_answers_are_shown_once_under_the_hosts_that_gave_them() -> None:
    stage = Stage(fold="+".join)
    async with stage.run_test(size=(60, 12)) as pilot:
        for host in ("db1", "db2", "db3"):
            stage.write("up 3 days" if host != "db2" else "up 1 min", host=host)
        stage.write("warning", host="db2", stream=Stream.STDERR)
        await calm(pilot)
        await pilot.press("g")
        await calm(pilot)
        assert [line.strip("─ ") for line in screen(pilot)[1:6]] == [
            "▶ ── db1+db3   2 hosts, 1 line".strip("─ "),
            "│ up 3 days",
            "db2   1 host, 2 lines",
            "│ up 1 min",
            "║ (stderr) warning",
        ]
        assert screen(pilot)[0].endswith("▏GROUPS")
        await pilot.press("e")
        assert "g leaves the groups" in screen(pilot)[-1]
        await pilot.press("g")
        assert len(body(pilot)) == 4


async def test_what_a_host_writes_is_shown_and_not_obeyed() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write("[/red] \x1b]52;c;aGk=\x07 \u202eevil\r", host="[b]\x1b")
        await calm(pilot)
        assert screen(pilot)[1] == "  22:13:20.123 [b]␛ │ [/red] ␛]52;c;aGk=␇ <U+202E>evil"


@examples(100)
@given(st.binary(max_size=200), st.integers(20, 90), st.integers(0, 100), st.sampled_from([UNICODE, ASCII]))
def test_any_bytes_take_no_more_than_the_width(data: bytes, width: int, shift: int, signs: object) -> None:
    layout = LineLayout(ASCII if signs is ASCII else UNICODE, zone=UTC)
    source = Source("db1", Stream.STDERR)
    layout.widen([source])
    layout.width, layout.shift = width, shift
    line = Line(0, source, NOON_MS, data.replace(b"\n", b""))
    shown = plain(layout.pieces(line))
    assert cell_len(shown) <= width
    assert is_harmless(shown)
    if signs is ASCII and data.isascii():
        assert shown.isascii()


async def test_a_line_of_a_megabyte_is_drawn_as_fast_as_any_and_read_sideways() -> None:
    stage = Stage()
    async with stage.run_test(size=(60, 8)) as pilot:
        stage.write("x" * 1_000_000, "next")
        await calm(pilot)
        assert body(pilot)[-1] == "next"
        assert screen(pilot)[1].endswith("xx›")
        await pilot.press("right")
        assert screen(pilot)[2].endswith("│")
        assert len(stage.view._window[0].text) < 2000  # type: ignore[union-attr]


async def test_a_prompt_without_newline_appears_once_it_is_idle() -> None:
    now_s = [100.0]
    stage = Stage(Spool(clock=lambda: now_s[0]), idle_s=5)
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.spool.data("db1", Stream.STDOUT, b"Password: ")
        await pilot.pause(0.1)
        assert body(pilot) == []
        now_s[0] = 106
        await calm(pilot)
        assert body(pilot) == ["Password:"]


async def test_marked_lines_are_copied_or_else_the_current_one() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write("one", "tw\x1bo", "three")
        await calm(pilot)
        assert stage.view.copy_text() == "three"
        await pilot.press("home", "space", "space")
        assert stage.view.copy_text() == "one\ntw␛o"
        assert screen(pilot)[2].startswith(" ✔22:13")
        await pilot.press("u", "enter")
        assert stage.view.copy_text() == "three"
        assert isinstance(stage.heard[0], SpoolView.Opened)
        assert stage.heard[0].line.text == b"three"


async def test_text_selected_with_the_mouse_is_copied() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write("first line", "second line")
        await calm(pilot)
        start = len("  22:13:20.123 db1 │ ")
        await pilot.mouse_down(SpoolView, offset=(start, 1))
        await pilot.hover(SpoolView, offset=(start + 5, 2))
        await pilot.mouse_up(SpoolView, offset=(start + 5, 2))
        await pilot.pause()
        assert stage.view.copy_text() == "first line\n  22:13:20.123 db1 │ second"
        assert not stage.view.following, "lines must not run away under the mouse"


async def test_saving_writes_what_is_seen_to_a_new_private_file(tmp_path: Path) -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write(*numbered(0, 20))
        stage.view.filter_lines("9")
        await calm(pilot)
        await pilot.press("o")
        assert isinstance(stage.heard[0], SpoolView.SaveAsked)
        assert await stage.view.save(tmp_path / "out") == 2
        assert (tmp_path / "out").read_text().endswith("Z db1 out | line 19\n")
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
        with pytest.raises(NoRoom, match="is not overwritten"):
            await stage.view.save(tmp_path / "out")


async def test_nothing_runs_while_nothing_arrives_or_while_nobody_can_see_it() -> None:
    stage = Stage()
    async with stage.run_test(size=(80, 8)) as pilot:
        stage.write("one")
        await calm(pilot)
        assert not stage.view.ticking
        await stage.push_screen(Screen())
        stage.write("two")
        await pilot.pause()
        assert not stage.view.ticking, "another screen is in front"
        stage.pop_screen()
        await pilot.pause()
        await calm(pilot)
        assert body(pilot) == ["one", "two"]
        stage.view.display = False
        await pilot.pause()
        stage.write("three")
        await pilot.pause()
        assert not stage.view.ticking, "it is not displayed"
        stage.view.display = True
        await pilot.pause()
        await calm(pilot)
        assert body(pilot) == ["one", "two", "three"]


async def test_a_flood_of_lines_sends_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    app, posted = Stage(), list[Message]()
    post = MessagePump.post_message

    def record(self: MessagePump, message: Message) -> bool:
        posted.append(message)
        return post(self, message)

    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        monkeypatch.setattr(MessagePump, "post_message", record)
        for number in range(5000):
            app.write(f"line {number}")
        assert posted == []
        await calm(pilot)
        assert body(pilot)[-1] == "line 4999"


async def test_a_full_spool_says_so_below_the_output() -> None:
    stage = Stage(Spool(limit_bytes=10, clock=lambda: NOON_MS / 1000))
    async with stage.run_test(size=(100, 8)) as pilot:
        stage.write("12345", "67890")
        await calm(pilot)
        assert body(pilot) == ["12345"]
        assert "▲ the first 1 lines are kept, 1 later lines (6 bytes) are not; its limit" in screen(pilot)[-1]
        stage.spool.clear()
        stage.write("again")
        await calm(pilot)
        assert body(pilot) == ["again"]
        assert screen(pilot)[-1] == ""


async def test_in_ascii_no_sign_is_beyond_it() -> None:
    stage = Stage(signs=ASCII)
    async with stage.run_test(size=(60, 6)) as pilot:
        stage.write(*("x" * 100 for _ in range(20)))
        stage.write("\x1b[31m", stream=Stream.STDERR)
        await calm(pilot)
        await pilot.press("up", "space")
        assert "".join(screen(pilot)).isascii()
        assert "^[[31m" in "".join(screen(pilot))
        await pilot.press("g")
        await calm(pilot)
        assert "".join(screen(pilot)).isascii()


async def test_on_a_tiny_terminal_the_text_goes_before_the_time() -> None:
    stage = Stage()
    async with stage.run_test(size=(40, 10)) as pilot:
        stage.write("something of some length that is cut")
        await calm(pilot)
        assert screen(pilot)[1] == "  db1 │ something of some length that ›"
        assert cell_len(screen(pilot)[0]) <= 40


async def test_escape_goes_back_as_everywhere_when_there_is_nothing_to_clear() -> None:
    stage = Stage()
    async with stage.run_test() as pilot:
        stage.write("one")
        await calm(pilot)
        assert stage.view.check_action("clear", ()) is False
        stage.view.filter_lines("x")
        assert stage.view.check_action("clear", ())
        await pilot.press("escape")
        assert stage.view.filter_text == ""
        assert stage.view.check_action("clear", ()) is False


async def test_the_view_forgets_its_spool_when_it_goes() -> None:
    stage = Stage()
    async with stage.run_test() as pilot:
        await stage.view.remove()
        await stage.mount(Static("gone"))
        stage.write("one")
        await pilot.pause()
        assert not stage.view.ticking


def test_what_is_searched_stands_out_in_the_text_and_only_there() -> None:
    layout = LineLayout(UNICODE, zone=UTC)
    source = Source("db1", Stream.STDOUT)
    layout.widen([source])
    layout.width = 80
    pieces = layout.pieces(Line(0, source, NOON_MS, b"db1 joins db1"), Matcher("re:^db1|joins"))
    assert [text for text, tone in pieces if tone is Tone.BLOCK] == ["db1", "joins"]
