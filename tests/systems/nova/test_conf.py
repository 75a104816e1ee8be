"""Which value of an option counts, and that nothing but consoles' options is kept."""

from __future__ import annotations

import pytest

from systems.nova import options as o
from systems.nova.options import Option
from tests.systems.nova.confs import MAIN, SEED_COMPUTE, a_conf, a_file


@pytest.mark.parametrize(
    ("texts", "option", "value", "where"),
    [
        (("[spice]\nenabled = True",), o.SPICE_ENABLED, "True", f"{MAIN}:2"),
        (("[SPICE]\nenabled = True",), o.SPICE_ENABLED, "True", f"{MAIN}:2"),
        (("[spice]\nenabled = True\nenabled = False",), o.SPICE_ENABLED, "False", f"{MAIN}:3"),
        (("[spice]\nenabled = True", "[spice]\nenabled = no"), o.SPICE_ENABLED, "no", f"{MAIN}.d/01.conf:2"),
        (("[spice]\nenabled = True", "[vnc]\nenabled = no"), o.SPICE_ENABLED, "True", f"{MAIN}:2"),
        (("[DEFAULT]\nvnc_enabled = no",), o.VNC_ENABLED, "no", f"{MAIN}:2"),
        (("[DEFAULT]\nvnc_enabled = no\n[vnc]\nenabled = yes",), o.VNC_ENABLED, "yes", f"{MAIN}:4"),
        (("[vnc]\nenabled = yes", "[DEFAULT]\nvnc_enabled = no"), o.VNC_ENABLED, "no", f"{MAIN}.d/01.conf:2"),
        (("[default]\nvnc_enabled = no",), o.VNC_ENABLED, "True", "its default"),
        (("",), o.PROXY_PORT, "6082", "its default"),
    ],
)
def test_the_last_word_counts(texts: tuple[str, ...], option: Option, value: str, where: str) -> None:
    setting = a_conf(*texts).setting(option)
    assert (setting.value, setting.where) == (value, where)


def test_no_password_of_the_file_is_kept() -> None:
    assert "hidden" not in repr(a_file(SEED_COMPUTE))


def test_keys_of_other_sections_that_are_called_like_ours_are_not_kept() -> None:
    file = a_file("[keystone]\nkey = hidden\ncert = c\nenabled = yes\n[DEFAULT]\nkey = /etc/nova/key.pem")
    assert [(one.section, one.key) for one in file.assignments] == [("DEFAULT", "key")]


@pytest.mark.parametrize(
    ("value", "is_true"),
    [("True", True), ("on", True), ("0", False), ("No", False), ("perhaps", None), ("", None)],
)
def test_words_for_true_are_oslos(value: str, is_true: bool | None) -> None:
    assert a_conf(f"[spice]\nenabled = {value}").setting(o.SPICE_ENABLED).is_true is is_true


def test_a_file_that_nova_cannot_read_is_told_with_its_path() -> None:
    assert a_conf("[spice]\n", "nonsense").trouble.startswith(f"{MAIN}.d/01.conf: line 1 is neither")
