"""The recording of the demo can be played, and leads to a verified cluster and its report."""

from __future__ import annotations

import json
from typing import Any

from bench.pty import Chunk, Screen
from screenshots.cast import COLUMNS, LINES, PLACE, lines_of
from tests.tui.cli.newcomer import WHY

MOST_BYTES = 500_000


def recorded() -> tuple[dict[str, Any], list[tuple[float, str, str]]]:
    header, *events = PLACE.read_text(encoding="utf-8").splitlines()
    return json.loads(header), [tuple(json.loads(event)) for event in events]


def test_it_is_an_asciicast_that_is_small_and_goes_forward() -> None:
    header, events = recorded()
    assert (header["version"], header["width"], header["height"]) == (2, COLUMNS, LINES)
    assert {kind for _, kind, _ in events} == {"o"}
    times = [at_s for at_s, _, _ in events]
    assert times == sorted(times)
    assert 30 < times[-1] < 90
    assert PLACE.stat().st_size < MOST_BYTES


def test_it_shows_what_is_red_the_plan_the_repair_and_ends_with_the_report() -> None:
    _, events = recorded()
    screen, seen = Screen(COLUMNS, LINES), []
    for _, _, text in events:
        screen.feed(text.encode())
        if "\x1b[?2026l" in text:
            seen.append("\n".join(screen.lines))
    parts = [
        "3 of 3",
        "✖ 2 of 3 in the cluster",
        "killed by signal KILL",
        WHY,
        "Enter begin",
        "✔ done",
        "**done**",
    ]
    places = [next(at for at, page in enumerate(seen) if part in page) for part in parts]
    assert places == sorted(places)
    assert "report.md" in seen[-1]
    assert "Primary, size 3, Synced" in seen[places[-2]]


def test_a_letter_that_was_cut_in_two_is_written_whole() -> None:
    sign = "✖".encode()
    told = list(lines_of([Chunk(0, b"a" + sign[:1]), Chunk(10**9, sign[1:] + b"b")], 0))[1:]
    assert [json.loads(line) for line in told] == [[0.0, "o", "a"], [1.0, "o", "✖b"]]
