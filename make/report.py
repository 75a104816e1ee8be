"""What ran, what did not and why: the closing table of `make check`."""

from __future__ import annotations

import shutil
import textwrap
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_WIDEST = 118


class Verdict(Enum):
    PASSED = "passed"
    FAILED = "FAILED"
    NOT_RUN = "NOT RUN"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `note` says how many, why not, and the way to get it."""

    what: str
    verdict: Verdict
    took_s: float
    note: str = ""


@dataclass(slots=True)
class Outcome:
    """How tests ended, of one run or of several added up."""

    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """How many tests were skipped, by reason."""

    def add(self, other: Outcome) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def sentence(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped.total()} skipped"


def read_junit(path: Path) -> Outcome:
    """Count the outcomes in pytest's XML report; a run that wrote none has one failure."""
    if not path.exists():
        return Outcome(failed=1)
    tests = Outcome()
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 - written by our own pytest a moment ago
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            tests.failed += 1
        elif skipped is not None and skipped.get("type") != "pytest.xfail":
            tests.skipped[skipped.get("message") or "no reason given"] += 1
        else:
            tests.passed += 1
    return tests


def table(rows: list[Row]) -> str:
    """The rows as text, no wider than the terminal; notes are folded under themselves."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    first = max(len(row.what) for row in rows)
    lines = []
    for row in rows:
        head = f"{row.what:<{first}}  {row.verdict.value:<7}  {row.took_s:>5.0f} s  "
        notes = textwrap.wrap(row.note, max(width - len(head), 30)) or [""]
        lines.append(f"{head}{notes[0]}".rstrip())
        lines += [" " * len(head) + note for note in notes[1:]]
    return "\n".join(lines)
