"""The practice estate as a process: it is ready soon, private, healthy, and leaves nothing behind."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.practice.running import Running


def test_the_console_finds_three_healthy_nodes(estate: Running) -> None:
    assert estate.said == f"practice estate ready: {estate.folder}/estate.toml\n"
    told = estate.console("triage", "--json")
    assert told.returncode == 0, told.stderr
    systems = json.loads(told.stdout)
    assert "3 of 3 Synced" in told.stdout, systems


def test_only_its_owner_can_look_into_the_folder(estate: Running) -> None:
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (estate.folder, *estate.folder.iterdir())
    }
    assert modes.pop("practice") == 0o700
    assert set(modes.values()) == {0o600}


def test_no_file_is_left_behind(tmp_path: Path) -> None:
    running = Running(tmp_path)
    assert running.folder.is_dir()
    assert running.end() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice" / "mine").write_text("precious")
    running = Running(tmp_path)
    assert running.said == ""
    assert running.end() == 2
    assert (tmp_path / "practice" / "mine").read_text() == "precious"


def test_the_control_socket_answers_nonsense_with_a_sentence(estate: Running) -> None:
    assert estate.raw(b"not json") == {"ok": False, "error": "the order is not JSON"}
    assert "an order says what to do" in estate.raw(b'{"do": "dance"}')["error"]
    assert "there is no fault 'flood'" in estate.raw(b'{"do": "break", "fault": "flood"}')["error"]
    assert "a number from 0" in estate.raw(b'{"do": "advance", "seconds": -1}')["error"]
    assert estate.cluster()["is_healthy"]


def test_the_same_seed_gives_the_same_estate(tmp_path: Path) -> None:
    told = []
    for name in ("one", "other"):
        running = Running(tmp_path / name, "--seed", "7")
        told.append(sorted(running.console("exec", "db[1-3]", "--", "cat /etc/machine-id").stdout.split()))
        running.end()
    assert told[0] == told[1]
    assert len(told[0]) == 6


def test_commits_go_on_and_none_is_lost(estate: Running) -> None:
    before = estate.cluster()
    after = estate.order("advance", seconds=600)["state"]["clusters"]["orders"]
    assert after["acknowledged"] > before["acknowledged"] + 500
    assert after["lost"] == 0
