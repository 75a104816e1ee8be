"""The live table, driven by keys and mouse, and compared with a naive one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot

from systems.matching import BadPattern, Matcher
from tests.examples import examples
from widgets.clipping import clip, plain
from widgets.live_table import Cell, Column, LiveTable
from widgets.live_table.cells import natural
from widgets.live_table.columns import GAP, fit, padded
from widgets.live_table.paint import changed_span, row_pieces
from widgets.live_table.rows import Rows
from widgets.signs import ASCII
from widgets.tones import Tone

COLUMNS = (
    Column("node", "node"),
    Column("state", "state", flex=1, most=20),
    Column("size", "size", align="right"),
    Column("disk", "disk", align="right", drop=2),
    Column("age", "as of", width=5, align="right", drop=1),
)


class Stage(App[None]):
    """A table by itself; keeps the messages that it sends."""

    def __init__(self, table: LiveTable) -> None:
        super().__init__()
        self.table = table
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()

    def on_live_table_highlighted(self, message: LiveTable.Highlighted) -> None:
        self.heard.append(message)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        self.heard.append(message)

    def on_live_table_marked(self, message: LiveTable.Marked) -> None:
        self.heard.append(message)

    def on_live_table_filtered(self, message: LiveTable.Filtered) -> None:
        self.heard.append(message)


def nodes(count: int) -> dict[str, Mapping[str, Cell | str]]:
    return {
        f"db{n}": {"node": f"db{n}", "state": "● Synced", "size": "3", "disk": f"{n} %", "age": "1 s"}
        for n in range(1, count + 1)
    }


def screen(pilot: Pilot[None]) -> list[str]:
    """The lines of the table as painted."""
    table = pilot.app.query_one(LiveTable)
    return ["".join(segment.text for segment in line) for line in table.render_lines(table.size.region)]


async def test_rows_stand_under_their_titles_and_the_cursor_has_a_sign() -> None:
    table = LiveTable(COLUMNS)
    async with Stage(table).run_test(size=(50, 6)) as pilot:
        table.show(nodes(2))
        await pilot.pause()
        lines = screen(pilot)
        assert lines[0].rstrip() == "  node  state                    size  disk  as of"
        assert lines[1].rstrip() == "▶ db1   ● Synced                    3   1 %    1 s"
        assert lines[2].startswith("  db2 ")
        assert table.cursor_key == "db1"


async def test_a_changed_cell_repaints_its_changed_characters_only() -> None:
    table = LiveTable(COLUMNS)
    async with Stage(table).run_test(size=(50, 6)) as pilot:
        table.show(nodes(3))
        await pilot.pause()
        table._exchange_repaint_regions()
        table.put_cell("db2", "disk", "7 %")
        table.put_cell("db2", "node", "db2")
        table.settle()
        assert set(table._exchange_repaint_regions()) == {Region(2 + 38, 2, 1, 1)}
        assert "7 %" in screen(pilot)[2]


async def test_a_cell_that_only_changes_its_tone_is_repainted_too() -> None:
    table = LiveTable(COLUMNS)
    async with Stage(table).run_test(size=(50, 6)) as pilot:
        table.show(nodes(3))
        await pilot.pause()
        table._exchange_repaint_regions()
        table.put_cell("db2", "size", Cell("3", Tone.DIFFERS))
        table.settle()
        assert [region.y for region in table._exchange_repaint_regions()] == [2]


async def test_the_cursor_stays_on_its_row_when_rows_are_sorted_under_it() -> None:
    table = LiveTable(COLUMNS)
    async with Stage(table).run_test(size=(50, 6)) as pilot:
        table.show(nodes(40))
        table.move_to("db3")
        table.sort_by("disk", descending=True)
        await pilot.pause()
        assert table.keys[0] == "db40"
        assert table.cursor_key == "db3"
        assert any(line.startswith("▶ db3 ") for line in screen(pilot))
        table.put_cell("db3", "disk", Cell("full", Tone.CRITICAL, order=1000))
        await pilot.pause()
        assert (table.keys[0], table.keys[-1]) == ("db40", "db3"), "numbers before words, reversed"


async def test_when_the_row_under_the_cursor_goes_the_next_one_takes_it() -> None:
    table = LiveTable(COLUMNS)
    async with Stage(table).run_test(size=(50, 6)) as pilot:
        table.show(nodes(3))
        table.move_to("db2")
        await pilot.pause()
        table.remove_row("db2")
        await pilot.pause()
        assert table.cursor_key == "db3"
        table.show({})
        await pilot.pause()
        assert table.cursor_key is None
        assert "nothing here yet" in screen(pilot)[1]


async def test_keys_move_mark_and_open() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(50, 6)) as pilot:
        stage.table.show(nodes(9))
        await pilot.pause()
        await pilot.press("down", "space", "down", "down", "v", "enter", "G", "g", "j")
        assert stage.table.cursor_key == "db2"
        assert stage.table.marked == ("db2", "db3", "db4", "db5")
        assert [message.key for message in stage.heard if isinstance(message, LiveTable.Opened)] == ["db5"]
        marked = [message.keys for message in stage.heard if isinstance(message, LiveTable.Marked)]
        assert marked == [("db2",), ("db2", "db3", "db4", "db5")]
        highlighted = [message.key for message in stage.heard if isinstance(message, LiveTable.Highlighted)]
        assert highlighted == ["db1", "db2", "db3", "db4", "db5", "db9", "db1", "db2"]
        assert screen(pilot)[2].startswith("▶✔db2")
        await pilot.press("u")
        assert not stage.table.chosen[1:]
        assert stage.table.chosen == ("db2",)


async def test_a_filter_narrows_as_it_is_typed_and_escape_takes_it_back() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(60, 8)) as pilot:
        stage.table.show(nodes(40))
        await pilot.pause()
        await pilot.press("slash", *"b1")
        assert stage.table.keys == ("db1", *(f"db{n}" for n in range(10, 20)))
        assert screen(pilot)[-1].startswith("/ b1▏   11 of 40 rows")
        await pilot.press("enter", "j")
        assert stage.table.cursor_key == "db10"
        assert screen(pilot)[-1].startswith("/ b1   11 of 40 rows   Esc clears")
        await pilot.press("slash", *"zz")
        assert "none of 40 rows matches" in screen(pilot)[1]
        await pilot.press("escape")
        assert stage.table.filter_text == "b1"
        assert stage.table.cursor_key == "db10", "back from where the filter had hidden it"
        await pilot.press("escape")
        assert stage.table.filter_text == ""
        assert len(stage.table.keys) == 40
        assert screen(pilot)[-1].strip() != ""


async def test_a_broken_filter_says_why_and_the_old_one_holds() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(90, 8)) as pilot:
        stage.table.show(nodes(4))
        await pilot.pause()
        await pilot.press("slash", *"re:(")
        assert "is not a regular expression" in screen(pilot)[-1]
        assert len(stage.table.keys) == 4
        await pilot.press("enter")
        assert "is not a regular expression" in screen(pilot)[-1], "Enter cannot accept it"
        await pilot.press("backspace", "enter")
        assert stage.table.filter_text == "re:"
        with pytest.raises(BadPattern):
            stage.table.filter_by("re:[")


async def test_escape_goes_back_as_everywhere_when_there_is_no_filter() -> None:
    class Back(Stage):
        BINDINGS = [("escape", "go_back", "Back")]  # noqa: RUF012
        went_back = False

        def action_go_back(self) -> None:
            self.went_back = True

    stage = Back(LiveTable(COLUMNS))
    async with stage.run_test() as pilot:
        stage.table.show(nodes(2))
        stage.table.filter_by("db1")
        await pilot.pause()
        await pilot.press("escape")
        assert not stage.went_back
        await pilot.press("escape")
        assert stage.went_back


async def test_letters_are_letters_while_a_filter_is_typed_whatever_they_are_bound_to() -> None:
    class Quits(Stage):
        BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012

    stage = Quits(LiveTable(COLUMNS))
    async with stage.run_test() as pilot:
        stage.table.show(nodes(2))
        await pilot.pause()
        await pilot.press("slash", "q", "k", "space")
        assert stage.table.filter_text == "qk "
        assert stage.is_running


async def test_a_click_chooses_a_double_click_opens_and_a_title_sorts() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(50, 8)) as pilot:
        stage.table.show(nodes(12))
        await pilot.pause()
        await pilot.click(LiveTable, offset=(5, 3))
        assert stage.table.cursor_key == "db3"
        await pilot.click(LiveTable, offset=(5, 2), times=2)
        assert [message.key for message in stage.heard if isinstance(message, LiveTable.Opened)] == ["db2"]
        await pilot.click(LiveTable, offset=(3, 0))
        await pilot.click(LiveTable, offset=(3, 0))
        await pilot.pause()
        assert stage.table.keys[:3] == ("db12", "db11", "db10")
        assert "node▾" in screen(pilot)[0]


async def test_text_selected_with_the_mouse_is_what_is_copied() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(50, 8)) as pilot:
        stage.table.show(nodes(3))
        await pilot.pause()
        await pilot.mouse_down(LiveTable, offset=(2, 1))
        await pilot.hover(LiveTable, offset=(4, 2))
        await pilot.mouse_up(LiveTable, offset=(4, 2))
        await pilot.pause()
        assert stage.table.copy_text().splitlines()[0].startswith("db1   ● Synced")
        assert stage.table.copy_text().splitlines()[1] == "  db2"
        assert stage.screen.get_selected_text() == stage.table.copy_text()
        assert stage.table.cursor_key == "db1", "dragging selects text, not a row"


async def test_without_a_selection_the_marked_rows_are_copied_or_the_one_under_the_cursor() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(50, 8)) as pilot:
        stage.table.show(nodes(3))
        await pilot.pause()
        assert stage.table.copy_text() == "db1   ● Synced                    3   1 %    1 s"
        await pilot.press("space", "space")
        assert [line[:3] for line in stage.table.copy_text().splitlines()] == ["db1", "db2"]


async def test_on_a_narrow_terminal_the_least_important_columns_go_and_are_counted() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(34, 8)) as pilot:
        stage.table.show(nodes(3))
        await pilot.pause()
        assert screen(pilot)[0].rstrip() == "  node  state       size  as of +1"
        await pilot.resize_terminal(26, 8)
        await pilot.pause()
        assert screen(pilot)[0].rstrip() == "  node  state      size +2"


async def test_what_still_does_not_fit_moves_sideways_while_the_first_column_stays() -> None:
    stage = Stage(LiveTable([Column("name", "name"), Column("long", "long")]))
    async with stage.run_test(size=(24, 4)) as pilot:
        stage.table.show({"db1": ["db1", "0123456789abcdefghijklmnopqrstuvwxyz"]})
        await pilot.pause()
        assert screen(pilot)[1].rstrip() == "▶ db1   0123456789abcdef"
        await pilot.press("right")
        assert screen(pilot)[1].rstrip() == "▶ db1   89abcdefghijklmn"
        stage.table._exchange_repaint_regions()
        stage.table.put_cell("db1", "long", "0123456789Xbcdefghijklmnopqrstuvwxyz")
        stage.table.settle()
        assert set(stage.table._exchange_repaint_regions()) == {Region(8 + 2, 1, 1, 1)}
        await pilot.press("right", "right", "right", "right")
        assert screen(pilot)[1].rstrip() == "▶ db1   klmnopqrstuvwxyz"


async def test_text_from_a_host_is_shown_and_not_obeyed() -> None:
    stage = Stage(LiveTable(COLUMNS))
    async with stage.run_test(size=(60, 4)) as pilot:
        stage.table.show({"x": {"node": "[/red]", "state": "\x1b]52;c;x\x07\n2"}})
        await pilot.pause()
        assert "[/red]  ␛]52;c;x␇␊2" in screen(pilot)[1]


async def test_in_ascii_no_sign_is_beyond_it() -> None:
    stage = Stage(LiveTable(COLUMNS, signs=ASCII))
    async with stage.run_test(size=(30, 6)) as pilot:
        stage.table.show({"x": ["x" * 60, "ok", "1", "2", "3"], "y": ["y", "ok", "1", "2", "3"]})
        stage.table.sort_by("node")
        await pilot.press("space")
        assert "".join(screen(pilot)).isascii()
        assert screen(pilot)[1].startswith(" *xxx")


async def test_ten_thousand_rows_draw_only_the_lines_on_the_screen() -> None:
    table = LiveTable(COLUMNS)
    stage = Stage(table)
    async with stage.run_test(size=(60, 10)) as pilot:
        table.show(nodes(10_000))
        await pilot.press("end")
        drawn = []
        paint_line = table.paint_line
        table.paint_line = lambda y: drawn.append(y) or paint_line(y)  # type: ignore[method-assign, func-returns-value]
        await pilot.press("pageup")
        assert table.cursor_key == "db9992"
        assert len(drawn) < 40


# Without a screen


@given(
    st.lists(st.tuples(st.text("abAB 漢é", max_size=12), st.sampled_from(Tone)), max_size=6),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_a_clip_has_its_width_and_the_cells_of_the_whole(
    pieces: list[tuple[str, Tone]], start: int, width: int
) -> None:
    whole = sum(cell_len(text) for text, _ in pieces)
    assert sum(cell_len(text) for text, _ in clip(pieces, start, width)) == max(0, min(width, whole - start))


@given(
    st.text(st.characters(categories=["L", "N", "P", "So"]), max_size=20),
    st.integers(1, 12),
    st.sampled_from(["left", "right"]),
)
def test_padded_text_has_exactly_its_width(text: str, width: int, align: str) -> None:
    assert cell_len(padded(text, width, "left" if align == "left" else "right", "…")) == width


@given(
    st.lists(
        st.builds(
            Column,
            st.uuids().map(str),
            st.text("abc", max_size=9),
            least=st.none() | st.integers(1, 9),
            most=st.none() | st.integers(1, 30),
            flex=st.integers(0, 2),
            drop=st.integers(0, 3),
        ),
        max_size=8,
    ),
    st.lists(st.integers(0, 40), min_size=8, max_size=8),
    st.integers(0, 120),
)
def test_columns_fit_unless_none_may_go_any_more(columns: list[Column], widths: list[int], room: int) -> None:
    contents = dict(zip((column.key for column in columns), widths, strict=False))
    fitted = fit(columns, contents, room)
    assert fitted.width <= room or all(not placed.column.drop for placed in fitted.placed)
    assert {*fitted.dropped} | {placed.column for placed in fitted.placed} == set(columns)
    assert all(column.drop for column in fitted.dropped)
    for one, other in zip(fitted.placed, fitted.placed[1:], strict=False):
        assert other.x == one.x + one.width + GAP
    kept = [placed.column for placed in fitted.placed]
    assert all(gone.drop >= column.drop for gone in fitted.dropped for column in kept)
    if fitted.placed and any(column.flex for column in kept):
        assert fitted.width >= room or fitted.width == room


@examples(60)
@given(st.data())
def test_rows_agree_with_a_naive_table_after_any_changes(data: st.DataObject) -> None:
    rows, naive = Rows(), dict[str, dict[str, Cell]]()
    keys = st.sampled_from([f"r{n}" for n in range(8)])
    cells = st.dictionaries(
        st.sampled_from(["a", "b"]), st.sampled_from(["x", "y10", "y9", "", "–"]).map(Cell), max_size=2
    )
    for _ in range(data.draw(st.integers(0, 25))):
        match data.draw(st.sampled_from(["put", "remove", "sort", "filter"])):
            case "put":
                key, content = data.draw(keys), data.draw(cells)
                rows.put(key, content)
                naive.setdefault(key, {}).update(content)
            case "remove":
                key = data.draw(keys)
                assert rows.remove(key) == (naive.pop(key, None) is not None)
            case "sort":
                rows.sort(data.draw(st.sampled_from([None, "a"])), descending=data.draw(st.booleans()))
            case _:
                rows.filter(Matcher(data.draw(st.sampled_from(["", "y", "!x"]))))
        shown = [
            key
            for key, row in naive.items()
            if not rows.matcher.text
            or (
                any("y" in cell.text for cell in row.values())
                if rows.matcher.text == "y"
                else not any("x" in cell.text for cell in row.values())
            )
        ]
        if rows.sort_column:
            known = [key for key in shown if naive[key].get("a", Cell("")).text in ("x", "y10", "y9")]
            known.sort(
                key=lambda key: ["x", "y9", "y10"].index(naive[key]["a"].text), reverse=rows.descending
            )
            shown = known + [key for key in shown if key not in known]
        assert list(rows.order) == shown
        assert [rows.place(key) for key in shown] == list(range(len(shown)))


def test_names_with_numbers_sort_as_people_count() -> None:
    assert sorted(["db10", "db2", "DB1", "web", "10", "9"], key=natural) == [
        "9",
        "10",
        "DB1",
        "db2",
        "db10",
        "web",
    ]


@given(st.text("ab 漢", max_size=6), st.text("ab 漢", max_size=6))
def test_what_lies_outside_a_changed_span_looks_the_same(old: str, new: str) -> None:
    (placed,) = fit([Column("c", "", width=5)], {}, 9).placed
    span = changed_span(Cell(old), Cell(new), placed, "…")
    before, after = (plain(row_pieces([placed], [Cell(text)], "…")) for text in (old, new))
    if span is None:
        assert before == after
    else:
        assert plain(clip([(before, Tone.PLAIN)], 0, span[0])) == plain(
            clip([(after, Tone.PLAIN)], 0, span[0])
        )
        assert before[::-1][: 5 - span[1]] == after[::-1][: 5 - span[1]]


async def test_the_scrollbar_takes_its_cell_from_the_columns() -> None:
    stage = Stage(LiveTable([Column("a", "a"), Column("b", "b", flex=1), Column("c", "c", align="right")]))
    async with stage.run_test(size=(30, 6)) as pilot:
        stage.table.show({"r0": ["x", "y", "end"]})
        await pilot.pause()
        assert screen(pilot)[1].endswith("end")
        stage.table.show({f"r{n}": ["x", "y", "end"] for n in range(40)})
        await pilot.pause()
        await pilot.pause()
        assert screen(pilot)[1].endswith("end "), "the last cell is the scrollbar's"
