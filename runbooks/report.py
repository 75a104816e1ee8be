"""The report of one run in Markdown, for a colleague who was not there: who, why, seen, done, proven.

Everything in it comes from the journal. Text from hosts is fenced and made visible, never interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from runbooks.engine.history import History, fold
from runbooks.journal.entries import Entry, Json, Kind
from runbooks.journal.port import Filter, Journal, JournalError
from runbooks.journal.words import describe
from systems.text import visible

_STEP_KINDS = frozenset(
    {
        Kind.STEP_BEGUN,
        Kind.UNDO_BEGUN,
        Kind.CHANGE,
        Kind.OUTCOME,
        Kind.VERIFIED,
        Kind.UNVERIFIED,
        Kind.FAILED,
        Kind.BLOCKED,
        Kind.UNKNOWN,
        Kind.SKIPPED,
        Kind.UNDONE,
    }
)
_TAIL_LINES = 20


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
        *_decision(entries),
        *_steps(entries),
        *_findings(history, entries),
        *_timeline(entries),
        *_proof(journal, entries),
    ]
    return "\n".join(lines) + "\n"


def _heading(history: History, entries: Sequence[Entry]) -> Iterator[str]:
    people = sorted({str(entry.who) for entry in entries})
    ended = f"{history.ended_at:%Y-%m-%d %H:%M:%S} UTC" if history.ended_at else "it has not ended"
    yield f"# {_line(history.opening.get('title'))} on {_line(history.target)}"
    yield ""
    yield f"**{_line(history.ending or 'not ended')}**: {_line(history.sentence or 'the run was not ended')}"
    yield ""
    yield from _table(
        ("run", history.run),
        ("runbook", history.runbook),
        ("estate", entries[0].estate),
        ("who", ", ".join(people)),
        ("why", str(history.opening.get("reason", ""))),
        ("begun", f"{history.begun_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("ended", ended),
        ("inputs", ", ".join(f"{name}={value}" for name, value in history.values.items()) or "none"),
        ("secret inputs", ", ".join(history.secrets) or "none"),
    )


def _table(*rows: tuple[str, str]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for name, value in rows:
        yield f"| {name} | {_line(value)} |"


def _decision(entries: Sequence[Entry]) -> Iterator[str]:
    """Every survey and every plan, in order: what was seen, and what followed from it."""
    yield from ("", "## What was seen and decided")
    for entry in entries:
        if entry.kind is Kind.SURVEY:
            yield from ("", f"Survey of {entry.at:%H:%M:%S}: {_line(entry.data.get('sentence'))}", "")
            yield from _fence(_texts(entry.data.get("nodes")))
        elif entry.kind is Kind.PLAN:
            yield from _plan(entry)
        elif entry.kind is Kind.REFUSED:
            yield from ("", f"Refused: {_line(entry.data.get('sentence'))}")
            yield from (f"- {_line(line)}" for line in _texts(entry.data.get("evidence")))


def _plan(entry: Entry) -> Iterator[str]:
    plan = entry.data.get("plan")
    if not isinstance(plan, Mapping):
        return
    yield from ("", f"Plan of {entry.at:%H:%M:%S}: **{_line(plan.get('sentence'))}**", "")
    if evidence := _texts(plan.get("evidence")):
        yield from (*(f"- {_line(line)}" for line in evidence), "")
    steps = plan.get("steps")
    for number, step in enumerate(steps if isinstance(steps, list) else [], 1):
        if isinstance(step, Mapping):
            mark = " (point of no return)" if step.get("irreversible") else ""
            yield f"{number}. {_line(step.get('title'))}{mark}: {_line(step.get('why'))}"
    if plan.get("open"):
        yield from ("", f"Open: {_line(plan.get('open'))}")


def _steps(entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("", "## What was done")
    markers = {entry.number for entry in entries if entry.data.get("marker")}
    for entry in entries:
        if entry.kind not in _STEP_KINDS or markers & {entry.number, entry.about}:
            continue
        match entry.kind:
            case Kind.STEP_BEGUN | Kind.UNDO_BEGUN:
                yield from _begun(entry)
            case Kind.CHANGE:
                user = "root" if entry.data.get("as_root") else "the login user"
                yield from ("", f"{entry.at:%H:%M:%S} on {_line(entry.host)}, as {user}:", "")
                given = [f"< {line}" for line in entry.stdin.splitlines()]
                yield from _fence([entry.line, *given], "sh")
            case Kind.OUTCOME:
                yield from _outcome(entry)
            case _:
                sentence = _line(entry.data.get("sentence") or entry.data.get("reason"))
                yield from ("", f"**{entry.kind.value}** at {entry.at:%H:%M:%S}: {sentence}")


def _begun(entry: Entry) -> Iterator[str]:
    undo = "undo: " if entry.kind is Kind.UNDO_BEGUN else ""
    attempt = entry.data.get("attempt")
    again = f", attempt {attempt}" if attempt != 1 else ""
    yield from ("", f"### {undo}{_line(entry.data.get('title'))}{again}", "")
    if entry.data.get("why"):
        yield f"Why: {_line(entry.data.get('why'))}"
    if entry.data.get("expects"):
        yield f"Expected: {_line(entry.data.get('expects'))}"
    if entry.data.get("typed"):
        yield f"Point of no return, confirmed by typing `{_line(entry.data.get('typed'))}`."
    evidence = _texts(entry.data.get("evidence"))
    if evidence:
        yield ""
        yield from (f"- {_line(line)}" for line in evidence)


def _outcome(entry: Entry) -> Iterator[str]:
    data = entry.data
    how = " (read from the host afterwards)" if data.get("read") else ""
    took = f" after {data['took_s']} s" if "took_s" in data else ""
    yield from ("", f"{entry.at:%H:%M:%S} {_line(data.get('sentence'))}{took}{how}")
    for name in ("stdout", "stderr"):
        lines = str(data.get(name, "")).splitlines()
        if lines:
            cut = len(lines) > _TAIL_LINES or f"{name}_kept" in data
            yield from (
                "",
                f"{name}{', its end' if cut else ''} (SHA-256 {data.get(f'{name}_sha256', '?')}):",
                "",
            )
            yield from _fence(lines[-_TAIL_LINES:])


def _findings(history: History, entries: Sequence[Entry]) -> Iterator[str]:
    """What is left: steps that are not done, notes, and the hand-over."""
    left = [result for result in history.results.values() if result.outcome.value not in ("done", "undone")]
    notes = [entry for entry in entries if entry.kind is Kind.NOTE]
    yield from ("", "## What is left", "")
    yield from (
        f"- {_line(result.title)} is {result.outcome.value}: {_line(result.sentence)}" for result in left
    )
    yield from (f"- {_line(entry.data.get('sentence'))}" for entry in notes)
    if not left and not notes:
        yield "- nothing that this run knows of"
    for entry in entries:
        if entry.kind is Kind.RUN_ENDED and entry.data.get("note"):
            yield from ("", "The note that it left:", "")
            yield from (f"> {visible(line)}" for line in str(entry.data["note"]).splitlines())


def _timeline(entries: Sequence[Entry]) -> Iterator[str]:
    yield from ("", "## Every entry", "", "| entry | UTC | who | what |", "|---|---|---|---|")
    for entry in entries:
        yield f"| {entry.number} | {entry.at:%H:%M:%S} | {_line(entry.operator)} | {_line(describe(entry))} |"


def _proof(journal: Journal, entries: Sequence[Entry]) -> Iterator[str]:
    last = entries[-1]
    try:
        sentence = journal.verify().sentence
    except JournalError as error:
        sentence = str(error)
    yield from ("", "## Proof", "")
    yield f"When this was written: {_line(sentence)}"
    yield ""
    yield f"The last entry of this run is number {last.number}, with the hash"
    yield ""
    yield from _fence([last.hash])
    yield ""
    yield "To see that the journal still holds what this report was made from:"
    yield ""
    yield from _fence([f"quarterdeck journal verify --known {last.hash}"], "sh")
    yield ""
    yield (
        "Each hash is the SHA-256 of the entry's JSON object (keys sorted, no blanks, UTF-8, without "
        "`hash`), in which `previous` is the hash of the entry before; `quarterdeck journal export --json` "
        "gives them."
    )


def _refused(run: str, entries: Sequence[Entry]) -> str:
    lines = [f"# Run {run} did not begin", ""]
    for entry in entries:
        lines.append(f"- {entry.at:%Y-%m-%d %H:%M:%S} UTC, {_line(str(entry.who))}: {_line(describe(entry))}")
        lines += [f"  - {_line(line)}" for line in _texts(entry.data.get("evidence"))]
    return "\n".join(lines) + "\n"


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _line(value: Json) -> str:
    """Text in the middle of Markdown: one line, with nothing in it that Markdown or HTML would obey."""
    text = visible(" ".join(str("" if value is None else value).split()))
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text)


def _fence(lines: Sequence[str], language: str = "text") -> Iterator[str]:
    """Text as it is: the fence is longer than any run of backticks in it."""
    shown = [visible(line) for line in lines]
    longest = max((len(found) for line in shown for found in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}{language}"
    yield from shown
    yield fence
