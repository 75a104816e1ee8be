"""What a benchmark returns: numbers of ours, each beside one of a peer measured in the same run."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    more_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours divided by theirs."""
        return None if not self.theirs else self.ours / self.theirs

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None: there is none."""
        if self.goal is None:
            return None
        return self.ours >= self.goal if self.more_is_better else self.ours <= self.goal


@dataclass(slots=True)
class Table:
    """All rows of one benchmark."""

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def __str__(self) -> str:
        heads = ("what", "ours", "unit", "peer", "theirs", "ratio", "goal", "")
        lines = [heads, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        right = {1, 4, 5, 6}
        text = [
            "  ".join(
                cell.rjust(width) if column in right else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, "", text[0], "-" * len(text[0]), *text[1:], *self.notes])


def _cells(row: Row) -> tuple[str, ...]:
    sign = {None: "", True: "reached", False: "NOT REACHED"}[row.reached]
    bound = "" if row.goal is None else f"{'>=' if row.more_is_better else '<='} {_number(row.goal)}"
    ratio = "" if row.ratio is None else f"{_number(row.ratio)} x"
    return row.what, _number(row.ours), row.unit, row.peer, _number(row.theirs), ratio, bound, sign


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
