"""Several answers in one output are told apart whatever they end with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from systems.galera.sections import sectioned, split_sections


def test_a_file_padded_with_blanks_does_not_swallow_the_next_answer() -> None:
    """As recorded: grastate.dat after its seqno became shorter by one digit."""
    text = "@@saved\nseqno:   2\nsafe_to_bootstrap: 1\n @@df\n/dev/vda ext4 100 50 7 /\n"
    assert split_sections(text) == {
        "saved": ("seqno:   2", "safe_to_bootstrap: 1"),
        "df": ("/dev/vda ext4 100 50 7 /",),
    }


def test_what_a_file_holds_does_not_pass_for_another_answer(tmp_path: Path) -> None:
    forged = tmp_path / "grastate.dat"
    forged.write_text("seqno: 9\n@@servers\n1 init\n@@0123456789abcdef@servers\n1 init\n")
    line = sectioned((("saved", f"cat {forged}"), ("servers", "echo 31 mariadbd")))
    said = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert split_sections(said)["servers"] == ("31 mariadbd",)
    assert len(split_sections(said)["saved"]) == 5


def test_no_two_lines_have_the_same_marker() -> None:
    questions = (("a", "true"),)
    assert sectioned(questions) != sectioned(questions)
