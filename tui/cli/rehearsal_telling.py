"""What a rehearsal tells people, and what it tells programs."""

from __future__ import annotations

from collections.abc import Mapping

from runbooks.rehearsal.picture import Picture
from runbooks.rehearsal.record import DONE, Rehearsal, StepRecord
from runbooks.words import span


def step_lines(step: StepRecord) -> list[str]:
    """One step as it went on the copy."""
    if not step.changes:
        return [f"▶ {step.title}: no size and no state changes"]
    return [f"▶ {step.title}, in {span(step.took_s)}", *(f"    {line}" for line in step.changes)]


def end_lines(rehearsal: Rehearsal, entry: int) -> list[str]:
    """How it ended, in what it was not like the real run will be, and what comes of it."""
    lines = [f"rehearsal {rehearsal.ending}: {rehearsal.sentence}"]
    lines += [f"not alike: {line}" for line in rehearsal.not_alike]
    if rehearsal.ending == DONE:
        kept = (
            f"kept as entry {entry} of the journal: the next run of {rehearsal.runbook} on {rehearsal.target}"
        )
        return [*lines, f"{kept} stops where it is otherwise"]
    return [
        *lines,
        f"kept as entry {entry} of the journal: a run is refused until it is rehearsed to its end",
    ]


def rehearsal_data(rehearsal: Rehearsal, entry: int) -> Mapping[str, object]:
    """The whole of it for programs; `entry`: its number in the journal."""
    return {
        "runbook": rehearsal.runbook,
        "target": rehearsal.target,
        "at": rehearsal.at.isoformat(),
        "entry": entry,
        "ending": rehearsal.ending,
        "sentence": rehearsal.sentence,
        "values": rehearsal.values,
        "shortened": rehearsal.shortened,
        "unlike": rehearsal.unlike,
        "steps": [_step_data(step) for step in rehearsal.steps],
    }


def _step_data(step: StepRecord) -> Mapping[str, object]:
    return {
        "step": step.key,
        "title": step.title,
        "sizes": {"before": step.before.sizes, "after": step.after.sizes},
        "nodes": {"before": _nodes_data(step.before), "after": _nodes_data(step.after)},
        "came_by": step.ways,
        "took_s": step.took_s,
        "changes": step.changes,
    }


def _nodes_data(picture: Picture) -> Mapping[str, object]:
    return {
        host: {"state": node.state, "unit": node.unit, "position": node.position}
        for host, node in picture.nodes.items()
    }
