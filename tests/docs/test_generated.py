"""The generated pages say what the code says, and pages lead only to what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate import FOLDER, anchor, main, pages
from runbooks.gotchas import CATALOGUE
from runbooks.library import RUNBOOKS

ROOT = FOLDER.parent
WRITTEN = sorted([ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CHANGELOG.md", *FOLDER.rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_a_generated_page_is_what_the_code_says(path: Path) -> None:
    assert path.is_file(), "make the pages: python -m docs.generate"
    assert path.read_text(encoding="utf-8") == pages()[path], "stale; make it anew: python -m docs.generate"


def test_no_page_stands_for_a_runbook_that_is_gone() -> None:
    assert {path.stem for path in (FOLDER / "runbooks").glob("*.md")} == {*RUNBOOKS, "README"}


def test_a_stale_page_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docs.generate.pages", lambda: {FOLDER / "keys.md": "another text"})
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == "stale: docs/keys.md\n"


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_gotcha_of_a_runbook_is_on_its_page(name: str) -> None:
    headings = re.findall(r"^### (\S+)", (FOLDER / "runbooks" / f"{name}.md").read_text(), re.MULTILINE)
    assert headings == list(RUNBOOKS[name].gotchas)


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_something(path: Path) -> None:
    anchors = {anchor(gotcha) for gotcha in CATALOGUE.values()}
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif "://" not in target:
            assert (path.parent / target.partition("#")[0]).exists(), target
