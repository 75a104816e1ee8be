"""The report of one run in Markdown, for a colleague who was not there: who, why, seen, done, proven.

Everything in it comes from the journal. Text from hosts is fenced and made visible, never interpreted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runbooks.engine.api import Ending, Outcome
from runbooks.engine.history import History, fold
from runbooks.journal.entries import Entry, Json, Kind
from runbooks.journal.port import Filter, Journal, JournalError
from runbooks.journal.words import describe
from runbooks.report_course import ENDS, course, records
from runbooks.report_markdown import fence, line, quote, table, texts, took


def report(journal: Journal, run: str) -> str:
    """Raises `JournalError`, and `ValueError` for a run that the journal does not know. Blocks."""
    entries = list(journal.entries(Filter(run=run)))
    history = fold(entries)
    if history is None:
        if not entries:
            raise ValueError(f"the journal {journal.place} knows no run {run}")
        return _refused(run, entries)
    lines = [
        *_heading(history, entries),
        *_in_short(entries),
        *_left(history, entries),
        *course(entries),
        *_timeline(entries),
        *_proof(journal, entries),
    ]
    return "\n".join(lines) + "\n"


def _heading(history: History, entries: Sequence[Entry]) -> Iterator[str]:
    yield f"# {line(history.opening.get('title'))} on {line(history.target)}"
    yield ""
    if history.ended_at:
        later = took(history.ended_at - history.begun_at)
        ended = f"{history.ended_at:%Y-%m-%d %H:%M:%S} UTC, {later} later"
        yield f"**{line(history.ending)}** after {later}: {line(history.sentence)}"
    else:
        ended = "it has not ended: it is under way still, or its console is gone"
        yield f"**not ended**: it was at: {line(history.last_step or 'its beginning')}"
    yield ""
    rows = [
        ("run", history.run),
        ("runbook", history.runbook),
        ("estate", entries[0].estate),
        ("who", ", ".join(sorted({str(entry.who) for entry in entries}))),
        ("why", str(history.opening.get("reason", ""))),
        ("begun", f"{history.begun_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("ended", ended),
        ("inputs", ", ".join(f"{name}={value}" for name, value in history.values.items() if value)),
        ("secret inputs", ", ".join(history.secrets)),
    ]
    rows += [("taken up again", _resumed(entry)) for entry in entries if entry.kind is Kind.RUN_RESUMED]
    yield from table(("", ""), [row for row in rows if row[1]])


def _resumed(entry: Entry) -> str:
    reason = str(entry.data.get("reason") or "no reason given")
    return f"{entry.at:%Y-%m-%d %H:%M:%S} UTC by {entry.who}: {reason}"


def _in_short(entries: Sequence[Entry]) -> Iterator[str]:
    """What was decided first, then each step in a line: where, how it ended, what proves it."""
    yield from ("", "## In short", "")
    plans = [entry for entry in entries if entry.kind is Kind.PLAN]
    if plans:
        yield f"Found at {plans[0].at:%H:%M:%S}: {line(plans[0].data.get('sentence'))}"
        yield ""
    rows = list(_step_rows(entries))
    if not rows:
        yield "No step was begun."
        return
    yield from table(("step", "where", "how it ended, and what shows it", "begun", "took"), rows)


def _step_rows(entries: Sequence[Entry]) -> Iterator[tuple[str, ...]]:
    steps: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.step and not entry.data.get("marker") and entry.step != "lease":
            steps.setdefault(f"{'undo: ' if _is_undo(entry) else ''}{entry.step}", []).append(entry)
    for key, own in steps.items():
        titles = [str(entry.data["title"]) for entry in own if entry.data.get("title")]
        ends = [entry for entry in own if entry.kind in ENDS]
        where = ", ".join(dict.fromkeys(entry.host for entry in own if entry.kind is Kind.CHANGE))
        ended, time = "it has not ended", ""
        if ends:
            ended = f"{ends[-1].kind.value}: {ends[-1].data.get('sentence')}"
            time = took(ends[-1].at - own[0].at)
        mark = " (point of no return)" if any(entry.data.get("irreversible") for entry in own) else ""
        undo = "undo: " if key.startswith("undo: ") else ""
        title = titles[0] if titles else key
        yield f"{undo}{title}{mark}", where or "reads only", ended, f"{own[0].at:%H:%M:%S}", time


def _is_undo(entry: Entry) -> bool:
    return entry.kind is Kind.UNDO_BEGUN or bool(entry.data.get("undo"))


def _left(history: History, entries: Sequence[Entry]) -> Iterator[str]:
    """What is left: steps that are not done, notes, what was not planned, and the last hand-over."""
    left = [result for result in history.results.values() if result.outcome.value not in ("done", "undone")]
    yield from ("", "## What is left", "")
    found = [f"- {line(one.title)} is {one.outcome.value}: {line(one.sentence)}" for one in left]
    found += [f"- {line(entry.data.get('sentence'))}" for entry in entries if entry.kind is Kind.NOTE]
    found += [f"- {line(sentence)}" for sentence in _for_good(history)]
    opened = _open(history)
    found += [f"- {line(opened)}"] if opened else []
    yield from found or ["- nothing that this run knows of"]
    if history.ending and history.ending not in (Ending.DONE.value, Ending.UNDONE.value):
        note = str([entry for entry in entries if entry.kind is Kind.RUN_ENDED][-1].data.get("note", ""))
        if note:
            yield from ("", "The note that it left:", "")
            yield from quote(note)


def _for_good(history: History) -> Iterator[str]:
    """The points of no return that were passed, and what each means."""
    steps = {str(step.get("key")): step for record in history.plans for step in records(record.plan)}
    for key, step in steps.items():
        result = history.results.get(key)
        if step.get("irreversible") and result is not None and result.outcome is Outcome.DONE:
            yield f"{step.get('title')} cannot be undone. {step.get('undo_note')}".strip()


def _open(history: History) -> Json:
    """What its newest plan says that it does not do."""
    return history.plans[-1].plan.get("open") if history.plans else ""


def _timeline(entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("", "## Every entry", "")
    yield "Each stands in the journal with all that it holds: `quarterdeck journal show NUMBER`."
    yield ""
    rows = [(str(entry.number), f"{entry.at:%H:%M:%S}", entry.operator, describe(entry)) for entry in entries]
    yield from table(("entry", "UTC", "who", "what"), rows)


def _proof(journal: Journal, entries: Sequence[Entry]) -> Iterator[str]:
    last = entries[-1]
    try:
        sentence = journal.verify().sentence
    except JournalError as error:
        sentence = str(error)
    yield from ("", "## Proof", "")
    yield f"When this was written: {line(sentence)}"
    yield ""
    yield f"The last entry of this run is number {last.number}, with the hash"
    yield ""
    yield from fence([last.hash])
    yield ""
    yield "To see that the journal still holds what this report was made from:"
    yield ""
    yield from fence([f"quarterdeck journal verify --known {last.hash}"], "sh")
    yield ""
    yield (
        "Each hash is the SHA-256 of the entry's JSON object (keys sorted, no blanks, UTF-8, without "
        "`hash`), in which `previous` is the hash of the entry before; `quarterdeck journal export --json` "
        "gives them. Whoever can write the journal's files can cut its end off, or write all of it anew; "
        "neither can then show this hash, so keep this report elsewhere."
    )


def _refused(run: str, entries: Sequence[Entry]) -> str:
    lines = [f"# Run {run} did not begin", ""]
    for entry in entries:
        lines.append(f"- {entry.at:%Y-%m-%d %H:%M:%S} UTC, {line(str(entry.who))}: {line(describe(entry))}")
        lines += [f"  - {line(one)}" for one in texts(entry.data.get("evidence"))]
        if way_on := entry.data.get("way_on"):
            lines.append(f"  - way on: {line(way_on)}")
    return "\n".join(lines) + "\n"
