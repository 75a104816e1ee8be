"""The catalogue is complete, every entry says all it must, and every detector gives all three answers."""

from __future__ import annotations

import pytest

from runbooks.gotchas import CATALOGUE, of_section
from runbooks.model import Holds, Look, Severity, Sighting
from systems.galera.readings import ClusterSurvey
from tests.runbooks.gotchas.looks import LOOKS

LAST = {"K": ("HOST", 10), "A": ("PXC", 35), "B": ("REC", 43), "C": ("ROLL", 13)}
WITH_DETECTOR = tuple(id_ for id_, gotcha in CATALOGUE.items() if gotcha.detector)


@pytest.mark.parametrize("section", LAST)
def test_a_section_has_every_gotcha_of_the_domain_catalogue(section: str) -> None:
    prefix, last = LAST[section]
    assert of_section(section) == tuple(f"{prefix}-{number:02d}" for number in range(1, last + 1))


@pytest.mark.parametrize("id_", CATALOGUE)
def test_an_entry_says_all_that_it_must(id_: str) -> None:
    gotcha = CATALOGUE[id_]
    assert gotcha.id == id_
    for text in (gotcha.symptom, gotcha.cause, gotcha.fix):
        assert text.endswith("."), f"{id_}: a sentence: {text!r}"
        assert len(text) < 160, f"{id_}: one clear sentence: {text!r}"
    assert gotcha.title
    assert not gotcha.title.endswith(".")
    assert id_ in gotcha.source, "it names its place in the domain catalogue"
    assert bool(gotcha.detector) != bool(gotcha.why_no_detector), "a detector, or what to look at instead"


def test_what_blocks_a_step_can_be_detected() -> None:
    blind = [id_ for id_, gotcha in CATALOGUE.items() if gotcha.blocks and not gotcha.detector]
    assert not blind, "a step would never start"


def test_what_loses_data_or_forks_history_is_critical() -> None:
    for id_ in ("HOST-08", "PXC-09", "PXC-10", "PXC-11", "REC-01", "REC-02", "REC-04", "REC-07", "REC-10"):
        assert CATALOGUE[id_].severity is Severity.CRITICAL


def test_every_detector_is_tried() -> None:
    assert set(LOOKS) == set(WITH_DETECTOR)


@pytest.mark.parametrize("id_", WITH_DETECTOR)
def test_a_detector_says_yes_with_its_evidence(id_: str) -> None:
    looks = LOOKS[id_]
    sighting = _ask(id_, looks.yes)
    assert sighting.holds is Holds.YES, sighting.evidence
    assert looks.says in sighting.evidence


@pytest.mark.parametrize("id_", WITH_DETECTOR)
def test_a_detector_says_no_and_what_it_saw(id_: str) -> None:
    sighting = _ask(id_, LOOKS[id_].no)
    assert sighting.holds is Holds.NO, sighting.evidence
    assert sighting.evidence


@pytest.mark.parametrize("id_", WITH_DETECTOR)
def test_a_detector_that_cannot_tell_says_why(id_: str) -> None:
    sighting = _ask(id_, LOOKS[id_].unknown)
    assert sighting.holds is Holds.UNKNOWN, sighting.evidence
    assert sighting.evidence


def _ask(id_: str, survey: ClusterSurvey) -> Sighting:
    detector = CATALOGUE[id_].detector
    assert detector is not None
    return detector(Look(survey))
