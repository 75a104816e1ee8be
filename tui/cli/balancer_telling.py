"""What `quarterdeck cloud lbs` and `lb` print: lines for people, records for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from runbooks.cloud.balancer_tree import Branch, branches_of, members_up
from runbooks.cloud.balancer_words import called, kind_of, operating_told, provisioning_told
from systems.errors import SystemsError
from systems.text import visible
from tui.cli.cloud_telling import finding_record

if TYPE_CHECKING:
    from runbooks.cloud.balancers import BalancersVerdict, JudgedBalancer
    from runbooks.model import Finding
    from systems.openstack.octavia_readings import Balancer, BalancersSurvey

Record = dict[str, object]
_SIGNS = {2: "✖", 1: "▲"}


def balancer_line(judged: JudgedBalancer) -> str:
    """One load balancer in a line."""
    one = judged.balancer
    standing = one.standing
    sign = _SIGNS.get(judged.severity, "●")
    statuses = f"{standing.provisioning:<15} {standing.operating:<9}"
    return visible(f"{sign} {called(one):<24} {one.address:<16} {statuses} {members_up(one):<22} {one.id}")


def tree_lines(balancer: Balancer, now: datetime) -> Iterator[str]:
    """One load balancer as a tree; below each object what its statuses mean."""
    for branch in branches_of(balancer):
        standing = branch.object.standing
        built = provisioning_told(standing, now).words
        works = operating_told(kind_of(branch.object), standing).words
        yield visible(f"{branch.lead}{branch.title}")
        yield visible(f"{branch.under}  {standing.provisioning:<15} {built}")
        yield visible(f"{branch.under}  {standing.operating:<15} {works}")


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What is wrong, for people."""
    for one in findings:
        yield visible(f"{_SIGNS.get(int(one.severity), '·')} {one.id}  {one.sentence}")
        yield visible(f"    do  {one.advice}")


def balancers_record(survey: BalancersSurvey, said: BalancersVerdict) -> Record:
    """A look for programs."""
    answer = survey.answer
    return {
        "cloud": survey.cloud,
        "taken_at": survey.taken_at.isoformat(),
        "verdict": said.sentence,
        "generation": None if isinstance(answer, SystemsError) else answer.generation.name.lower(),
        "findings": [finding_record(one) for one in said.findings],
        "load_balancers": None
        if isinstance(answer, SystemsError)
        else [judged_record(one, survey.taken_at) for one in said.judged],
        "unread": str(answer) if isinstance(answer, SystemsError) else None,
    }


def judged_record(judged: JudgedBalancer, now: datetime) -> Record:
    """One load balancer with its tree, flat, for programs; `depth` is that of the tree."""
    one = judged.balancer
    return {
        "id": one.id,
        "name": one.name,
        "address": one.address,
        "provider": one.provider,
        "project": one.project,
        "findings": [finding_record(finding) for finding in judged.findings],
        "tree": [_branch_record(branch, now) for branch in branches_of(one)],
    }


def _branch_record(branch: Branch, now: datetime) -> Record:
    one = branch.object
    standing, kind = one.standing, kind_of(one)
    return {
        "kind": kind.value,
        "id": one.id,
        "name": one.name,
        "depth": branch.depth,
        "title": branch.title,
        "provisioning_status": standing.provisioning,
        "provisioning": provisioning_told(standing, now).words,
        "operating_status": standing.operating,
        "operating": operating_told(kind, standing).words,
        "admin_state_up": standing.is_enabled,
        "since": standing.since.isoformat() if standing.since else None,
    }
