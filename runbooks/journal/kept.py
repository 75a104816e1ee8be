"""How an entry's data names a text that is kept beside the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runbooks.journal.entries import Data
from runbooks.journal.port import Kept


def kept_in(data: object) -> Iterator[Kept]:
    """All kept texts that an entry's data names, however deep."""
    if isinstance(data, Mapping):
        if {"file", "sha256", "size_bytes", "is_cut"} <= data.keys():
            yield kept_of(data)
        else:
            for value in data.values():
                yield from kept_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from kept_in(value)


def kept_of(data: Mapping[str, object]) -> Kept:
    """Read what `kept_data` wrote."""
    return Kept(str(data["file"]), str(data["sha256"]), int(str(data["size_bytes"])), bool(data["is_cut"]))


def kept_data(kept: Kept) -> Data:
    """How an entry's data names a kept text."""
    return {
        "file": kept.name,
        "sha256": kept.sha256,
        "size_bytes": kept.size_bytes,
        "is_cut": kept.is_cut,
    }
