"""What goes over the line to the terminal, measured from outside."""

from bench.widgets import bytes_for_a_cell, program


def test_a_changed_cell_costs_at_most_150_bytes() -> None:
    assert 0 < bytes_for_a_cell("live") <= 150


def test_the_last_column_is_painted_right_by_a_tight_update() -> None:
    with program("tables", "live", "1", "0") as session:
        session.wait_for("db5")
        session.settle()
        before = session.screen().lines
        session.send(b"c")
        session.settle(0.15)
        after = session.screen().lines
    changed = [(old.rstrip(), new.rstrip()) for old, new in zip(before, after, strict=True) if old != new]
    assert [(old[-3:], new[-3:]) for old, new in changed] == [("0 s", "1 s")]
    assert [old[:-3] == new[:-3] for old, new in changed] == [True]
