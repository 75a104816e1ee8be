"""No detector is ever put out by what it is given."""

from __future__ import annotations

from hypothesis import given

from runbooks.gotchas import CATALOGUE
from runbooks.model import Look
from systems.galera.readings import ClusterSurvey
from tests.examples import examples
from tests.runbooks.any_survey import surveys


@given(surveys())
@examples(40)
def test_a_detector_answers_whatever_the_survey_holds(survey: ClusterSurvey) -> None:
    for gotcha in CATALOGUE.values():
        if gotcha.detector is not None:
            sighting = gotcha.detector(Look(survey))
            assert sighting.evidence, f"{gotcha.id} says {sighting.holds} and not why"
            assert set(sighting.hosts) <= {node.host for node in survey.nodes}
