"""What was done to members of a virtual address, as the journal tells it, and what takes it back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from runbooks.journal.entries import Data, Entry, Kind
from runbooks.vips.change import Wish
from runbooks.vips.look import Member

CHANGES = frozenset({Kind.CHANGE, Kind.EXEC})
TELLING = CHANGES | {Kind.VERIFIED}
"""The entries that `past_acts` goes by."""


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
    taken_back: frozenset[str]
    """Load balancers that were proven to be put back since."""

    @property
    def left(self) -> Mapping[str, Wish]:
        """What is still to be put back: a taking back ends with the first balancer on which it fails."""
        return {host: wish for host, wish in self.undo.items() if host not in self.taken_back}

    @property
    def is_undone(self) -> bool:
        """Nothing is left to be put back."""
        return not self.left

    @property
    def words(self) -> str:
        """In one line: "db2 drain on lb1, lb2"."""
        back = [host for host in self.undo if host in self.taken_back]
        where = f" on {', '.join(back)}" if self.left else ""
        since = f", taken back{where} since" if back else ""
        return f"{self.member} {self.wish} on {', '.join(self.undo)}{since}"


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
    proven: set[tuple[str, str]] = set()
    for entry in entries:
        act = entry.data.get("act")
        if not isinstance(act, str):
            continue
        if entry.kind is Kind.VERIFIED:
            proven.add((act, entry.host))
        elif entry.kind in CHANGES and isinstance(entry.data.get("undo"), Mapping):
            begun.setdefault(act, []).append(entry)
    taken_back: dict[str, set[str]] = {}
    for act, own in begun.items():
        if undoes := own[0].data.get("undoes"):
            back = {entry.host for entry in own if (act, entry.host) in proven}
            taken_back.setdefault(str(undoes), set()).update(back)
    found = [_past_act(act, own, frozenset(taken_back.get(act, ()))) for act, own in begun.items()]
    return sorted((one for one in found if one.undo), key=lambda one: one.at, reverse=True)


def newest_to_undo(acts: Iterable[PastAct]) -> PastAct | None:
    """The newest act of which something is still to be put back; None: there is none."""
    return next((one for one in acts if not (one.is_undo or one.is_undone)), None)


def _past_act(act: str, own: list[Entry], taken_back: frozenset[str]) -> PastAct:
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
        taken_back=taken_back,
    )
