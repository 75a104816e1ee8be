"""How detectors ask all nodes the same question: one YES decides, then one UNKNOWN, then it is NO."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar

from runbooks.membership import is_down
from runbooks.model import Holds, Look, Sighting, no, unknown, yes
from runbooks.words import listed
from systems.errors import SystemsError
from systems.galera.preparation import PreparationReading
from systems.galera.readings import Answer, HostEvidence, NodeSurvey, WsrepStatus, WsrepVariables

R = TypeVar("R")
Judged: TypeAlias = "str | Sighting"
"""What a judge says of one node: why it bites, empty when it does not, or a sighting of its own."""


def of_status(look: Look, judge: Callable[[NodeSurvey, WsrepStatus], Judged], good: str) -> Sighting:
    """Judge every node that runs by what it says of itself; a node that is proven down has nothing to say."""
    return _across(look, lambda node: _by_sql(node, node.status, judge), good)


def of_variables(look: Look, judge: Callable[[NodeSurvey, WsrepVariables], Judged], good: str) -> Sighting:
    """Judge every node that runs by its variables; a node that is proven down has none."""
    return _across(look, lambda node: _by_sql(node, node.variables, judge), good)


def of_evidence(look: Look, judge: Callable[[NodeSurvey, HostEvidence], Judged], good: str) -> Sighting:
    """Judge every node by what its host shows."""
    return _across(look, lambda node: _by(node, node.evidence, judge), good)


def of_preparation(
    look: Look, judge: Callable[[NodeSurvey, PreparationReading], Judged], good: str
) -> Sighting:
    """Judge every node by its preparation; it is read on demand only, and UNKNOWN until then."""
    if not look.preparation:
        return unknown("the hosts' preparation was not read in this look")
    return _across(look, lambda node: _by(node, _prepared(look, node.host), judge), good)


def differing(values: Mapping[str, str]) -> str:
    """Tell who has which value when hosts differ: "db1: A; db2 and db3: B"; empty when all are equal."""
    holders: dict[str, list[str]] = {}
    for host, value in values.items():
        holders.setdefault(value, []).append(host)
    if len(holders) < 2:
        return ""
    return "; ".join(f"{listed(hosts)}: {value or '(empty)'}" for value, hosts in holders.items())


def shared(values: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The values that more than one host has, with those hosts; empty values do not count."""
    holders: dict[str, tuple[str, ...]] = {}
    for host, value in values.items():
        if value:
            holders[value] = (*holders.get(value, ()), host)
    return {value: hosts for value, hosts in holders.items() if len(hosts) > 1}


def compared(values: Mapping[str, str], missing: Iterable[str], what: str) -> Sighting:
    """YES when the hosts that told differ, UNKNOWN when some did not tell, else NO."""
    text = differing(values)
    if text:
        return yes(f"{what} differs: {text}", *values)
    silent = tuple(missing)
    if silent or not values:
        return unknown(f"{what} could not be read on {listed(silent)}", *silent)
    return no(f"{what} is the same on all {len(values)} nodes: {next(iter(values.values())) or '(empty)'}")


def version_of(text: str) -> tuple[int, int, int] | None:
    """The three numbers of "10.11.19-MariaDB" or "8.0.36-28.1"; None: there are none."""
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def is_on(value: str) -> bool:
    """Whether an option's text switches it on, in any of the spellings in use."""
    return value.strip().lower() in {"on", "yes", "true", "1", "enabled"}


def option(node: NodeSurvey, name: str) -> str | None:
    """One provider option as the running node has it; None: it does not run, or has no such option."""
    if not isinstance(node.variables, WsrepVariables):
        return None
    return node.variables.provider_options.get(name)


def _prepared(look: Look, host: str) -> Answer[PreparationReading]:
    missing = SystemsError(f"{host}: its preparation was not read in this look")
    return look.preparation.get(host, missing)


def _by(node: NodeSurvey, answer: Answer[R], judge: Callable[[NodeSurvey, R], Judged]) -> Judged | None:
    if isinstance(answer, SystemsError):
        return unknown(f"{node.host} could not be asked: {answer}", node.host)
    return judge(node, answer)


def _by_sql(node: NodeSurvey, answer: Answer[R], judge: Callable[[NodeSurvey, R], Judged]) -> Judged | None:
    return None if is_down(node) else _by(node, answer, judge)


def _across(look: Look, judge: Callable[[NodeSurvey], Judged | None], good: str) -> Sighting:
    found: list[Sighting] = []
    for node in look.survey.nodes:
        said = judge(node)
        if isinstance(said, Sighting):
            found.append(said)
        elif said is not None:
            found.append(yes(said, node.host) if said else no(good, node.host))
    return merged(found, good)


def merged(found: Iterable[Sighting], good: str) -> Sighting:
    """One answer from many: what bites, else what is not known, else `good`."""
    sightings = tuple(found)
    for holds in (Holds.YES, Holds.UNKNOWN):
        these = [one for one in sightings if one.holds is holds]
        if these:
            hosts = tuple(dict.fromkeys(host for one in these for host in one.hosts))
            return Sighting(holds, "; ".join(dict.fromkeys(one.evidence for one in these)), hosts)
    if not sightings:
        return unknown("no node could be asked")
    return no(good, *dict.fromkeys(host for one in sightings for host in one.hosts))
