"""Read-only cannot leak: all that looks, judges, checks and verifies, on hosts that fail on any change."""

from __future__ import annotations

import ast
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest

from runbooks.engine.api import Ending, Stop
from runbooks.gotchas import CATALOGUE
from runbooks.lease.marker import read_marker
from runbooks.library import RUNBOOKS
from runbooks.model import Holds, Plan, Sighting, Step
from systems.errors import SystemsError
from systems.galera.collect import survey_node
from systems.galera.host_look import HostLook
from systems.galera.prepare import read_preparation
from systems.galera.survey import NodeAccess, Surveyor
from systems.haproxy.setup import read_setup, see_node
from systems.haproxy.socket import StatsSocket
from systems.host import read_host
from systems.nova.collect import read_nova
from systems.nova.options import Side
from systems.shell import Reader
from systems.sql import Query
from systems.sql_client import ClientReader
from systems.sql_readers import find_socket
from tests.runbooks.doubles import World
from tests.runbooks.lb_vip.addresses import TwoBalancers
from tests.runbooks.read_only_hosts import Changed, ReadOnlyHosts
from tests.runbooks.rigs import Rig
from tests.runbooks.situations import ALL, Situation
from tests.runbooks.test_library import SITUATIONS

ROOT = Path(__file__).parents[2]
FOLDERS = ("systems", "runbooks", "widgets", "tui")
CHANGING = {
    "runbooks/engine/acting.py",
    "runbooks/engine/leasing.py",
    "tui/balancer_acting.py",
    "tui/cli/exec.py",
    "tui/instance_acting.py",
    "tui/stream/job.py",
    "tui/vip_acting.py",
}
"""The only modules that may ask for `Hands`; each passes a permit of `Arming`."""
MAKING = {"systems/ssh/hands.py", "systems/ssh/hosts.py"}
"""The only modules that know how hands are made."""
STARTING = {
    "systems/secrets.py",  # `cmd:` references
    "systems/ssh/config_file.py",  # `Match exec` of ssh_config
    "tui/cli/practice_process.py",  # the practice estate, which is nobody's
    "tui/estate_trouble.py",  # the operator's own editor
    "tui/shell.py",  # ssh, for the operator's own hands
    "widgets/graphics.py",  # tmux on the bastion, asked what its terminal can draw
}
"""The only modules that start programs, all of them on the bastion."""
_STATUS = Query("SHOW GLOBAL STATUS LIKE 'wsrep%'")


def _access(reader: Reader) -> NodeAccess:
    return NodeAccess("db1", reader, ClientReader(reader))


Gather: TypeAlias = Callable[[Reader], Awaitable[object]]
GATHERERS: Mapping[str, Gather] = {
    "read_host": read_host,
    "read_nova": lambda reader: read_nova("ctl1", reader, frozenset(Side)),
    "read_marker": lambda reader: read_marker(reader, "orders"),
    "read_setup": lambda reader: read_setup(reader, {"db1": ("10.77.0.11", 3306)}, 9200),
    "see_node": lambda reader: see_node(reader, "10.77.0.11", 3306, 9200),
    "read_preparation": read_preparation,
    "find_socket": lambda reader: find_socket(reader, 5.0),
    "HostLook": lambda reader: HostLook("db1", reader).look(full=True),
    "ClientReader": lambda reader: ClientReader(reader).ask([_STATUS]),
    "StatsSocket": lambda reader: StatsSocket(reader, "/run/haproxy/admin.sock").look(),
    "NodeAccess": lambda reader: Surveyor("orders", [_access(reader)]).survey(),
    "survey_node": lambda reader: survey_node("db1", reader, ClientReader(reader), full=True),
}
"""All that is given a `Reader`, by name, each asked for everything that it can gather."""


@pytest.fixture
def hosts() -> ReadOnlyHosts:
    return ReadOnlyHosts()


@pytest.fixture
def rig(tmp_path: Path, hosts: ReadOnlyHosts) -> Rig:
    rig = Rig(tmp_path, World("db1", "db2", "db3"), CATALOGUE, armed=False)
    rig.use(hosts, vips=TwoBalancers())
    return rig


async def asked(rig: Rig, situation: Situation) -> list[tuple[str, Sighting]]:
    """Each check and each verify of what is planned in this situation, asked."""
    book, survey = RUNBOOKS[situation.runbook], situation.look.survey
    plan = book.plan(situation.look, situation.values, {})
    assert isinstance(plan, Plan), plan
    rig.survey_is(survey)
    eyes = rig.context(book, survey.name)
    questions = [(step.key, question) for step in plan.steps for question in (step.check, step.verify)]
    return [(key, await eyes.ask(question)) for key, question in questions]


@pytest.mark.parametrize("name", ALL)
async def test_no_check_and_no_verify_changes_anything(rig: Rig, hosts: ReadOnlyHosts, name: str) -> None:
    for key, answer in await asked(rig, ALL[name]):
        assert isinstance(answer.holds, Holds), key
    assert hosts.reached == []


def test_the_situations_make_every_kind_of_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new kind of step needs a situation above that makes it, so that it is walked as well."""
    makers: set[tuple[str, str]] = set()
    made = Step.__post_init__

    def note(step: Step) -> None:
        frame = sys._getframe(2)  # 1 is the dataclass's own __init__
        makers.add((frame.f_code.co_filename, frame.f_code.co_name))
        made(step)

    monkeypatch.setattr(Step, "__post_init__", note)
    for situation in ALL.values():
        RUNBOOKS[situation.runbook].plan(situation.look, situation.values, {})
    assert {situation.runbook for situation in ALL.values()} == set(RUNBOOKS)
    assert set(makers_of_steps()) - makers == set()


def makers_of_steps() -> Iterator[tuple[str, str]]:
    """Every function of a runbook that makes a step: its file and its name."""
    for path, tree in sources():
        for function in ast.walk(tree) if path.is_relative_to(ROOT / "runbooks") else ():
            if isinstance(function, ast.FunctionDef) and any(map(_makes_step, ast.walk(function))):
                yield str(path), function.name


def _makes_step(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Step"


def test_every_detector_judges_every_look_and_is_given_nothing_to_change_with() -> None:
    """A detector gets a look, which is data: there is no host in it to be asked, let alone changed."""
    for gotcha in CATALOGUE.values():
        for situation in ALL.values():
            if gotcha.detector is not None:
                assert isinstance(gotcha.detector(situation.look), Sighting), gotcha.id


@pytest.mark.parametrize("name", ALL)
async def test_a_read_only_session_reaches_no_host(rig: Rig, hosts: ReadOnlyHosts, name: str) -> None:
    situation = ALL[name]
    rig.surveyor.prepared = situation.look.preparation
    rig.survey_is(situation.look.survey)
    book = RUNBOOKS[situation.runbook]
    values = {**situation.values, **{key: "pw" for key in situation.values if key.endswith("password")}}
    result = await rig.engine.run(book, situation.look.survey.name, values, rig.steering())
    assert result.ending is Ending.REFUSED
    assert hosts.reached == []


@pytest.mark.parametrize("name", GATHERERS)
async def test_what_gathers_readings_only_asks(hosts: ReadOnlyHosts, name: str) -> None:
    with suppress(SystemsError):  # that a host says nothing is an answer too
        await GATHERERS[name](hosts.reader("db1"))
    assert hosts.asked
    assert hosts.reached == []


def test_everything_that_is_given_a_reader_is_walked() -> None:
    assert set(holders_of_readers()) == set(GATHERERS)


def holders_of_readers() -> Iterator[str]:
    """Public functions with a parameter that is a `Reader`, and classes that are made with one."""
    for node, owner in definitions():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = [*node.args.args, *node.args.kwonlyargs]
            name = owner if node.name == "__init__" else node.name
            if any(_is_reader(argument.annotation) for argument in arguments) and name[0] != "_":
                yield name
        elif isinstance(node, ast.AnnAssign) and owner and _is_reader(node.annotation):
            yield owner


def _is_reader(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "Reader"


def definitions() -> Iterator[tuple[ast.AST, str]]:
    """Every statement of our modules and of their classes, with the name of its class."""
    for _, tree in sources():
        for statement in tree.body:
            yield statement, ""
            if isinstance(statement, ast.ClassDef):
                yield from ((inner, statement.name) for inner in statement.body)


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module of ours, read once."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return tuple((path, ast.parse(path.read_text())) for path in paths)


async def test_listing_resuming_and_undoing_reach_no_host_either(rig: Rig) -> None:
    assert await rig.engine.runs() == ()
    assert (await rig.engine.resume("r1", RUNBOOKS, rig.steering())).ending is Ending.REFUSED
    assert (await rig.engine.undo("r1", RUNBOOKS, rig.steering())).ending is Ending.REFUSED


async def test_the_walk_itself_can_fail(rig: Rig) -> None:
    """An armed session does reach for the hands, at the marker of its lease at the latest."""
    rig.arming.arm("the test wants it")
    survey, values = SITUATIONS["R-1G"]
    rig.survey_is(survey)
    with pytest.raises(Changed):
        await rig.engine.run(
            RUNBOOKS["galera-recover"], survey.name, values, rig.steering(confirms={"": [Stop()]})
        )


def test_only_named_modules_ask_for_hands() -> None:
    def asks(node: ast.AST) -> bool:
        called = node.func if isinstance(node, ast.Call) else None
        return isinstance(called, ast.Attribute) and called.attr == "hands"

    assert modules_with(asks) == CHANGING


def test_only_named_modules_can_make_hands() -> None:
    def makes(node: ast.AST) -> bool:
        names = {name.name for name in node.names} if isinstance(node, ast.ImportFrom) else {""}
        defined = node.name if isinstance(node, ast.ClassDef) else ""
        return bool({"SshHands", "JobDesk"} & {*names, defined})

    assert modules_with(makes) == MAKING


def test_only_named_modules_start_programs() -> None:
    starts = {"create_subprocess_exec", "create_subprocess_shell", "run", "Popen", "call", "system", "execvp"}

    def begins(node: ast.AST) -> bool:
        called = node.func if isinstance(node, ast.Call) else None
        owner = getattr(getattr(called, "value", None), "id", "")
        if not isinstance(called, ast.Attribute) or (owner, called.attr) == ("asyncio", "run"):
            return False  # asyncio.run runs an event loop, and no program
        return called.attr in starts and owner in PROGRAMS

    assert modules_with(begins) == STARTING


PROGRAMS = ("subprocess", "os", "asyncio")
"""Modules that start programs."""


def modules_with(holds: Callable[[ast.AST], bool]) -> set[str]:
    return {str(path.relative_to(ROOT)) for path, tree in sources() if any(map(holds, ast.walk(tree)))}
