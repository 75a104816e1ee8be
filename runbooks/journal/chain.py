"""Proves that a journal is what was written: every hash recomputed, every number in its place.

What the chain can show: an entry that was changed, taken out, put in or moved. A tail that was cut off
shows by the head record, which is written in the same transaction, and by the file of checkpoints. Whoever
can write all three files can also make up a whole new chain; that shows only against a hash that was noted
elsewhere: every exported report carries one, and `known` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from runbooks.journal.entries import START, Entry, Row, digest, entry_of
from runbooks.journal.port import Proof
from runbooks.journal.words import claim


def prove(
    rows: Iterable[Row],
    head: tuple[int, str] | None,
    checkpoints: Mapping[int, str],
    known: Sequence[str] = (),
) -> Proof:
    """Walk the whole chain and stop at the first entry that is not what was written."""
    number, last_hash = 0, START
    missing = set(known)
    for row in rows:
        if (bad := _wrong_with(row, number, last_hash, checkpoints)) is not None:
            return bad
        number, last_hash = int(str(row["number"])), str(row["hash"])
        missing.discard(last_hash)
    if (bad := _wrong_with_end(number, last_hash, head, checkpoints)) is not None:
        return bad
    if missing:
        sentence = (
            f"the chain of {number} entries is whole, yet the noted hash {min(missing)} is not in it: "
            "this is not the journal that the hash was taken from, or it was written anew from the start"
        )
        return Proof(sentence, bad=1, entries=number, head=last_hash)
    return Proof(f"{number} entries, the chain is whole; head {last_hash}", entries=number, head=last_hash)


def _wrong_with(row: Row, number: int, last_hash: str, checkpoints: Mapping[int, str]) -> Proof | None:
    found = int(str(row["number"]))
    if found != number + 1:
        sentence = f"entry {number + 1} is missing: after entry {number} comes {_name(row)}"
        return Proof(sentence, bad=number + 1, entries=number, head=last_hash)
    try:
        computed = digest(row)
    except (TypeError, ValueError):
        computed = ""
    if computed != row["hash"]:
        sentence = f"{_name(row)} is not what was written: its hash does not match its content"
        return Proof(sentence, bad=found, entries=number, head=last_hash)
    if row["previous"] != last_hash:
        sentence = f"{_name(row)} does not follow entry {number}: one of the two was changed or put in"
        return Proof(sentence, bad=max(number, 1), entries=number, head=last_hash)
    if checkpoints.get(found, computed) != computed:
        sentence = f"{_name(row)} differs from the checkpoint that was noted for it"
        return Proof(sentence, bad=found, entries=number, head=last_hash)
    return None


def _wrong_with_end(
    number: int, last_hash: str, head: tuple[int, str] | None, checkpoints: Mapping[int, str]
) -> Proof | None:
    def bad(which: int, sentence: str) -> Proof:
        return Proof(sentence, bad=which, entries=number, head=last_hash)

    if head is None:
        if number:
            return bad(
                number,
                f"the head record is gone; the last of the {number} entries may not be the last written",
            )
    elif head[0] > number:
        return bad(
            number + 1, f"entry {number + 1} to {head[0]} are missing: the journal was cut off at its end"
        )
    elif head != (number, last_hash):
        return bad(
            number, f"entry {number} is not the one that the head record names: it was changed or added"
        )
    noted = max(checkpoints, default=0)
    if noted > number:
        return bad(number + 1, f"entry {number + 1} to {noted} are missing: a checkpoint names entry {noted}")
    return None


def _name(row: Row) -> str:
    entry: Entry = entry_of(row)
    return f"entry {entry.number} of {entry.at:%Y-%m-%d %H:%M:%S} UTC ({claim(entry)})"
