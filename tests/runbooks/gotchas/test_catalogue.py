"""The catalogue is complete, every entry says all it must, and every detector gives all three answers."""

from __future__ import annotations

import pytest

from runbooks.gotchas import CATALOGUE, of_section
from runbooks.model import Holds, Look, Severity, Sighting
from systems.errors import LoginRefused, Unreachable
from systems.galera.preparation import DatadirState
from systems.galera.readings import ClusterSurvey
from tests.builders import a_hit, a_node, without_sql
from tests.preparation_builders import a_mount, a_preparation
from tests.runbooks.gotchas.console_looks import CONSOLE_LOOKS
from tests.runbooks.gotchas.looks import HEALTHY, NOBODY, READY, prepared, secured, whole
from tests.runbooks.gotchas.looks import LOOKS as CLUSTER_LOOKS

CLONES = {host: a_preparation(host, server_uuid="5e1f-0001") for host in ("db2", "db3")}
NOT_EMPTY = prepared(survey=NOBODY, datadir_state=DatadirState.HAS_DATA, schemas=("shop",))
CHOWNED = prepared(survey=NOBODY, wrong_owners=("ib_logfile0",))

LAST = {
    "K": ("HOST", 10),
    "A": ("PXC", 35),
    "B": ("REC", 43),
    "C": ("ROLL", 13),
    "D": ("LB", 19),
    "E": ("SPICE", 13),
}
LOOKS = {**CLUSTER_LOOKS, **CONSOLE_LOOKS}
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


BITES = [
    pytest.param("HOST-04", prepared(swap=()), "no swap", id="no swap"),
    pytest.param(
        "HOST-06", prepared(mount=a_mount(in_fstab=False)), "no line of fstab", id="mounted by hand"
    ),
    pytest.param("HOST-09", Look(HEALTHY, CLONES), "auto.cnf", id="cloned before its first start"),
    pytest.param("PXC-10", NOT_EMPTY, "holds data (shop)", id="data in the way of a first join"),
    pytest.param("PXC-17", secured(ca_fingerprint="EE:FF"), "the CA differs", id="two CAs"),
    pytest.param("PXC-17", secured(key_matches=False), "does not belong", id="key of another certificate"),
    pytest.param("PXC-18", prepared(certificates_in_datadir=("ca.pem",)), "ca.pem", id="made in the datadir"),
    pytest.param("REC-11", CHOWNED, "does not belong to mysql", id="files of root"),
]


@pytest.mark.parametrize(("id_", "look", "says"), BITES)
def test_preparation_shows_more_than_the_survey_does(id_: str, look: Look, says: str) -> None:
    sighting = _ask(id_, look)
    assert sighting.holds is Holds.YES, sighting.evidence
    assert says in sighting.evidence


def test_a_host_whose_preparation_failed_is_not_taken_for_ready() -> None:
    readings = {**READY.preparation, "db3": Unreachable("db3: No route to host")}
    sighting = _ask("HOST-07", Look(READY.survey, readings))
    assert sighting.holds is Holds.UNKNOWN
    assert "No route to host" in sighting.evidence


def test_a_login_of_this_console_that_was_refused_is_not_laid_to_the_account_of_the_transfer() -> None:
    hits = (a_hit("access-denied", "Access denied for user 'monitor'@'localhost'"),)
    third = a_node("db3", evidence={"log_hits": hits})
    shut = without_sql(third, LoginRefused("db3: SQL as monitor was not let in"))
    assert _ask("PXC-13", whole(without_sql(third))).holds is Holds.YES
    assert _ask("PXC-13", whole(shut)).holds is Holds.NO


def _ask(id_: str, given: ClusterSurvey | Look) -> Sighting:
    detector = CATALOGUE[id_].detector
    assert detector is not None
    return detector(given if isinstance(given, Look) else Look(given))
