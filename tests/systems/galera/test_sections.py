"""Several answers in one output are told apart whatever they end with."""

from __future__ import annotations

from systems.galera.sections import split_sections


def test_a_file_padded_with_blanks_does_not_swallow_the_next_answer() -> None:
    """As recorded: grastate.dat after its seqno became shorter by one digit."""
    text = "@@saved\nseqno:   2\nsafe_to_bootstrap: 1\n @@df\n/dev/vda ext4 100 50 7 /\n"
    assert split_sections(text) == {
        "saved": ("seqno:   2", "safe_to_bootstrap: 1"),
        "df": ("/dev/vda ext4 100 50 7 /",),
    }
