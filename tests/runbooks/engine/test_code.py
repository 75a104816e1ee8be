"""Which changes of code are noticed when a run is taken up."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runbooks.engine import code
from runbooks.engine.code import runbook_digest
from runbooks.library import RUNBOOKS
from runbooks.model import Runbook
from tests.runbooks.engine.books import a_book


def test_the_digest_of_a_runbook_is_of_its_name_and_code() -> None:
    assert runbook_digest(a_book()) == runbook_digest(a_book())
    assert runbook_digest(a_book()) != runbook_digest(a_book(name="other"))
    assert len({runbook_digest(book) for book in RUNBOOKS.values()}) == len(RUNBOOKS)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runbook in two files, one of which only helps the other."""
    folder = tmp_path / "a_changing_book"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "plan.py").write_text("from a_changing_book.steps import plan_it\n\ndef plan(*_): plan_it()\n")
    (folder / "steps.py").write_text("def plan_it(): return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("a_changing_book")]:
        del sys.modules[name]


def book_of(package: Path) -> Runbook:
    code._digest_of.cache_clear()
    return replace(a_book(), plan=importlib.import_module(f"{package.name}.plan").plan)


def test_a_change_in_any_file_of_its_package_is_noticed(package: Path) -> None:
    before = runbook_digest(book_of(package))
    assert runbook_digest(book_of(package)) == before
    (package / "steps.py").write_text("def plan_it(): return 2\n")
    assert runbook_digest(book_of(package)) != before


@pytest.mark.parametrize(
    "module",
    ["runbooks.steps.start", "runbooks.triage.quorum", "runbooks.positions", "systems.galera.datadir"],
)
def test_a_change_in_what_all_runbooks_share_is_noticed(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    book = RUNBOOKS["galera-recover"]
    code._digest_of.cache_clear()
    before = runbook_digest(book)
    source = code._source
    monkeypatch.setattr(code, "_source", lambda name: source(name) + ("# new" if name == module else ""))
    code._digest_of.cache_clear()
    assert runbook_digest(book) != before
    monkeypatch.undo()
    code._digest_of.cache_clear()


_PORTS = {"systems.errors", "systems.estate_balancers", "systems.shell", "systems.text"}
"""What every part of the project speaks through: no plan is made there, and no step judged."""


@pytest.mark.parametrize("name", RUNBOOKS)
def test_all_that_a_runbook_imports_counts_for_it(name: str) -> None:
    own = RUNBOOKS[name].plan.__module__
    counted = code._names_of(own)
    found = [
        line.module
        for module in code._modules(own.rpartition(".")[0])
        for line in ast.walk(ast.parse(code._source(module)))
        if isinstance(line, ast.ImportFrom) and line.module
    ]
    ours = {module for module in found if module.partition(".")[0] in ("runbooks", "systems")}
    assert len(ours) > 5
    assert ours - counted - _PORTS == set()
