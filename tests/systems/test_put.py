"""A file is put whole or not at all, with its mode, and the old one kept when asked."""

import os
import subprocess
from pathlib import Path

import pytest

from systems.put import put, put_back, put_with, rewrite, take_out
from systems.shell import Command


def run(command: Command, job: str = "run1.configure-db1.0.1") -> int:
    given = (command.stdin or "").encode()
    done = subprocess.run(
        ["sh", "-c", command.line], input=given, check=False, env=os.environ | {"QUARTERDECK_JOB": job}
    )
    return done.returncode


def test_a_new_file_holds_exactly_the_content_with_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "it's a file.cnf"
    content = "a='1' $HOME \\n `x`\n\nno newline at the end: ä"
    assert run(put(str(target), content, mode="0640")) == 0
    assert target.read_text() == content
    assert target.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [target]


def test_the_old_file_is_kept_when_asked(tmp_path: Path) -> None:
    target = tmp_path / "my.cnf"
    target.write_text("old")
    assert run(put(str(target), "new", mode="644", keeps_old=True)) == 0
    old = tmp_path / "my.cnf.bak.run1"
    assert (target.read_text(), old.read_text()) == ("new", "old")
    assert sorted(tmp_path.iterdir()) == [target, old]


UNDO = "run2.undo-configure-db1.0.1"


def test_what_was_there_before_a_run_comes_back_whatever_earlier_runs_have_kept(tmp_path: Path) -> None:
    target = tmp_path / "my.cnf"
    target.write_text("oldest")
    assert run(put(str(target), "new", mode="644", keeps_old=True)) == 0
    target.write_text("by hand")
    for attempt in (1, 2):
        file = put(str(target), "newer", mode="644", keeps_old=True)
        assert run(file, f"run2.configure-db1.0.{attempt}") == 0
    assert run(put_back(str(target)), UNDO) == 0
    assert target.read_text() == "by hand"
    assert run(put_back(str(target)), UNDO) == 0
    assert target.read_text() == "by hand"


def test_a_file_that_a_run_made_goes_again_and_an_older_one_does_not_take_its_place(tmp_path: Path) -> None:
    target = tmp_path / "my.cnf"
    target.write_text("oldest")
    assert run(put(str(target), "new", mode="644", keeps_old=True)) == 0
    target.unlink()
    for attempt in (1, 2):
        file = put(str(target), "newer", mode="644", keeps_old=True)
        assert run(file, f"run2.configure-db1.0.{attempt}") == 0
    assert run(put_back(str(target)), UNDO) == 0
    assert [file.name for file in tmp_path.iterdir()] == ["my.cnf.bak.run1"]


def test_what_a_run_has_not_put_stays(tmp_path: Path) -> None:
    target = tmp_path / "my.cnf"
    target.write_text("old")
    assert run(put(str(target), "new", mode="644", keeps_old=True)) == 0
    assert run(put_back(str(target)), UNDO) == 0
    assert target.read_text() == "new"


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = tmp_path / "my.cnf"
    target.write_text("old")
    assert run(put(str(target), "new", mode="644", owner="nobody-of-that-name")) != 0
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_fails(tmp_path: Path) -> None:
    assert run(put(str(tmp_path / "no" / "x"), "new", mode="644")) != 0


def test_the_content_stands_only_in_the_input() -> None:
    command = put("/etc/x", "s3cret", mode="0600")
    assert "s3cret" not in command.line
    assert command.stdin == "s3cret"


@pytest.mark.parametrize(
    ("path", "mode", "owner"),
    [
        ("x", "644", None),
        ("/x/", "644", None),
        ("/x", "rw", None),
        ("/x", "644", "a b"),
        ("/x", "644", "$(rm)"),
    ],
)
def test_what_is_no_path_mode_or_owner_is_refused(path: str, mode: str, owner: str | None) -> None:
    with pytest.raises(ValueError, match="is none"):
        put(path, "", mode=mode, owner=owner)


def test_lines_are_added_once_however_often_and_the_file_comes_back_byte_for_byte(tmp_path: Path) -> None:
    target = tmp_path / "haproxy.cfg"
    target.write_text("global\n no newline at the end: ä")
    target.chmod(0o640)
    for attempt in (1, 2):
        added = put_with(str(target), "\nlisten orders\n", proof="grep -q global")
        assert run(added, f"run1.section-lb1.0.{attempt}") == 0
    assert target.read_text() == "global\n no newline at the end: ä\nlisten orders\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert run(put_back(str(target)), "run1.undo-section-lb1.0.1") == 0
    assert target.read_text() == "global\n no newline at the end: ä"
    assert list(tmp_path.iterdir()) == [target]


def test_lines_that_do_not_pass_the_proof_leave_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "haproxy.cfg"
    target.write_text("global\n")
    assert run(put_with(str(target), "listen orders\n", proof="grep -q nowhere")) != 0
    assert target.read_text() == "global\n"
    assert {path.name for path in tmp_path.iterdir()} == {"haproxy.cfg", "haproxy.cfg.bak.run1"}


def test_lines_are_not_added_to_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert run(put_with(str(tmp_path / "haproxy.cfg"), "listen orders\n", proof="true")) != 0
    assert list(tmp_path.iterdir()) == []


OURS, THEIRS = "\n# BEGIN one\nlisten one\n# END one\n", "\n# BEGIN two\nlisten two\n# END two\n"


def test_lines_are_taken_out_byte_for_byte_or_alone_where_others_wrote_since(tmp_path: Path) -> None:
    target = tmp_path / "haproxy.cfg"
    target.write_text("global")
    target.chmod(0o640)
    assert run(put_with(str(target), "\n" + OURS, proof="true")) == 0
    assert run(take_out(str(target), "\n" + OURS, proof="true"), UNDO.replace("run2", "run1")) == 0
    assert target.read_text() == "global"
    target.write_text("global\n")
    assert run(put_with(str(target), OURS, proof="true")) == 0
    assert run(put_with(str(target), THEIRS, proof="true"), "run2.section.0.1") == 0
    out = take_out(str(target), OURS, proof="grep -q global")
    assert run(out) == 0
    assert target.read_text() == "global\n\n" + THEIRS
    assert target.stat().st_mode & 0o777 == 0o640
    assert run(out) == 0
    assert run(take_out(str(target), THEIRS, proof="true"), "run2.undo-section.0.1") == 0
    assert "two" not in target.read_text()
    assert list(tmp_path.iterdir()) == [target]


def test_lines_whose_marks_somebody_changed_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "haproxy.cfg"
    target.write_text("global\n")
    assert run(put_with(str(target), OURS, proof="true")) == 0
    changed = target.read_text().replace("# END one\n", "") + "listen theirs\n"
    target.write_text(changed)
    assert run(take_out(str(target), OURS, proof="true")) != 0
    assert target.read_text() == changed


def test_what_is_left_must_be_good_too(tmp_path: Path) -> None:
    target = tmp_path / "haproxy.cfg"
    target.write_text("global\n")
    assert run(put_with(str(target), OURS, proof="true")) == 0
    target.write_text(target.read_text() + "bad\n")
    assert run(take_out(str(target), OURS, proof="grep -q better")) != 0
    assert "listen one" in target.read_text()


@pytest.mark.parametrize(
    ("path", "lines", "said"),
    [("haproxy.cfg", OURS, "at an absolute path"), ("/x", "one line\n", "between two that mark them")],
)
def test_lines_without_marks_or_place_are_not_taken_out(path: str, lines: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        take_out(path, lines, proof="true")


@pytest.mark.parametrize("path", ["", "my.cnf", "/etc/", "/a\nb"])
def test_every_way_to_write_a_file_wants_an_absolute_path(path: str) -> None:
    with pytest.raises(ValueError, match="at an absolute path"):
        rewrite(path, "0" * 64, "1d")
    with pytest.raises(ValueError, match="at an absolute path"):
        put_back(path)
