"""The closing table counts what ran and names what did not, with the reason."""

from __future__ import annotations

from pathlib import Path

from make.report import Outcome, Row, Verdict, read_junit, table

JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="pytest">
  <testcase name="good"/>
  <testcase name="bad"><failure message="no"/></testcase>
  <testcase name="broken"><error message="no"/></testcase>
  <testcase name="absent"><skipped type="pytest.skip" message="no sshd"/></testcase>
  <testcase name="expected"><skipped type="pytest.xfail" message="known"/></testcase>
</testsuite></testsuites>"""


def test_outcomes_are_counted_and_skips_keep_their_reason(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(JUNIT)
    tests = read_junit(report)
    assert (tests.passed, tests.failed, dict(tests.skipped)) == (2, 2, {"no sshd": 1})


def test_a_run_that_left_no_report_has_failed(tmp_path: Path) -> None:
    assert read_junit(tmp_path / "missing.xml").failed == 1


def test_the_total_is_a_line_of_its_own() -> None:
    total = Outcome(passed=1)
    total.add(Outcome(passed=2, failed=3))
    assert total.sentence == "3 passed, 3 failed, 0 skipped"


def test_what_was_not_run_stands_in_the_table_with_its_reason() -> None:
    rows = [
        Row("unit tests", Verdict.PASSED, 12.4, "10 passed"),
        Row("lab", Verdict.NOT_RUN, 0, "37 tests: not root"),
    ]
    assert table(rows) == (
        "unit tests  passed      12 s  10 passed\nlab         NOT RUN      0 s  37 tests: not root"
    )


def test_long_notes_are_folded_under_themselves() -> None:
    lines = table([Row("lab", Verdict.NOT_RUN, 0, "because " * 40)]).splitlines()
    assert len(lines) > 1
    assert {line.index("because") for line in lines} == {lines[0].index("because")}
