"""Whatever a look brings back, triage says something sensible about it and fails closed."""

from __future__ import annotations

from hypothesis import given

from runbooks.membership import is_silent, primary_groups
from runbooks.triage import Scenario, classify, triage, verdict, why
from systems.galera.readings import ZERO_UUID, ClusterSurvey
from tests.examples import examples
from tests.runbooks.any_survey import surveys

MAKE_A_PRIMARY = {
    Scenario.ALL_STOPPED,
    Scenario.ALL_CRASHED,
    Scenario.QUORUM_LOST,
    Scenario.MEMBER_MISSING,
    Scenario.ALL_NON_PRIMARY,
}


@given(surveys())
@examples(60)
def test_triage_always_has_an_answer(survey: ClusterSurvey) -> None:
    findings = triage(survey)
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, reverse=True), "worst first"
    for finding in findings:
        assert finding.sentence
        assert finding.evidence, f"{finding.id} proves nothing"
        assert finding.advice
    line = verdict(survey, findings)
    assert line.sentence
    assert line.sign in "✖▲●"
    if classify(survey).scenario is not Scenario.HEALTHY:
        assert findings, "what is not healthy is told"
    for node in survey.nodes:
        assert why(survey, node.host).sentence.startswith(node.host)


@given(surveys())
@examples(100)
def test_no_primary_is_ever_made_on_a_guess(survey: ClusterSurvey) -> None:
    """REC-01, REC-04, REC-12: nothing is chosen beside a Primary, an unknown node, or an unknown position."""
    found = classify(survey)
    if found.chosen is None:
        return
    assert found.scenario in MAKE_A_PRIMARY
    assert not found.refused
    assert not primary_groups(survey)
    assert not [
        node.host for node in survey.nodes if is_silent(node) and node.host not in found.start_together
    ]
    assert all(one.position is not None and one.position.uuid != ZERO_UUID for one in found.candidates)
    best = max(one.position.seqno for one in found.candidates if one.position)
    chosen = next(one for one in found.candidates if one.host == found.chosen)
    assert chosen.position is not None
    assert chosen.position.seqno == best
    assert len({one.position.uuid for one in found.candidates if one.position}) == 1
