"""The embedded journal: a SQLite file, entries chained by hash, each on disk before what it announces."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from runbooks.journal.chain import prove
from runbooks.journal.entries import (
    FIELDS,
    START,
    Draft,
    Entry,
    Kind,
    Row,
    Who,
    data_text,
    digest,
    entry_of,
    hidden,
    storable,
    time_text,
)
from runbooks.journal.kept import kept_in
from runbooks.journal.port import Filter, JournalError, Kept, Proof
from runbooks.journal.spool import CAP_BYTES, Spool
from runbooks.journal.store import BUSY_S, Store

_COLUMNS = (*FIELDS, "hash")
_INSERT = f"INSERT INTO entry ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"  # noqa: S608
_NOW = """
    SELECT head.number, head.hash, (SELECT max(number) FROM entry) AS last
    FROM (SELECT 1) LEFT JOIN head
"""
_PAGE = 500
_CHECKPOINTS = frozenset({Kind.RUN_ENDED, Kind.DISARMED})
"""After these the head's hash is noted in the file of checkpoints too."""


class SqliteJournal:
    """A `Journal` in one file. Several consoles may append at once: the chain stays one line."""

    def __init__(
        self,
        path: Path,
        who: Who,
        *,
        estate: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        read_only: bool = False,
        busy_s: float = BUSY_S,
        cap_bytes: int = CAP_BYTES,
        redact: Callable[[str], str] = storable,
    ) -> None:
        """Open it, and create it, private, when it is not there. Raises `JournalError`.

        `redact` hides known secrets in every text that is written, whoever drafted it.
        """
        self.store = Store(path, read_only=read_only, busy_s=busy_s)
        self._who, self._estate, self._now, self._redact = who, estate, now, redact
        self._spool = Spool(path.with_suffix(".outputs"), cap_bytes=cap_bytes)
        self._checkpoints = path.with_suffix(".checkpoints")

    @property
    def who(self) -> Who:
        return self._who

    @property
    def estate(self) -> str:
        return self._estate

    @property
    def place(self) -> str:
        return str(self.store.path)

    def append(self, draft: Draft) -> Entry:
        with self.store.write() as link:
            entry = self.append_in(link, draft)
        if draft.kind in _CHECKPOINTS:
            self._note_checkpoint(entry)
        return entry

    def append_in(self, link: sqlite3.Connection, draft: Draft) -> Entry:
        """Append within a transaction of `store.write()`: what belongs together is written together."""
        head = link.execute("SELECT number, hash FROM head").fetchone()
        number, previous = (head["number"], head["hash"]) if head else (0, START)
        row = self._row(draft, number + 1, previous)
        link.execute(_INSERT, row)
        if head:
            link.execute("UPDATE head SET number = :number, hash = :hash", row)
        else:
            link.execute("INSERT INTO head (one, number, hash) VALUES (1, :number, :hash)", row)
        return entry_of(row)

    def _row(self, draft: Draft, number: int, previous: str) -> Row:
        row: dict[str, object] = {
            "number": number,
            "at": time_text(self._now()),
            "kind": draft.kind.value,
            "operator": self._who.operator,
            "sudo_user": self._who.sudo_user,
            "bastion": self._who.bastion,
            "estate": self._estate,
            "about": draft.about,
            "data": data_text(hidden(draft.data, self._redact)),
            "previous": previous,
        }
        row |= {name: getattr(draft, name) for name in ("run", "system", "host", "step")}
        row |= {name: self._redact(getattr(draft, name)) for name in ("line", "stdin")}
        row = {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}
        row["hash"] = digest(row)
        return row

    def entries(self, wanted: Filter = Filter()) -> Iterator[Entry]:  # noqa: B008 - frozen and empty
        where, values = _conditions(wanted)
        if wanted.last:
            newest = f"SELECT * FROM entry WHERE {where} ORDER BY number DESC LIMIT :last"  # noqa: S608
            with self.store.read() as link:
                rows = link.execute(newest, {**values, "last": wanted.last}).fetchall()
            yield from map(entry_of, map(dict, reversed(rows)))
        else:
            yield from map(entry_of, self._rows(where, values))

    def _rows(
        self, where: str = "number > :after", values: Mapping[str, object] | None = None
    ) -> Iterator[Row]:
        """All matching rows, in pages: nobody's writing waits for a slow reader."""
        page = f"SELECT * FROM entry WHERE {where} ORDER BY number LIMIT {_PAGE}"  # noqa: S608
        bound = {"after": 0, **(values or {})}
        while True:
            with self.store.read() as link:
                rows = link.execute(page, bound).fetchall()
            yield from map(dict, rows)
            if len(rows) < _PAGE:
                return
            bound["after"] = rows[-1]["number"]

    def entry(self, number: int) -> Entry | None:
        with self.store.read() as link:
            row = link.execute("SELECT * FROM entry WHERE number = ?", (number,)).fetchone()
        return entry_of(dict(row)) if row else None

    def keep(self, run: str, name: str, text: str) -> Kept:
        return self._spool.keep(run, name, self._redact(text))

    def kept(self, kept: Kept) -> str:
        return self._spool.read(kept)

    def verify(self, known: Sequence[str] = ()) -> Proof:
        checkpoints = self._known_checkpoints()
        with self.store.read() as link:
            now = link.execute(_NOW).fetchone()
        upto = now["last"] or 0  # what other consoles append from here on is not looked at
        rows = self._rows("number > :after AND number <= :upto", {"upto": upto})
        head = (now["number"], now["hash"]) if now["number"] is not None else None
        proof = prove(rows, head, checkpoints, known)
        return self._prove_outputs(proof) if proof.holds else proof

    def _prove_outputs(self, proof: Proof) -> Proof:
        for entry in self.entries():
            for kept in kept_in(entry.data):
                try:
                    self._spool.read(kept)
                except JournalError as error:
                    sentence = f"the chain is whole, but a text kept for entry {entry.number} is not: {error}"
                    return Proof(sentence, entry.number, proof.entries, proof.head)
        return proof

    def _note_checkpoint(self, entry: Entry) -> None:
        """Best effort: the entry is in the journal already, and the head record names it."""
        line = f"{entry.number} {entry.hash} {time_text(entry.at)}\n"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(self._checkpoints, flags, 0o600), "w") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            return

    def _known_checkpoints(self) -> dict[int, str]:
        try:
            lines = self._checkpoints.read_text().splitlines()
        except OSError:
            return {}
        parts = [line.split() for line in lines]
        return {int(part[0]): part[1] for part in parts if len(part) == 3 and part[0].isdigit()}

    def close(self) -> None:
        self.store.close()


def _conditions(wanted: Filter) -> tuple[str, dict[str, object]]:
    parts, values = ["number > :after"], dict[str, object](after=wanted.after)
    for name in ("run", "system", "host", "operator"):
        if value := getattr(wanted, name):
            parts.append(f"{name} = :{name}")
            values[name] = value
    for name, sign in (("since", ">="), ("until", "<=")):
        if at := getattr(wanted, name):
            parts.append(f"at {sign} :{name}")
            values[name] = time_text(at)
    if wanted.kinds:
        names = {f"kind{index}": kind.value for index, kind in enumerate(wanted.kinds)}
        parts.append(f"kind IN ({', '.join(f':{name}' for name in names)})")
        values |= names
    return " AND ".join(parts), values
