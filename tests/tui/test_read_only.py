"""A console that is not armed changes nothing: every key of each screen, on hosts that fail on any change."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.screen import Screen

from runbooks.gotchas import CATALOGUE
from runbooks.journal.entries import Draft, Kind
from tests import scenes
from tests.clouds import FakeClouds, FakeNova, an_instance
from tests.runbooks.read_only_hosts import ReadOnlyHosts
from tests.tui.screens import console_of, see, type_in, until
from tui.arm import ArmedDialog
from tui.ask import AskDialog
from tui.balancer import BalancerScreen
from tui.balancers import BalancersScreen
from tui.bindings import PLACES
from tui.console_access import AccessScreen
from tui.gotcha import GotchaScreen
from tui.guest.display import DisplayScreen
from tui.guest.serial import SerialScreen
from tui.report import ReportScreen
from tui.wizard.output import OutputScreen
from tui.wizard.state import WizardState

ROOT = Path(__file__).parents[2]
Way: TypeAlias = "str | Callable[[scenes.Stage], Screen[Any]]"
WAYS: dict[str, Way] = {
    "Deck": "",
    "HostsPane": "6",
    "RunbooksPane": "7",
    "NodesPane": "1",
    "JournalPane": "8",
    "VipsPane": "2",
    "MemberScreen": "2 enter",
    "ProbeScreen": "2 p",
    "ConsolesPane": "3",
    "InstanceScreen": "3 enter",
    "BalancersScreen": lambda app: BalancersScreen(app.desk, "kilo"),
    "BalancerScreen": lambda app: BalancerScreen(app.desk, "kilo", "id-orders"),
    "AccessScreen": lambda app: AccessScreen(app.desk, "kilo", an_instance("web-1"), "novnc"),
    "SerialScreen": lambda app: SerialScreen(app.desk, "kilo", an_instance("web-1")),
    "DisplayScreen": lambda app: DisplayScreen(app.desk, "kilo", an_instance("web-1")),
    "GuestConsole": lambda app: DisplayScreen(app.desk, "kilo", an_instance("web-1")),
    "GuestView": lambda app: SerialScreen(app.desk, "kilo", an_instance("web-1")),
    "TerminalView": lambda app: SerialScreen(app.desk, "kilo", an_instance("web-1")),
    "PictureView": lambda app: DisplayScreen(app.desk, "kilo", an_instance("web-1")),
    "NodeScreen": "1 enter",
    "HostScreen": "6 enter",
    "FindingScreen": "w",
    "LadderScreen": "w w",
    "EntryScreen": "8 enter",
    "HelpScreen": "question_mark",
    "Palette": "colon",
    "ArmDialog": "A",
    "StreamScreen": "1 x",
    "SpoolView": "1 l",
    "WizardScreen": "7 enter",
    "InputsDialog": "7 enter i",
    "GotchaScreen": lambda app: GotchaScreen(app.desk, CATALOGUE["REC-01"]),
    "ReportScreen": lambda app: ReportScreen(app.desk, "20261122-1402-a7c3f1"),
    "ArmedDialog": lambda app: ArmedDialog("db1 lost its power", 60.0, 15, app.desk.signs),
    "AskDialog": lambda app: AskDialog("Secret", [], app.desk.signs),
    "OutputScreen": lambda app: OutputScreen(app.desk, WizardState("galera-recover", "orders")),
}
"""How each screen is come to: by keys, or by what pushes it. Whatever has keys on it is walked there."""
BESIDE = {"QuarterdeckApp", "SelectingScreen", "Choices", "Page", "LiveTable"}
"""They are on several of these screens."""
BEFORE = {"EstateTrouble"}
"""It is there instead of the console while there is no estate, and so no host."""
LEAVING = {"console.quit"}
"""It ends the console, and has nothing to do with hosts."""


def owners() -> dict[str, type[DOMNode]]:
    """Every class with keys of its own, by name."""
    parted = [place.partition(":") for place in PLACES]
    return {name: getattr(import_module(module), name) for module, _, name in parted}


def keys_of(owner: type[DOMNode]) -> list[Binding]:
    return [one for one in owner.__dict__.get("BINDINGS", ()) if isinstance(one, Binding)]


class Walk:
    """Does everything that can be done on one screen, and comes back to it each time."""

    def __init__(self) -> None:
        self.hosts = ReadOnlyHosts()
        self.novas: list[FakeNova] = []
        self.clouds: list[FakeClouds] = []
        self.done: set[str] = set()

    def stage(self) -> scenes.Stage:
        """A console with something wrong, on hosts that fail on any change, and an entry in its journal."""
        app = scenes.all_systems()
        app.rig.use(self.hosts)
        works = app.source._works
        assert works is not None
        assert isinstance(works.clouds, FakeClouds)
        self.novas += works.clouds.novas.values()
        self.clouds.append(works.clouds)
        works.hosts, works.engine = self.hosts, app.rig.engine
        app.rig.journal.append(Draft(Kind.NOTE, data={"sentence": "somebody was here"}))
        return app

    async def of(self, way: Way) -> None:
        """All keys of all that is on that screen; a new console where one of them leaves it."""
        left: list[tuple[str, Binding]] | None = None
        while left is None or left:
            async with console_of(self.stage, (110, 40)) as (app, pilot):
                await self.come(app, pilot, way)
                left = list(keys_here(app)) if left is None else left
                await self._do(app, pilot, left)

    async def come(self, app: scenes.Stage, pilot: Pilot[Any], way: Way) -> None:
        if isinstance(way, str):
            await pilot.press(*way.split())
        else:
            app.push_screen(way(app))
        await pilot.pause()

    async def _do(self, app: scenes.Stage, pilot: Pilot[Any], left: list[tuple[str, Binding]]) -> None:
        base = app.screen
        while left and base in app.screen_stack:
            name, binding = left.pop()
            await app.run_action(binding.action, node_of(app, owners()[name]))
            await pilot.pause()
            self.done.add(name)
            while app.screen is not base and base in app.screen_stack:
                app.pop_screen()
                await pilot.pause()


def keys_here(app: App[Any]) -> Iterator[tuple[str, Binding]]:
    """Every key of the app, the screen and the widgets on it, active or not."""
    for name, owner in owners().items():
        if any(isinstance(node, owner) for node in nodes_of(app)):
            yield from ((name, binding) for binding in keys_of(owner) if binding.id not in LEAVING)


def nodes_of(app: App[Any]) -> Iterator[DOMNode]:
    yield from (app, app.screen)
    yield from app.screen.query("*")


def node_of(app: App[Any], owner: type[DOMNode]) -> DOMNode:
    return next(node for node in nodes_of(app) if isinstance(node, owner))


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What would have been started on this machine, such as the operator's ssh or editor: it is not."""
    begun: list[object] = []

    def note(*words: object, **_: object) -> None:
        begun.append(words)
        raise FileNotFoundError(2, "no such program", str(words[0]))

    monkeypatch.setattr("tui.shell.asyncio.create_subprocess_exec", note)
    monkeypatch.setattr("tui.estate_trouble.subprocess.run", note)
    return begun


@pytest.mark.parametrize("name", WAYS)
async def test_no_key_of_a_screen_changes_a_host(name: str, programs: list[object]) -> None:
    walk = Walk()
    await walk.of(WAYS[name])
    assert name in walk.done or name not in owners()
    assert walk.hosts.reached == []
    assert [order for nova in walk.novas for order in nova.orders] == []
    assert [key for clouds in walk.clouds for key in clouds.typed()] == []
    octavias = [one for clouds in walk.clouds for one in clouds.octavias.values()]
    assert [order for octavia in octavias for order in octavia.orders] == []
    assert programs == []  # a shell on a host is for an armed console


def test_everything_with_keys_is_walked() -> None:
    """A new screen with keys needs a way above that comes to it."""
    assert set(owners()) - set(WAYS) == BESIDE | BEFORE


def test_every_class_with_keys_has_a_place() -> None:
    """The places are what is walked, and what help, docs and keymap are made of."""
    found = set()
    for path in (path for folder in ("tui", "widgets") for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(map(_is_bindings, node.body)):
                found.add(node.name)
    assert found == set(owners())


def _is_bindings(node: ast.stmt) -> bool:
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
        return False
    return node.target.id == "BINDINGS" and isinstance(node.value, ast.List) and bool(node.value.elts)


async def test_the_walk_itself_can_fail() -> None:
    """Armed, and agreed to by name, a line does reach for the hands of its host."""
    walk = Walk()
    async with console_of(walk.stage) as (app, pilot):
        app.rig.arming.arm("the test wants it")
        await pilot.press("1", "x")
        await type_in(pilot, "reboot")
        await pilot.press("enter")
        await see(pilot, "Type the name of the host: db1")
        await type_in(pilot, "db1")
        await pilot.press("enter")
        await until(pilot, lambda: walk.hosts.reached, "the hands")
        app.workers.cancel_all()
