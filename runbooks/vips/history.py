"""What was done to members of a virtual address, as the journal tells it, and what takes it back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from runbooks.journal.entries import Data, Entry, Kind
from runbooks.vips.change import Wish
from runbooks.vips.look import Member

CHANGES = frozenset({Kind.CHANGE, Kind.EXEC})


@dataclass(frozen=True, slots=True)
class PastAct:
    """One act on a member, on one or several load balancers (`at`: aware, UTC)."""

    act: str
    at: datetime
    who: str
    backend: str
    member: str
    wish: str
    undo: Mapping[str, Wish]
    """Load balancer -> what puts back how it was there; only those that were told anything."""
    is_undo: bool
    is_undone: bool

    @property
    def words(self) -> str:
        """In one line: "db2 drain on lb1 and lb2"."""
        taken_back = ", taken back since" if self.is_undone else ""
        return f"{self.member} {self.wish} on {', '.join(self.undo)}{taken_back}"


def act_data(act: str, wish: Wish, targets: Iterable[Member], *, undoes: str = "") -> Data:
    """What stands with each entry of an act, so that it can be taken back."""
    told = list(targets)
    server = told[0].server
    data: dict[str, str | dict[str, str]] = {
        "act": act,
        "backend": server.backend,
        "member": server.name,
        "wish": str(wish),
        "was": {one.balancer: f"{one.server.status}, weight {one.server.weight}" for one in told},
        "undo": {one.balancer: str(wish.undo(one.server)) for one in told},
    }
    return {**data, "undoes": undoes} if undoes else data


def past_acts(entries: Iterable[Entry]) -> list[PastAct]:
    """The acts among these entries, newest first; entries that are no such acts are passed by."""
    begun: dict[str, list[Entry]] = {}
    for entry in entries:
        act = entry.data.get("act")
        if entry.kind in CHANGES and isinstance(act, str) and isinstance(entry.data.get("undo"), Mapping):
            begun.setdefault(act, []).append(entry)
    undone = {str(own[0].data["undoes"]) for own in begun.values() if own[0].data.get("undoes")}
    found = [_past_act(act, own, is_undone=act in undone) for act, own in begun.items()]
    return sorted((one for one in found if one.undo), key=lambda one: one.at, reverse=True)


def _past_act(act: str, own: list[Entry], *, is_undone: bool) -> PastAct:
    first = own[0]
    undo: dict[str, Wish] = {}
    for entry in own:
        told = entry.data["undo"]
        text = told.get(entry.host) if isinstance(told, Mapping) else None
        try:
            undo[entry.host] = Wish.of(str(text))
        except ValueError:
            continue
    return PastAct(
        act,
        first.at,
        str(first.who),
        str(first.data.get("backend", "")),
        str(first.data.get("member", "")),
        str(first.data.get("wish", "")),
        undo,
        is_undo=bool(first.data.get("undoes")),
        is_undone=is_undone,
    )
