"""A file is put whole or not at all, with its mode, and the old one kept when asked."""

import subprocess
from pathlib import Path

import pytest

from systems.put import put
from systems.shell import Command


def run(command: Command) -> int:
    done = subprocess.run(["sh", "-c", command.line], input=(command.stdin or "").encode(), check=False)
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
    (old,) = tmp_path.glob("my.cnf.bak.*")
    assert (target.read_text(), old.read_text()) == ("new", "old")


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
