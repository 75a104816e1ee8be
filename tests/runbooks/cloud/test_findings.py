"""What is wrong with a cloud, in one sentence and in findings with evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from runbooks.cloud.findings import judge_cloud
from runbooks.model import Severity
from systems.errors import Refused, Unreachable
from systems.openstack.readings import Hypervisor, Power
from tests.clouds import a_cloud_survey, a_service, an_instance, in_error
from tests.reading_builders import NOON

MAY_NOT = Refused("kilo: the list of hypervisors was refused", status=403)


def test_a_cloud_that_is_well_is_one_sentence_and_no_finding() -> None:
    said = judge_cloud(a_cloud_survey(an_instance("web-1"), an_instance("web-2")))
    assert (said.sentence, said.severity, said.findings) == ("2 instances", -1, ())


def test_an_account_of_one_project_says_so() -> None:
    survey = a_cloud_survey(
        an_instance("web-1"), is_all_projects=False, services=MAY_NOT, hypervisors=MAY_NOT
    )
    said = judge_cloud(survey)
    assert (said.sentence, said.severity) == ("1 instance in this project", -1)


def test_services_that_could_not_be_read_are_told() -> None:
    lost = Unreachable("kilo: Nova cannot be reached")
    assert judge_cloud(a_cloud_survey(services=lost)).sentence == "0 instances; services could not be read"


def test_an_instance_in_error_is_told_with_its_fault_and_what_to_do() -> None:
    said = judge_cloud(a_cloud_survey(an_instance("web-1"), in_error("web-7", "No valid host was found.")))
    assert said.sentence == "2 instances, 1 in ERROR (web-7: No valid host was found)"
    (finding,) = said.findings
    assert (finding.id, finding.severity) == ("CLOUD-04", Severity.WARNING)
    assert finding.evidence[0].startswith("web-7: No valid host was found.")
    assert "scheduler found no compute host" in finding.advice


def test_a_silent_compute_is_critical_and_names_what_runs_there() -> None:
    silent = a_service(is_up=False, reported_at=NOON - timedelta(minutes=4))
    said = judge_cloud(a_cloud_survey(an_instance("web-1"), an_instance("db-1"), services=[silent]))
    assert said.severity == Severity.CRITICAL
    assert "nova-compute is down on cmp1; 2 instances there cannot be reached by Nova" in said.sentence
    (finding,) = said.findings
    assert finding.hosts == ("cmp1",)
    assert finding.evidence == (
        "cmp1: os-services says nova-compute down, last reported 11:56:00 UTC",
        "on it: web-1, db-1",
    )


def test_a_disabled_service_is_no_alarm_and_tells_its_reason() -> None:
    disabled = a_service(is_enabled=False, disabled_reason="new memory")
    said = judge_cloud(a_cloud_survey(an_instance("web-1"), services=[disabled]))
    assert (said.severity, said.findings[0].sentence) == (
        Severity.INFO,
        "nova-compute on cmp1 is disabled: new memory.",
    )


def test_a_service_that_is_forced_down_is_told_as_such() -> None:
    forced = a_service(is_forced_down=True)
    assert "nova-compute is forced down on cmp1" in judge_cloud(a_cloud_survey(services=[forced])).sentence


def test_a_hypervisor_is_told_once_when_its_nova_compute_is_down_too() -> None:
    down = [Hypervisor("cmp1", "cmp1", "QEMU", is_up=False, is_enabled=True)]
    alone = judge_cloud(a_cloud_survey(hypervisors=down))
    assert [one.id for one in alone.findings] == ["CLOUD-03"]
    both = judge_cloud(a_cloud_survey(hypervisors=down, services=[a_service(is_up=False)]))
    assert [one.id for one in both.findings] == ["CLOUD-02"]


def test_a_task_that_takes_too_long_is_told_and_one_that_just_began_is_not() -> None:
    new = an_instance("web-1", "BUILD", task="spawning", updated_at=NOON - timedelta(minutes=2))
    old = an_instance("web-2", "BUILD", task="spawning", updated_at=NOON - timedelta(hours=2))
    (finding,) = judge_cloud(a_cloud_survey(new, old)).findings
    assert (finding.id, finding.evidence) == ("CLOUD-05", ("web-2: spawning since 10:00:00 UTC",))


def test_an_instance_that_went_down_by_itself_is_told() -> None:
    (finding,) = judge_cloud(a_cloud_survey(an_instance("mail-1", power=Power.SHUT_DOWN))).findings
    assert "1 instance ACTIVE for Nova and off for the hypervisor: mail-1." in finding.sentence


def test_a_cloud_that_cannot_be_read_is_critical_and_says_why() -> None:
    lost = Unreachable("kilo: Keystone at https://k/v3 cannot be reached: connection refused. Is it up?")
    said = judge_cloud(replace(a_cloud_survey(), instances=lost))
    assert said.sentence == "Keystone at https://k/v3 cannot be reached: connection refused. Is it up?"
    assert said.severity == Severity.CRITICAL


def test_the_worst_stands_first() -> None:
    survey = a_cloud_survey(in_error("web-7"), services=[a_service(is_up=False)])
    assert [one.id for one in judge_cloud(survey).findings] == ["CLOUD-02", "CLOUD-04"]
