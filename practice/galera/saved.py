"""What a Galera node keeps in its data directory: grastate.dat, gvwstate.dat."""

from __future__ import annotations

import re
from dataclasses import dataclass

from practice.galera.history import ZERO


@dataclass(frozen=True, slots=True)
class SavedState:
    """grastate.dat."""

    uuid: str = ZERO
    seqno: int = -1
    is_safe: bool = False

    @property
    def text(self) -> str:
        """As Galera writes it: padded, so that a longer text of before leaves nothing behind."""
        return (
            f"# GALERA saved state\nversion: 2.1\nuuid:    {self.uuid}\nseqno:   {self.seqno}\n"
            f"safe_to_bootstrap: {int(self.is_safe)}\n"
        )


def parse_saved(text: str) -> SavedState:
    """Read grastate.dat; what is not there counts as undefined."""
    found = dict(re.findall(r"^(\w+):\s*(\S+)", text, re.MULTILINE))
    seqno = found.get("seqno", "-1")
    return SavedState(
        uuid=found.get("uuid", ZERO),
        seqno=int(seqno) if re.fullmatch(r"-?\d{1,18}", seqno) else -1,
        is_safe=found.get("safe_to_bootstrap", "0") == "1",
    )


@dataclass(frozen=True, slots=True)
class SavedView:
    """gvwstate.dat: the last Primary view, which pc.recovery waits for."""

    my_uuid: str
    members: tuple[str, ...]
    number: int = 1

    @property
    def text(self) -> str:
        first = min(self.members, default=self.my_uuid)
        rows = "".join(f"member: {member} 0\n" for member in self.members)
        return (
            f"my_uuid: {self.my_uuid}\n#vwbeg\nview_id: 3 {first} {self.number}\nbootstrap: 0\n{rows}#vwend\n"
        )


def parse_view(text: str) -> SavedView | None:
    """Read gvwstate.dat; None: there is none that can be used."""
    mine = re.search(r"^my_uuid:\s*(\S+)", text, re.MULTILINE)
    members = tuple(re.findall(r"^member:\s*(\S+)", text, re.MULTILINE))
    number = re.search(r"^view_id:\s*\d+\s+\S+\s+(\d{1,18})\b", text, re.MULTILINE)
    if not mine or not members or "#vwend" not in text:
        return None
    return SavedView(mine.group(1), members, int(number.group(1)) if number else 1)
