"""What a rehearsal tells: each step by what it changes, what was not alike, and what comes of it."""

from __future__ import annotations

import json

from runbooks.rehearsal.picture import NodePicture, Picture
from runbooks.rehearsal.record import StepRecord
from tests.runbooks.rehearsal.rehearsals import a_rehearsal
from tui.cli.rehearsal_telling import end_lines, rehearsal_data, step_lines
from tui.cli.said import json_text

AT = "97c6171f-e651-11f1-91ec-1f0bcdeda5d5:1311"
UP = Picture((3,), {"db2": NodePicture("Synced", "active", AT)})
OUT = Picture((2,), {"db2": NodePicture("down", "inactive", AT)})
START = StepRecord("start:db2", "start db2", OUT, UP, {"db2": "IST"}, 6.4)


def test_a_step_is_told_with_its_time_and_its_changes() -> None:
    assert step_lines(START) == [
        "▶ start db2, in 6 s",
        "    cluster size 2 -> 3",
        "    db2 down -> Synced, unit inactive -> active, at 97c6…d5:1311",
        "    db2 came by IST",
    ]


def test_a_step_that_only_reads_is_told_in_one_line() -> None:
    step = StepRecord("ready:db2", "see that db2 may be taken out", UP, UP, {}, 1.0)
    assert step_lines(step) == ["▶ see that db2 may be taken out: no size and no state changes"]


def test_the_end_names_what_was_not_alike_and_what_the_next_run_does() -> None:
    rehearsal = a_rehearsal(unlike=("db1 runs another build",), shortened={"soak_s": "1"})
    assert end_lines(rehearsal, 41) == [
        "rehearsal done: 17 steps done and verified",
        "not alike: db1 runs another build",
        "not alike: soak_s was 1, and will be 60: it only waits",
        "kept as entry 41 of the journal: the next run of galera-rolling-restart on orders stops where it is "
        "otherwise",
    ]


def test_one_that_stopped_says_that_a_run_is_refused() -> None:
    lines = end_lines(a_rehearsal(ending="stopped", sentence="stopped at: start db2."), 41)
    assert lines[0] == "rehearsal stopped: stopped at: start db2."
    assert lines[-1].endswith("a run is refused until it is rehearsed to its end")


def test_programs_get_sizes_states_ways_and_times() -> None:
    told = json.loads(json_text(rehearsal_data(a_rehearsal(steps=(START,)), 41)))
    assert told["entry"] == 41
    [step] = told["steps"]
    assert step["sizes"] == {"before": [2], "after": [3]}
    assert step["nodes"]["after"] == {"db2": {"state": "Synced", "unit": "active", "position": AT}}
    assert (step["came_by"], step["took_s"]) == ({"db2": "IST"}, 6.4)
