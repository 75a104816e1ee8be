"""A look that was written down comes back the same, whatever is in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from runbooks.engine.codec import MASK, decode_look, encode_look
from runbooks.model import Look
from systems.errors import SudoRefused, TimedOut
from systems.galera.readings import ClusterSurvey, NodeSurvey
from tests.builders import a_lost_node, a_node, a_stopped_node, a_survey, some_evidence
from tests.examples import examples
from tests.runbooks.any_survey import surveys


def test_a_look_comes_back_the_same() -> None:
    survey = a_survey(a_node("db1"), a_stopped_node("db2", recovered=1227, gvwstate=True), a_lost_node("db3"))
    look = Look(survey, {"db3": SudoRefused("db3: a password is required", status=1)})
    again = decode_look(json.loads(json.dumps(encode_look(look))))
    assert again.survey.node("db1") == survey.node("db1")
    assert again.survey.node("db2").evidence == survey.node("db2").evidence
    lost = again.survey.node("db3").evidence
    assert type(lost) is type(survey.node("db3").evidence)
    assert str(lost) == str(survey.node("db3").evidence)
    error = again.preparation["db3"]
    assert isinstance(error, SudoRefused)
    assert error.status == 1


def test_what_is_named_like_a_secret_is_masked() -> None:
    evidence = some_evidence("db1", configured={"wsrep_sst_auth": "sst:hunter22", "port": "3306"})
    node = NodeSurvey("db1", evidence.taken_at, evidence.taken_at, TimedOut("x"), TimedOut("x"), evidence)
    text = json.dumps(encode_look(Look(a_survey(node))), ensure_ascii=False)
    assert "hunter22" not in text
    assert MASK in text
    assert "3306" in text


@pytest.mark.parametrize(
    "data",
    [
        {"~": "record", "type": "subprocess:Popen", "fields": {"args": ["true"]}},
        {"~": "record", "type": "systems.shell:Reader", "fields": {}},
        {"~": "record", "type": "systems.gone:Look", "fields": {}},
        {"~": "enum", "type": "systems.galera.readings:Flavour", "value": "ORACLE"},
        {"~": "pickle", "value": "x"},
        {"survey": 1},
        ["no", "look"],
    ],
)
def test_what_is_no_look_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="survey"):
        decode_look(data)  # type: ignore[arg-type]


@examples(150)
@given(surveys())
def test_any_survey_comes_back_the_same(survey: ClusterSurvey) -> None:
    once = json.dumps(encode_look(Look(survey)))
    assert json.dumps(encode_look(decode_look(json.loads(once)))) == once
