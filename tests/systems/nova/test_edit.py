"""An edit changes what must change, by the very command that runs on the host, and nothing beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.nova import options as o
from systems.nova.conf import NovaConf
from systems.nova.edit import edits_of
from systems.nova.options import OPTIONS, Option
from systems.put import put_back
from systems.shell import Command
from tests.systems.nova.confs import MAIN, SEED_COMPUTE, a_conf, a_file

WANTED = {
    o.VNC_ENABLED: "False",
    o.SPICE_ENABLED: "True",
    o.SERVER_LISTEN: "172.16.1.100",
    o.CLIENT_ADDRESS: "172.16.1.100",
}


def run(command: Command) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "QUARTERDECK_JOB": "run1.edit.0.1"}
    return subprocess.run(
        ["/bin/sh", "-c", command.line],
        input=command.stdin or "",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def conf_at(path: Path) -> NovaConf:
    return NovaConf((a_file(path.read_text(), str(path)),))


def edited(path: Path, wanted: dict[Option, str]) -> str:
    (edit,) = edits_of(conf_at(path), wanted, str(path))
    result = run(edit.command)
    assert result.returncode == 0, result.stderr
    return path.read_text()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nova.conf"
    path.write_text(SEED_COMPUTE)
    path.chmod(0o640)
    return path


def test_only_the_lines_that_must_change_do(path: Path) -> None:
    text = edited(path, WANTED)
    expected = SEED_COMPUTE.replace("server_listen=0.0.0.0", "server_listen = 172.16.1.100")
    assert text == expected.replace("=172.16.10.100", " = 172.16.1.100")
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in path.parent.iterdir()) == [
        "nova.conf",
        "nova.conf.bak.run1",
        "nova.conf.bak.run1.made",
    ]


def test_the_diff_shows_what_goes_and_what_comes(path: Path) -> None:
    (edit,) = edits_of(conf_at(path), WANTED, str(path))
    assert edit.diff == (
        f"{path} [spice] - server_listen = 0.0.0.0",
        f"{path} [spice] + server_listen = 172.16.1.100",
        f"{path} [spice] - server_proxyclient_address = 172.16.10.100",
        f"{path} [spice] + server_proxyclient_address = 172.16.1.100",
    )


def test_the_command_holds_no_password_of_the_file(path: Path) -> None:
    (edit,) = edits_of(conf_at(path), WANTED, str(path))
    assert "hidden" not in f"{edit.command}"


def test_the_undo_puts_the_old_file_back(path: Path) -> None:
    edited(path, WANTED)
    assert run(put_back(str(path))).returncode == 0
    assert path.read_text() == SEED_COMPUTE
    assert [one.name for one in path.parent.iterdir()] == ["nova.conf"]


def test_the_undo_takes_nobody_elses_later_change_away(path: Path) -> None:
    text = edited(path, WANTED) + "# somebody was here\n"
    path.write_text(text)
    result = run(put_back(str(path)))
    assert result.returncode != 0
    assert "was written by somebody else since this run" in result.stderr
    assert path.read_text() == text
    assert (path.parent / "nova.conf.bak.run1").read_text() == SEED_COMPUTE


def test_the_undo_of_an_edit_that_was_cut_off_before_its_file_leaves_the_old_one(path: Path) -> None:
    edited(path, WANTED)
    path.write_text(SEED_COMPUTE)
    assert run(put_back(str(path))).returncode == 0
    assert path.read_text() == SEED_COMPUTE


def test_a_file_that_was_changed_meanwhile_is_left_alone(path: Path) -> None:
    (edit,) = edits_of(conf_at(path), WANTED, str(path))
    path.write_text(SEED_COMPUTE + "# somebody was here\n")
    result = run(edit.command)
    assert result.returncode != 0
    assert "is not as it was read" in result.stderr
    assert path.read_text().endswith("# somebody was here\n")
    assert [one.name for one in path.parent.iterdir()] == ["nova.conf"]


def test_what_is_nowhere_comes_below_its_header_or_with_it_at_the_end(path: Path) -> None:
    path.write_text("[DEFAULT]\n# nothing yet\n[database]\nconnection = x")
    text = edited(path, {**WANTED, o.WEB: "/srv/spice"})
    assert text == (
        "[DEFAULT]\nweb = /srv/spice\n# nothing yet\n[database]\nconnection = x\n"
        "\n[vnc]\nenabled = False\n"
        "\n[spice]\nenabled = True\nserver_listen = 172.16.1.100\nserver_proxyclient_address = 172.16.1.100\n"
    )


def test_an_option_is_changed_where_it_counts() -> None:
    conf = a_conf("[spice]\nenabled = False\n", "[spice]\nenabled = False\n")
    (edit,) = edits_of(conf, {o.SPICE_ENABLED: "True"}, MAIN)
    assert edit.file.path == f"{MAIN}.d/01.conf"


def test_what_holds_already_is_not_written() -> None:
    conf = a_conf("[spice]\nenabled = true\n[DEFAULT]\nvnc_enabled = no\n")
    assert edits_of(conf, {o.SPICE_ENABLED: "True", o.VNC_ENABLED: "False"}, MAIN) == ()


def test_a_value_of_several_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="not one line"):
        edits_of(a_conf("[spice]\n"), {o.BASE_URL: "http://a\nx = y"}, MAIN)


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "# a comment",
            "[spice]",
            "[DEFAULT]",
            "[vnc]",
            "[other]",
            "enabled = False",
            "enabled: on",
            "vnc_enabled = yes",
            "server_listen = 'a'",
            "web = /a\\b",
            "connection = hidden",
        ]
    ),
    max_size=14,
)
VALUES = st.from_regex(r"[A-Za-z0-9/.:\\&'\"#]{1,12}", fullmatch=True)


@given(LINES, st.dictionaries(st.sampled_from(OPTIONS), VALUES, min_size=1, max_size=4), st.booleans())
def test_after_an_edit_every_wanted_option_holds_and_all_else_stays(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], wanted: dict[Option, str], ends: bool
) -> None:
    path = tmp_path_factory.mktemp("conf") / "nova.conf"
    path.write_text("\n".join(["[DEFAULT]", *lines]) + ("\n" if ends else ""))
    wanted = {option: value.strip("'\"") or "x" for option, value in wanted.items()}
    before, edits = path.read_text().split("\n"), edits_of(conf_at(path), wanted, str(path))
    for edit in edits:
        assert run(edit.command).returncode == 0
    after = conf_at(path)
    assert {
        option: after.setting(option).value
        for option in wanted
        if not after.setting(option).says(wanted[option])
    } == {}
    gone = {
        number
        for edit in edits
        for change in edit.changes
        for number in range(change.first, change.last + 1)
        if change.first
    }
    kept = [line for number, line in enumerate(before, 1) if number not in gone and line]
    rest = iter(path.read_text().split("\n"))
    assert all(line in rest for line in kept)
