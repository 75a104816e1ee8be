"""The permit that hands ask: refuses, or writes the entry before the act; then writes what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from runbooks.clock import Clock
from runbooks.journal.entries import Data, Draft, Json, Kind
from runbooks.journal.kept import kept_data
from runbooks.journal.port import Journal, JournalError, JournalUnwritable, OutcomeUnwritten
from systems.errors import Refused, Unreachable
from systems.shell import Command, Output

INLINE_CHARS = 4096
"""Of each output stream the end stands in the entry itself; a longer one is kept whole beside the journal."""


class RunPermit:
    """A `systems.shell.Permit`, made by `Arming` alone. Safe to use from any thread; both calls block."""

    def __init__(
        self,
        journal: Journal,
        require: Callable[[], None],
        hide: Callable[[str], str],
        words: Draft,
        clock: Clock,
    ) -> None:
        self._journal, self._require, self._hide, self._words = journal, require, hide, words
        self._clock = clock
        self._begun: dict[int, tuple[str, str, float]] = {}
        self.entries: dict[str, int] = {}
        """Number of the newest entry of each job."""

    def before(self, host: str, command: Command, job: str) -> int:
        """Write the entry to disk, or raise: `NotArmed`, `LeaseLost` or `JournalUnwritable`."""
        self._require()
        draft = replace(
            self._words,
            host=host,
            line=self._hide(command.line),
            stdin=self._hide(command.stdin or ""),
            data={**self._words.data, "job": job, "as_root": command.as_root},
        )
        entry = self._journal.append(draft)
        self._begun[entry.number] = (host, job, self._clock.steady_s())
        self.entries[job] = entry.number
        return entry.number

    def after(self, entry: int, result: Output | Exception) -> None:
        """Write the outcome; raises `OutcomeUnwritten`, after which nothing more should be changed."""
        host, job, begun_s = self._begun.get(entry, ("", "", self._clock.steady_s()))
        taken: Data = {"job": job, "took_s": round(self._clock.steady_s() - begun_s, 3)}
        write_outcome(
            self._journal, self._hide, replace(self._words, host=host, about=entry, data=taken), result
        )


def write_outcome(
    journal: Journal, hide: Callable[[str], str], words: Draft, result: Output | Exception
) -> None:
    """Append what came of the change that `words.about` names; raises `OutcomeUnwritten`."""
    try:
        if isinstance(result, Output):
            told = _told_by_output(journal, hide, words, result)
        else:
            told = _told_by_error(hide, result)
        journal.append(replace(words, kind=Kind.OUTCOME, line="", stdin="", data={**words.data, **told}))
    except JournalError as error:
        message = f"the change of entry {words.about} was made, but its outcome could not be written: {error}"
        raise OutcomeUnwritten(message) from error


def _told_by_error(hide: Callable[[str], str], error: Exception) -> Data:
    is_known = isinstance(error, Unreachable | Refused)
    return {"error": type(error).__name__, "sentence": hide(str(error)), "known": is_known}


def _told_by_output(journal: Journal, hide: Callable[[str], str], words: Draft, output: Output) -> Data:
    told: dict[str, Json] = {
        "status": output.status,
        "sentence": f"ended {output.status}",
        "known": True,
        "ended_at": output.at.isoformat(),
    }
    for name, raw in (("stdout", output.stdout), ("stderr", output.stderr)):
        text = hide(raw)
        told[name] = text[-INLINE_CHARS:]
        told[f"{name}_sha256"] = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
        if len(text) > INLINE_CHARS:
            told[f"{name}_kept"] = _kept(journal, words, name, text)
    return told


def _kept(journal: Journal, words: Draft, name: str, text: str) -> Json:
    """Keep a long output; without room for it the outcome itself is still written, and says so."""
    try:
        return kept_data(journal.keep(words.run, f"{words.about}.{name}", text))
    except JournalUnwritable as error:
        return str(error)
