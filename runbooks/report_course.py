"""What happened in a run, in order: seen, decided, done, proven, and where it broke off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from runbooks.journal.entries import Entry, Json, Kind
from runbooks.journal.words import describe
from runbooks.report_markdown import fence, line, texts

_TAIL_LINES = 8
ENDS = frozenset(
    {
        Kind.VERIFIED,
        Kind.UNVERIFIED,
        Kind.FAILED,
        Kind.BLOCKED,
        Kind.UNKNOWN,
        Kind.SKIPPED,
        Kind.UNDONE,
    }
)
"""How a step can end."""
_AFTERWARDS = frozenset({Kind.LEASE_TAKEN, Kind.LEASE_BROKEN, Kind.REFUSED})
"""What others write about a run whose console is gone."""
_JUDGED = re.compile(r"([A-Z]+-\d+\w*) (yes|no|unknown): (.*)", re.DOTALL)


def course(entries: Sequence[Entry]) -> Iterator[str]:
    """The whole course; each kind of entry has its own words."""
    yield from ("", "## What happened, in order")
    telling = _Telling(entries)
    for entry in entries:
        yield from telling.of(entry)


def records(plan: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The steps of a plan as it was kept."""
    steps = plan.get("steps")
    return [step for step in steps if isinstance(step, Mapping)] if isinstance(steps, list) else []


class _Telling:
    """Tells one entry after the other; what says the same as before is not told twice."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._outcomes: dict[int, list[Entry]] = {}
        for entry in entries:
            if entry.kind is Kind.OUTCOME:
                self._outcomes.setdefault(entry.about, []).append(entry)
        self._survey: list[str] = []
        self._plan = ""
        self._answers: dict[str, list[str]] = {}
        self._before: Entry | None = None

    def of(self, entry: Entry) -> Iterator[str]:
        """Its lines; none for what is told with another entry, or only kept."""
        before = self._before
        if entry.kind not in _AFTERWARDS:
            self._before = entry
        if entry.step:
            yield from self._of_step(entry)
            return
        match entry.kind:
            case Kind.SURVEY:
                yield from self._seen(entry)
            case Kind.PLAN:
                yield from self._planned(entry)
            case Kind.RUN_RESUMED:
                yield from _resumed(entry, before)
            case Kind.RUN_ENDED | Kind.REFUSED | Kind.LEASE_BROKEN | Kind.NOTE:
                yield from ("", f"{entry.at:%H:%M:%S} {line(describe(entry))}")
                yield from (f"- {line(one)}" for one in texts(entry.data.get("evidence")))

    def _of_step(self, entry: Entry) -> Iterator[str]:
        match entry.kind:
            case Kind.STEP_BEGUN | Kind.UNDO_BEGUN:
                yield from self._begun(entry)
            case Kind.CHANGE if not entry.data.get("marker"):
                yield from self._done(entry)
            case Kind.NOTE:
                yield from ("", f"{entry.at:%H:%M:%S} {line(describe(entry))}")
            case kind if kind in ENDS:
                sentence = line(entry.data.get("sentence") or entry.data.get("reason"))
                yield from ("", f"**{kind.value}** at {entry.at:%H:%M:%S}: {sentence}")

    def _seen(self, entry: Entry) -> Iterator[str]:
        nodes = texts(entry.data.get("nodes"))
        told = f"{entry.at:%H:%M:%S} survey: {line(entry.data.get('sentence'))}"
        if nodes == self._survey:
            yield from ("", f"{told}; all as before")
            return
        self._survey = nodes
        yield from ("", told, "", *fence(nodes))

    def _planned(self, entry: Entry) -> Iterator[str]:
        plan = entry.data.get("plan")
        if not isinstance(plan, Mapping):
            return
        told = f"{entry.at:%H:%M:%S} plan: **{line(plan.get('sentence'))}**"
        self._answers.update({str(step.get("key")): texts(step.get("answers")) for step in records(plan)})
        if plan.get("digest") == self._plan:
            yield from ("", f"{told}; the same steps as before")
            return
        self._plan = str(plan.get("digest"))
        yield from ("", told, "")
        if evidence := texts(plan.get("evidence")):
            yield from (*(f"- {line(one)}" for one in evidence), "")
        for number, step in enumerate(records(plan), 1):
            mark = " (point of no return)" if step.get("irreversible") else ""
            yield f"{number}. {line(step.get('title'))}{mark}: {line(step.get('why'))}"
        if plan.get("open"):
            yield from ("", f"Not planned: {line(plan.get('open'))}")

    def _begun(self, entry: Entry) -> Iterator[str]:
        data = entry.data
        undo = "undo: " if entry.kind is Kind.UNDO_BEGUN else ""
        again = f", attempt {data.get('attempt')}" if data.get("attempt") != 1 else ""
        yield from ("", f"### {entry.at:%H:%M:%S} {undo}{line(data.get('title'))}{again}", "")
        if data.get("why"):
            yield f"- why: {line(data.get('why'))}"
        if data.get("expects"):
            yield f"- expected: {line(data.get('expects'))}"
        if data.get("typed"):
            who = line(str(entry.who))
            yield f"- **point of no return**, confirmed by {who} with the name `{line(data.get('typed'))}`"
        yield from self._judged(entry)

    def _judged(self, entry: Entry) -> Iterator[str]:
        """What was looked at before the step: what holds first, what does not in one line."""
        clear = []
        answers = self._answers.get(entry.step, [])
        for text in texts(entry.data.get("evidence")):
            found = _JUDGED.fullmatch(text)
            if found is None:
                yield f"- {line(text.replace('check yes:', 'checked before:'))}"
            elif found[2] == "no":
                clear.append(f"{found[1]}, {found[3]}")
            elif found[2] == "yes":
                how = "holds, and this step deals with it" if found[1] in answers else "holds"
                yield f"- {found[1]} {how}: {line(found[3])}"
            else:
                yield f"- {found[1]} cannot be told from here: {line(found[3])}"
        if clear:
            yield f"- does not hold: {line('; '.join(clear))}"

    def _done(self, entry: Entry) -> Iterator[str]:
        """A command, and what became of it whenever that was learnt."""
        user = "root" if entry.data.get("as_root") else "the login user"
        place = "asked of its API" if entry.data.get("is_order") else f"as {user}"
        yield from (
            "",
            f"{entry.at:%H:%M:%S} on **{line(entry.host)}**, {place} (entry {entry.number}):",
            "",
        )
        given = [f"< {one}" for one in entry.stdin.splitlines()]
        yield from fence([entry.line, *given], "sh")
        outcomes = self._outcomes.get(entry.number, [])
        if not outcomes:
            yield from ("", "What became of it was never seen, and was not asked for yet.")
        for outcome in outcomes:
            yield from _outcome(outcome)


def _resumed(entry: Entry, before: Entry | None) -> Iterator[str]:
    """Where the course broke off, and who took it up."""
    if not entry.data.get("was") and before is not None:
        yield from ("", f"**Here the console was gone**: its last entry is of {before.at:%H:%M:%S}.")
    reason = line(entry.data.get("reason") or "no reason given")
    yield from ("", f"**Taken up again** at {entry.at:%H:%M:%S} by {line(str(entry.who))}: {reason}")


def _outcome(entry: Entry) -> Iterator[str]:
    data = entry.data
    how = " (read from the host afterwards)" if data.get("read") else ""
    took = f" after {data['took_s']} s" if "took_s" in data else ""
    yield from ("", f"{entry.at:%H:%M:%S} {line(data.get('sentence'))}{took}{how}")
    for name in ("stdout", "stderr"):
        lines = str(data.get(name, "")).splitlines()
        if lines:
            cut = len(lines) > _TAIL_LINES or f"{name}_kept" in data
            end = f", its end; all of it is in entry {entry.number}" if cut else ""
            yield from ("", f"{name}{end}:", "", *fence(lines[-_TAIL_LINES:]))
