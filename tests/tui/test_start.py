"""The start: nothing heavy before the first frame, and sentences for whatever is wrong with the files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.pty import Screen, Session
from tests import scenes
from tests.tui.screens import console_of, see, until
from tui.cli.options import Options, console_options
from tui.estate_trouble import EstateTrouble

HEAVY = (
    "asyncssh",
    "pymysql",
    "cryptography",
    "openstack",
    "pyte",
    "keystoneauth1",
    "requests",
    "systems.consoles",
    "systems.openstack",
    "runbooks.cloud",
    "sqlite3",
    "_sqlite3",
    "ClusterShell",
    "click",
    "runbooks.model",
    "systems.galera.readings",
    "widgets.live_table",
    "textual.widgets._data_table",
    "textual.widgets._markdown",
)
FIRST_FRAME = """
import sys
from pathlib import Path
from tui.cli.console import make_console
from tui.cli.options import Options
app = make_console(Options(Path(sys.argv[1])))
screen = app.get_default_screen()
list(screen.compose())
print(type(app).__name__, *[name for name in sys.argv[2:] if name in sys.modules])
"""
ESTATE = """\
[estate]
name = "north"
color = "red"
[[galera]]
name = "orders"
nodes = "db[1-3]"
[[cloud]]
name = "kilo"
"""


def test_nothing_heavy_is_imported_on_the_way_to_the_first_frame(tmp_path: Path) -> None:
    place = tmp_path / "estate.toml"
    place.write_text(ESTATE)
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(place), *HEAVY], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["QuarterdeckApp"]


def test_the_first_paint_is_the_whole_frame(tmp_path: Path) -> None:
    (tmp_path / "estate.toml").write_text(ESTATE.replace('"red"', '"red"\nssh_config = "ssh_config"'))
    (tmp_path / "ssh_config").write_text("Host *\n  HostName 127.0.0.1\n  Port 1\n")
    argv = [sys.executable, "-m", "tui.cli", "--estate", str(tmp_path / "estate.toml")]
    screen = Screen(100, 24)
    with Session(argv, columns=100, lines=24) as session:
        session.wait_for(" keys")
        written = b"".join(chunk.data for chunk in session.chunks)
    first, end, _ = written.partition(b"\x1b[?2026l")
    screen.feed(first + end)
    for text in ("north", "READ-ONLY", "[0 watch]", "asking 3 nodes", "what changed", "A arm", "? keys"):
        assert any(text in line for line in screen.lines), text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], False),
        (["--ascii"], True),
        (["--estate", "x.toml", "--ascii"], True),
        (["--estate=x.toml"], False),
    ],
)
def test_options_of_the_console_are_read_without_click(words: list[str], expected: bool) -> None:
    options = console_options(words)
    assert options is not None
    assert options.ascii_only is expected


@pytest.mark.parametrize("words", [["triage"], ["--help"], ["--estate"], ["--estate", "x", "triage"], ["-x"]])
def test_anything_else_is_left_to_click(words: list[str]) -> None:
    assert console_options(words) is None


async def test_a_bad_estate_file_says_line_and_key_and_a_way_on(tmp_path: Path) -> None:
    place = tmp_path / "estate.toml"
    place.write_text('[estate]\nname = "north"\n\n[[galera]]\nname = "orders"\nnods = "db[1-3]"\n')
    from tui.cli.console import make_console

    app = make_console(Options(place))
    assert isinstance(app, EstateTrouble)
    async with app.run_test(size=(90, 24)) as pilot:
        await see(pilot, "The estate file cannot be used.", "line 6", "nods", "e edit the file")
        place.write_text(ESTATE)
        await pilot.press("r")
        await until(pilot, lambda: app.return_value is True, "the file to be taken")


async def test_an_editor_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.cli.console import make_console

    place = tmp_path / "new" / "estate.toml"
    monkeypatch.setenv("EDITOR", "no-such-editor")
    monkeypatch.delenv("VISUAL", raising=False)
    app = make_console(Options(place))
    async with app.run_test(size=(160, 24)) as pilot:
        await see(pilot, "there is no such file")
        await pilot.press("e")
        await see(pilot, "no-such-editor is not on this machine", "Set EDITOR")


async def test_a_keymap_file_changes_keys_and_complains_of_what_is_wrong(tmp_path: Path) -> None:
    place = tmp_path / "keys.toml"
    place.write_text('[keys]\n"deck.why" = "Z"\n"deck.nothing" = "q"\n')

    def scene() -> scenes.Stage:
        return scenes.stage(scenes.killed(), keys=place)

    async with console_of(scene) as (_, pilot):
        await see(pilot, "'deck.nothing'", "Z why")
        await pilot.press("Z")
        await see(pilot, "[R-1C]")


async def test_without_a_journal_systems_are_watched_and_nothing_is_done() -> None:
    def scene() -> scenes.Stage:
        app = scenes.stage(scenes.killed())
        app.source.break_works()
        return app

    app = scene()
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await see(pilot, "2 of 3 in the cluster", "this scene has no journal")
        await pilot.press("A")
        await see(pilot, "Not now: this scene has no journal.")
        await pilot.press("7")
        await see(pilot, "Not open: this scene has no journal.")
