"""The page of results: a run renews its own sections and leaves the others alone."""

from bench.page import HEAD, machine, renewed, section
from bench.table import Row, Table

TABLE = Table("Tables", [Row("one cell", 67, "bytes", peer="DataTable", theirs=9308, goal=150)], ["a note"])


def test_a_section_is_a_table_of_ours_and_theirs() -> None:
    text = section("widgets", TABLE, "on a machine")
    assert text.startswith("## widgets\n\nTables. on a machine.\n")
    assert "| one cell | 67 | bytes | DataTable | 9,308 | 0.0072 x | <= 150 | reached |" in text
    assert text.rstrip().endswith("- a note")


def test_only_the_sections_that_were_run_are_renewed() -> None:
    first = renewed("", {name: section(name, TABLE, "before") for name in ("spool", "start", "widgets")})
    second = renewed(first, {"start": section("start", TABLE, "after")})
    assert second.startswith(HEAD)
    assert second.count("before") == 2
    assert second.count("after") == 1
    assert [line for line in second.splitlines() if line.startswith("## ")] == [
        "## spool",
        "## start",
        "## widgets",
    ]
    assert "a note\n\n## start" in second
    assert renewed(second, {}) == second


def test_the_machine_is_described_with_its_load() -> None:
    assert "cores" in machine()
    assert "textual 8" in machine()
    assert "load " in machine()
