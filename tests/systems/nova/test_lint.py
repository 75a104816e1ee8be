"""Every row of GOTCHAS E.1 lights up where it should, and a right file has no flaw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.nova.conf import NovaConf
from systems.nova.flaws import Facts
from systems.nova.lint import lint
from systems.nova.options import OPTIONS, Side
from tests.systems.nova.confs import MAIN, SEED_COMPUTE, a_conf

COMPUTE = Facts(frozenset({Side.COMPUTE}), release=33, addresses=("127.0.0.1", "10.77.0.21"))
CONTROL = Facts(frozenset({Side.CONTROL}), release=33, web_exists=True, cert_exists=True, key_exists=True)
GOOD_COMPUTE = """\
[vnc]
enabled = False
[spice]
enabled = True
html5proxy_base_url = http://ctl1.example.test:6082/spice_auto.html
server_listen = 10.77.0.21
server_proxyclient_address = 10.77.0.21
"""
GOOD_CONTROL = "[DEFAULT]\nweb = /usr/share/spice-html5\n[spice]\nhtml5proxy_host = 0.0.0.0\n"


def rules(conf: NovaConf, facts: Facts, **changed: Any) -> list[str]:
    return [f"{flaw.rule} {flaw.gotcha}".strip() for flaw in lint(conf, replace(facts, **changed))]


def test_right_files_have_no_flaw() -> None:
    assert rules(a_conf(GOOD_COMPUTE), COMPUTE) == []
    assert rules(a_conf(GOOD_CONTROL), CONTROL) == []


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("[spice]\nenabled = True", "[spice]\nenabled = False", "spice-enabled"),
        ("[spice]\nenabled = True", "[spice]", "spice-enabled"),
        ("[spice]\nenabled = True", "[spice]\nenabled = please", "boolean"),
        ("[vnc]\nenabled = False", "[vnc]\nenabled = True", "vnc-enabled SPICE-06"),
        ("[vnc]\nenabled = False", "[vnc]", "vnc-enabled SPICE-06"),
        ("[vnc]", "[DEFAULT]", "misplaced SPICE-11"),
        ("[vnc]\n", "[DEFAULT]\nserver_listen = 10.0.0.1\n[vnc]\n", "misplaced SPICE-11"),
        ("[vnc]\n", "[vnc]\nhtml5proxy_base_url = http://a\n", "misplaced SPICE-11"),
        ("http://ctl1.example.test:6082/spice_auto.html", "ctl1:6082/spice_auto.html", "base-url"),
        ("http://ctl1.example.test", "http://127.0.0.1", "base-url"),
        ("http://ctl1.example.test", "ftp://ctl1", "base-url"),
        ("http://ctl1.example.test:6082", "http://ctl1:99999", "base-url"),
        ("/spice_auto.html", "/", "base-url"),
        ("server_listen = 10.77.0.21", "server_listen = 0.0.0.0", "listen-open SPICE-03"),
        ("server_listen = 10.77.0.21", "", "listen-loopback SPICE-02"),
        ("server_listen = 10.77.0.21", "server_listen = 10.77.0.99", "listen-foreign SPICE-02"),
        ("_address = 10.77.0.21", "_address = 10.77.0.99", "client-address SPICE-04"),
        ("_address = 10.77.0.21", "_address = 0.0.0.0", "client-address SPICE-04"),
        ("_address = 10.77.0.21", "_address = 127.0.0.1", "client-address SPICE-04"),
        ("_address = 10.77.0.21", "_address = 127.0.0.1", "client-not-listen SPICE-04"),
        ("[vnc]\n", "[DEFAULT]\n[vnc]\n[spice]\nkeymap = en-us\n[vnc]\n", "release"),
        ("[spice]\n", "[spice]\nrequire_secure = True\n", "require-secure SPICE-03"),
        ("[spice]\n", "[spice]\nagent_enabled = False\n", "agent"),
        ("[spice]\n", "[spice]\nenabled = False\n", "twice"),
        ("[vnc]\n", "nonsense\n[vnc]\n", "syntax"),
    ],
)
def test_a_flaw_of_a_compute_host_is_found(before: str, after: str, rule: str) -> None:
    assert before in GOOD_COMPUTE
    assert rule in rules(a_conf(GOOD_COMPUTE.replace(before, after, 1)), COMPUTE)


@pytest.mark.parametrize(
    ("more", "facts", "rule"),
    [
        ("", {"web_exists": False}, "web"),
        ("[DEFAULT]\nssl_only = True\n", {"cert_exists": False}, "ssl-only SPICE-05"),
        ("[DEFAULT]\ncert = /etc/nova/c.pem\n", {"cert_exists": False}, "cert SPICE-05"),
        ("[DEFAULT]\nkey = /etc/nova/k.pem\n", {"key_exists": False}, "key SPICE-05"),
        ("", {"cert_exists": False, "base_url": "https://c/spice_auto.html"}, "cert SPICE-05"),
        ("[consoleauth]\ntoken_ttl = 0\n", {}, "token-ttl SPICE-09"),
        ("[DEFAULT]\nconsole_token_ttl = 86400\n", {}, "token-ttl SPICE-09"),
        ("[consoleauth]\nenforce_session_timeout = True\n", {"release": 28}, "release"),
        ("[spice]\nhtml5proxy_host = 127.0.0.1\n", {}, "proxy-host"),
        ("[console]\nallowed_origins = https://dash.example.test\n", {}, "origins"),
    ],
)
def test_a_flaw_of_a_control_host_is_found(more: str, facts: dict[str, Any], rule: str) -> None:
    assert rule in rules(a_conf(GOOD_CONTROL + more), CONTROL, **facts)


def test_the_scheme_must_be_what_the_proxy_speaks() -> None:
    """E11: https in the base URL, and no certificate."""
    conf = a_conf(GOOD_COMPUTE)
    assert rules(conf, COMPUTE, proxy_is_tls=True) == ["scheme SPICE-05"]
    assert rules(conf, COMPUTE, proxy_is_tls=False) == []
    secure = a_conf(GOOD_COMPUTE.replace("http:", "https:"))
    assert rules(secure, COMPUTE, proxy_is_tls=False) == ["scheme SPICE-05"]
    assert rules(secure, COMPUTE, proxy_is_tls=True) == []


def test_the_old_howto_has_its_slips_found() -> None:
    """E10 and E15: an address that is not on that host, and screens open to everybody."""
    flaws = lint(a_conf(SEED_COMPUTE), replace(COMPUTE, release=11, addresses=("172.16.1.100",)))
    assert [flaw.gotcha for flaw in flaws] == ["SPICE-04", "SPICE-03"]
    assert flaws[0].where == f"{MAIN}:10"
    assert "172.16.10.100 is no address of this host (E10)" in flaws[0].sentence


def test_kilo_knows_vnc_by_its_old_name_only() -> None:
    assert rules(a_conf(GOOD_COMPUTE), COMPUTE, release=11) == ["vnc-name SPICE-11"]
    kilo = GOOD_COMPUTE.replace("[vnc]\nenabled", "[DEFAULT]\nvnc_enabled")
    assert rules(a_conf(kilo), COMPUTE, release=11) == []
    assert rules(a_conf(kilo), COMPUTE) == []


def test_an_all_in_one_may_listen_on_its_loopback() -> None:
    both = replace(COMPUTE, side=frozenset(Side), web_exists=True, cert_exists=None)
    conf = a_conf(GOOD_COMPUTE.replace("10.77.0.21", "127.0.0.1"))
    assert rules(conf, both) == []


def test_what_stops_a_console_comes_before_what_should_be_known() -> None:
    conf = a_conf(GOOD_COMPUTE.replace("server_listen = 10.77.0.21", "server_listen = 0.0.0.0\nkeymap = de"))
    flaws = lint(conf, replace(COMPUTE, addresses=("10.0.0.1",)))
    assert [flaw.stops for flaw in flaws] == [True, False, False]


WORDS = st.sampled_from(
    ["True", "False", "", "0.0.0.0", "10.77.0.21", "http://[", "https://c/spice_auto.html", "999"]
)


@given(
    st.lists(
        st.tuples(st.sampled_from(["DEFAULT", "spice", "vnc", "SPICE"]), st.sampled_from(OPTIONS), WORDS)
    ),
    st.sets(st.sampled_from(Side)),
    st.sampled_from([None, 10, 11, 12, 22, 27, 33]),
)
def test_whatever_is_set_the_lint_comes_to_an_end_and_names_where(
    settings: list[tuple[str, Any, str]], sides: set[Side], release: int | None
) -> None:
    text = "".join(f"[{section}]\n{option.name} = {value}\n" for section, option, value in settings)
    for flaw in lint(a_conf(text), Facts(frozenset(sides), release, addresses=())):
        assert flaw.sentence
        assert flaw.where == "its default" or flaw.where.startswith(MAIN)
