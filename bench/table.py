"""What a benchmark returns: numbers of ours, each beside one of a peer measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass, field

HEADS = ("what", "ours", "unit", "peer", "theirs", "ratio", "goal", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One claim. The ratio is ours / peer's, whatever the unit."""

    what: str
    ours: float
    unit: str
    peer: str = ""
    """Who was measured in the same run; empty: nobody does this."""
    theirs: float | None = None
    goal: float | None = None
    """The number that ours is built for."""
    goal_ratio: float | None = None
    """The same for the ratio: it holds on any machine."""
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours divided by theirs."""
        return None if not self.theirs else self.ours / self.theirs

    @property
    def reached(self) -> bool | None:
        """Whether each goal is reached; None: there is none."""
        pairs = [(self.ours, self.goal), (self.ratio, self.goal_ratio)]
        known = [(value, goal) for value, goal in pairs if value is not None and goal is not None]
        if not known:
            return None
        return all(value >= goal if self.more_is_better else value <= goal for value, goal in known)


@dataclass(slots=True)
class Table:
    """All rows of one benchmark."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def __str__(self) -> str:
        lines = [HEADS, *(cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
        right = {1, 4, 5, 6}
        text = [
            "  ".join(
                cell.rjust(width) if column in right else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, "", text[0], "-" * len(text[0]), *text[1:], *self.notes])


def cells(row: Row) -> tuple[str, ...]:
    """What stands under `HEADS` for one row."""
    sign = {None: "", True: "reached", False: "NOT REACHED"}[row.reached]
    compare = ">=" if row.more_is_better else "<="
    goals = [] if row.goal is None else [f"{compare} {_number(row.goal)}"]
    if row.goal_ratio is not None:
        goals.append(f"{compare} {_number(row.goal_ratio)} x")
    ratio = "" if row.ratio is None else f"{_number(row.ratio)} x"
    return (
        row.what,
        _number(row.ours),
        row.unit,
        row.peer,
        _number(row.theirs),
        ratio,
        " and ".join(goals),
        sign,
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
