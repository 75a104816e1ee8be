"""Recorded answers of real servers, as the parsers get them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from systems.shell import Output
from systems.sql import Rows

DATA = Path(__file__).parent / "data"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def rows_of(text: str) -> Rows:
    """Tab-separated lines as rows."""
    return Rows(tuple(tuple(line.split("\t")) for line in text.splitlines() if "\t" in line), AT)


def status_rows(name: str, look: str, host: str) -> Rows:
    """One block of a recorded fault: status_rows("quorum_loss", "quorum lost", "db1")."""
    blocks = (DATA / "status" / f"{name}.txt").read_text().split("=== ")
    found = [block for block in blocks if block.partition("\n")[0].endswith(f"] {look} / {host}")]
    assert found, f"no block {look} / {host} in {name}"
    return rows_of(found[0])


def looks_of(name: str) -> list[str]:
    """The headings of a recorded fault, for those who look for one."""
    text = (DATA / "status" / f"{name}.txt").read_text()
    return [line for line in text.splitlines() if line.startswith("=== ")]


def variables_rows() -> Rows:
    return rows_of((DATA / "variables-light.txt").read_text())


def host_output(name: str, part: str) -> Output:
    """The answer to one of the three lines: host_output("killed", "root")."""
    return Output((DATA / "host" / f"{name}.{part}.txt").read_text(), "", 0, AT)


def log(name: str) -> list[str]:
    return (DATA / "logs" / name).read_text().splitlines()
