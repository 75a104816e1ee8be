"""The practice estate as a child process: a sentence for whatever keeps it from starting, no file left."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tui.cli import practice_process
from tui.cli.practice_process import practice_estate
from tui.demo.control import PracticeFailed


def start_one(speed: float = 1.0, journal: str = "") -> Path:
    """Start one, put something in its folder, and break off in the middle when a journal was put there."""
    with practice_estate(seed=1, speed=speed) as practice:
        practice.wait_ready()
        assert practice.control.is_socket()
        if journal:
            (practice.folder / journal).write_text("what a console left")
            raise KeyError(practice.folder, practice._child)
        return practice.folder


def test_a_module_that_is_missing_is_named_with_what_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice_process, "NEEDS", ("no_such_module",))
    with pytest.raises(PracticeFailed, match=r"needs the module no_such_module, .*quarterdeck\[practice\]"):
        start_one()


def test_one_that_ends_at_once_says_why() -> None:
    with pytest.raises(PracticeFailed, match=r"did not start: .*--speed is a number"):
        start_one(speed=-1.0)


def test_a_program_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/no/such/python")
    with pytest.raises(PracticeFailed, match="cannot be started: No such file"):
        start_one()


def test_where_the_temporary_folder_has_a_long_name_the_socket_goes_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/" + "x" * 120)
    assert practice_process._free_folder().parent == Path("/tmp")


def test_an_exception_in_the_console_leaves_neither_process_nor_file() -> None:
    with pytest.raises(KeyError) as bug:
        start_one(journal="journal.sqlite")
    folder, child = bug.value.args
    assert child.poll() is not None
    assert not folder.exists()


def test_one_whose_starter_is_gone_already_ends_at_once() -> None:
    folder = practice_process._free_folder()
    command = [sys.executable, "-m", "practice", "--folder", str(folder), "--with-parent", "1"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0
    assert b"ready" in done.stdout
    assert not folder.exists()
