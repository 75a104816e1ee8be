"""What is painted bit by bit is, at the end, what painting it all at once would show."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from bench.pty import Screen as Terminal
from systems.shell import Stream
from systems.spool import Spool
from tests.examples import examples
from widgets.choices import Choices
from widgets.layout import row
from widgets.lines import Lines
from widgets.live_table import Cell, Column, LiveTable
from widgets.spool_view import SpoolView
from widgets.tight_paint import TightCompositor, TightPaint, TightUpdate
from widgets.tones import Tone

COLUMNS, LINES = 60, 12


class Painted(TightPaint, App[None]):
    """An app whose updates go to an emulated terminal, as they would go to a real one."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets
        self.terminal = Terminal(COLUMNS, LINES)
        self.bytes = 0

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if type(renderable) is ChopsUpdate:
            renderable = TightUpdate(renderable.chops, renderable.spans, renderable.chop_ends)
        if isinstance(renderable, CompositorUpdate):
            # on a real terminal the line discipline turns a line feed into a return as well
            data = renderable.render_segments(self.console).replace("\n", "\r\n").encode()
            self.bytes += len(data)
            self.terminal.feed(data)
        super()._display(screen, renderable)

    @property
    def on_terminal(self) -> list[str]:
        return [line.rstrip() for line in self.terminal.lines]

    @property
    def at_once(self) -> list[str]:
        """The screen rendered anew, every widget's cache forgotten."""
        for widget in self.widgets:
            widget.refresh()
        screen = Terminal(COLUMNS, LINES)
        for y, strip in enumerate(self.screen._compositor.render_strips()):
            screen.feed(f"\x1b[{y + 1};1H{strip.text}".encode())
        return [line.rstrip() for line in screen.lines]


async def compare(pilot: Pilot[Any], app: Painted) -> None:
    await pilot.pause()
    await pilot.pause()
    assert app.on_terminal == app.at_once


texts = st.text("ab12 漢é…", max_size=9)
cells = st.builds(Cell, texts, st.sampled_from([Tone.PLAIN, Tone.GOOD, Tone.DIFFERS]))
TABLE_KEYS = ["down", "up", "space", "end", "home", "right", "left", "S", "R", "v", "u"]


@examples(25)
@given(st.data())
async def test_a_table_after_any_changes_looks_as_if_painted_at_once(data: st.DataObject) -> None:
    table = LiveTable(
        [Column("k", "key"), Column("a", "a", most=20), Column("b", "b", width=6, align="right")]
    )
    app = Painted(table)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        for _ in range(data.draw(st.integers(1, 12))):
            key = f"r{data.draw(st.integers(0, 15))}"
            match data.draw(st.sampled_from(["put", "cell", "remove", "sort", "filter", "press", "wait"])):
                case "put":
                    table.put_row(key, [key, data.draw(cells), data.draw(cells)])
                case "cell":
                    table.put_cell(key, data.draw(st.sampled_from(["a", "b"])), data.draw(cells))
                case "remove":
                    table.remove_row(key)
                case "sort":
                    table.sort_by(data.draw(st.sampled_from([None, "a", "k"])))
                case "filter":
                    table.filter_by(data.draw(st.sampled_from(["", "a", "!1"])))
                case "press":
                    await pilot.press(data.draw(st.sampled_from(TABLE_KEYS)))
                case _:
                    await pilot.pause()
        await compare(pilot, app)


VIEW_KEYS = ["up", "down", "pageup", "home", "end", "f", "space", "n", "e", "right", "left", "g", "escape"]


@examples(25)
@given(st.data())
async def test_a_stream_after_any_keys_and_output_looks_as_if_painted_at_once(data: st.DataObject) -> None:
    spool = Spool()
    view = SpoolView(spool, title="x")
    app = Painted(view)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        view.focus()
        for _ in range(data.draw(st.integers(1, 12))):
            match data.draw(st.sampled_from(["write", "press", "filter", "search", "clear", "wait"])):
                case "write":
                    lines = data.draw(st.lists(texts, max_size=20))
                    stream = data.draw(st.sampled_from(Stream))
                    spool.data("db1", stream, "".join(f"{line}\n" for line in lines).encode())
                case "press":
                    await pilot.press(data.draw(st.sampled_from(VIEW_KEYS)))
                case "filter":
                    view.filter_lines(data.draw(st.sampled_from(["", "a", "!1"])))
                case "search":
                    view.search(data.draw(st.sampled_from(["", "a", "漢"])))
                case "clear":
                    spool.clear()
                case _:
                    await pilot.pause()
        for _ in range(200):
            if not view.ticking and not view.is_looking:
                break
            await pilot.pause(0.005)
        view._refresh_status()
        await compare(pilot, app)


@examples(10)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from("ab"), st.integers(0, 9999)), min_size=1, max_size=20
    )
)
async def test_cells_that_change_in_place_look_as_if_painted_at_once(
    changes: list[tuple[int, str, int]],
) -> None:
    table = LiveTable(
        [Column("k", "key"), Column("a", "a", width=6), Column("b", "b", width=6, align="right")]
    )
    app = Painted(table)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        table.show({f"r{n}": [f"r{n}", "0", "0"] for n in range(6)})
        await pilot.pause()
        await pilot.pause()
        for row, column, number in changes:
            table.put_cell(f"r{row}", column, str(number))
            await pilot.pause()
            assert app.on_terminal[row + 1].split()[-2:] == [
                table.cell_text(f"r{row}", "a"),
                table.cell_text(f"r{row}", "b"),
            ]
        await compare(pilot, app)


@examples(10)
@given(st.lists(st.integers(0, 500), max_size=6))
async def test_what_is_said_while_holding_looks_as_if_painted_at_once(flood: list[int]) -> None:
    spool = Spool()
    view = SpoolView(spool, title="x")
    app = Painted(view)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        view.focus()
        spool.data("db1", Stream.STDOUT, b"line\n" * 50)
        await pilot.pause(0.1)
        await pilot.press("up")
        for count in flood:
            spool.data("db1", Stream.STDOUT, b"line\n" * count)
            for _ in range(200):
                await pilot.pause(0.005)
                if not view.ticking:
                    break
        await pilot.pause()
        total = sum(flood)
        assert app.on_terminal[0].endswith(
            f"{50 + total:,} lines ▏HOLD" + (f", +{total:,} new" if total else "")
        )
        await compare(pilot, app)


segments = st.tuples(st.text("ab漢", min_size=1, max_size=8), st.sampled_from([Style(bold=True), Style()]))
strips = st.lists(segments.map(lambda pair: Segment(*pair)), min_size=1, max_size=4).map(Strip)


@settings(deadline=None)
@given(strips, st.data())
def test_a_tight_update_paints_the_span_and_nothing_else(strip: Strip, data: st.DataObject) -> None:
    width = strip.cell_length
    edges = [0]
    for char in strip.text:
        edges.append(edges[-1] + cell_len(char))
    start = data.draw(st.sampled_from(edges))
    stop = data.draw(st.sampled_from([edge for edge in edges if edge >= start]))
    update = TightUpdate([{0: strip}], [(0, start, stop)], [[width]])
    terminal = Terminal(width + 1, 1)
    terminal.feed(b"." * width)
    terminal.feed(update.render_segments(App[None]().console).encode())
    whole = Terminal(width + 1, 1)
    whole.feed(strip.text.encode())
    assert terminal.cells(0)[:start] == ["."] * start
    assert terminal.cells(0)[start:stop] == whole.cells(0)[start:stop]
    assert terminal.cells(0)[stop:width] == ["."] * (width - stop)


async def test_one_changed_character_is_all_that_is_written() -> None:
    table = LiveTable([Column("k", "key"), Column("a", "a")])
    app = Painted(table)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        table.show({f"r{n}": [f"r{n}", f"value {n}"] for n in range(5)})
        await pilot.pause()
        await pilot.pause()
        app.bytes = 0
        table.put_cell("r3", "a", "value 7")
        await pilot.pause()
        await pilot.pause()
        assert 0 < app.bytes < 60
        await compare(pilot, app)


class Counting(Lines):
    """Notes which of its lines it was asked for."""

    DEFAULT_CSS = "Counting { height: 4; overflow: hidden hidden; scrollbar-gutter: auto; }"

    def __init__(self, name: str) -> None:
        super().__init__([row(f"{name} {number}") for number in range(4)])
        self.asked: list[int] = []

    def renew_line(self, number: int, text: str) -> None:
        rows = list(self.rows)
        rows[number] = row(text)
        self.show(rows)

    def render_lines(self, crop: Region) -> list[Strip]:
        self.asked += crop.line_range
        return super().render_lines(crop)


class Card(Static):
    """Lies over what is below it, away from the left edge."""

    DEFAULT_CSS = "Card { layer: above; offset: 8 1; width: 9; height: 4; }"


class Layered(Painted):
    CSS = "Screen { layers: below above; } Counting { layer: below; }"


async def test_only_the_lines_that_changed_are_asked_for() -> None:
    first, between, last = Counting("first"), Counting("between"), Counting("last")
    app = Painted(first, between, last)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        await compare(pilot, app)
        first.renew_line(3, "other")
        await pilot.pause()
        assert isinstance(app.screen._compositor, TightCompositor)
        for widget in (first, between, last):
            widget.asked.clear()
        first.renew_line(1, "new")
        last.renew_line(2, "new")
        await pilot.pause()
        await pilot.pause()
        assert (first.asked, between.asked, last.asked) == ([1], [], [2])
        await compare(pilot, app)


@examples(25)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), texts | st.just("long " * 9)), max_size=9),
    st.lists(st.integers(0, 9), min_size=1, max_size=3),
)
async def test_what_lies_over_other_things_hides_what_changes_below_it(
    changes: list[tuple[int, int, str]], numbers: list[int]
) -> None:
    below = [Counting(name) for name in ("first", "between", "last")]
    card = Card("0\n" * 4)
    app = Layered(*below, card)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        await compare(pilot, app)
        for number in numbers:
            card.update(f"{number}\n" * 4)
            for widget, line, text in changes:
                below[widget].renew_line(line, f"{number} {text}")
            await pilot.pause()
        await compare(pilot, app)


async def test_the_sign_of_the_cursor_goes_with_its_row_when_another_comes_before_it() -> None:
    choices = Choices([row("  3 consoles lab", key="cloud")])
    app = Painted(choices)
    async with app.run_test(size=(COLUMNS, LINES)) as pilot:
        choices.focus()
        await pilot.pause()
        choices.show([row("  3 octavia  lab", key="balancers"), row("  3 consoles lab", key="cloud")])
        await pilot.pause()
        assert [line for line in app.on_terminal if line] == ["  3 octavia  lab", "▶ 3 consoles lab"]
        choices.show([row("  3 consoles lab", key="cloud")])
        await pilot.pause()
        assert [line for line in app.on_terminal if line] == ["▶ 3 consoles lab"]
        assert app.on_terminal == app.at_once
