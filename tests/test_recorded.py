"""What the scenes are made of is what the practice estate says today."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.recorded import PLACE, survey_data, survey_of
from tests.recording import STATES, record

LONG = {"lost"}
"""Its host is waited for until the deadline."""
NAMES = [pytest.param(name, marks=pytest.mark.whole if name in LONG else ()) for name in STATES]


def kept() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
    return data


@pytest.mark.parametrize("name", NAMES)
async def test_a_fresh_recording_is_the_same(name: str) -> None:
    fresh = json.loads(json.dumps(await record(STATES[name])))
    assert fresh == kept()[name], "stale; record it anew: python -m tests.recording"


def test_every_state_is_recorded_and_no_other() -> None:
    assert list(kept()) == list(STATES)


@pytest.mark.parametrize("name", STATES)
def test_what_is_read_back_is_what_was_recorded(name: str) -> None:
    survey = survey_of(name)
    data = json.loads(json.dumps(survey_data(survey, survey.taken_at)))
    assert data["nodes"] == kept()[name]["nodes"]
