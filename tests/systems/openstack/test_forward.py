"""The way from a laptop: the exact line of ssh, and the address at its end; no token in a shell's history."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.openstack.forward import forward_of


@pytest.mark.parametrize(
    ("url", "line", "near"),
    [
        (
            "http://nova.example.test:6082/spice_auto.html?token=t",
            "ssh -N -L 127.0.0.1:6082:nova.example.test:6082 ana@bastion1",
            "http://127.0.0.1:6082/spice_auto.html?token=t",
        ),
        (
            "https://console.example.test/vnc_auto.html?path=%3Ftoken%3Dt",
            "ssh -N -L 127.0.0.1:8443:console.example.test:443 ana@bastion1",
            "https://127.0.0.1:8443/vnc_auto.html?path=%3Ftoken%3Dt",
        ),
        (
            "ws://[2001:db8::7]:6083/?token=t",
            "ssh -N -L 127.0.0.1:6083:[2001:db8::7]:6083 ana@bastion1",
            "ws://127.0.0.1:6083/?token=t",
        ),
    ],
)
def test_the_line_and_the_address(url: str, line: str, near: str) -> None:
    forward = forward_of(url, "ana@bastion1")
    assert forward is not None
    assert (forward.line, forward.url) == (line, near)
    assert "token" not in forward.line
    assert "token" not in repr(forward)
    assert bool(forward.warning) == url.startswith("https")


@pytest.mark.parametrize("url", ["", "ftp://x/", "http:///x", "http://x:99999/", "http://[::1/", "nonsense"])
def test_what_is_no_address_has_no_way(url: str) -> None:
    assert forward_of(url, "ana@bastion1") is None


@pytest.mark.parametrize(
    "name", ["$(reboot)", "a;reboot", "a`reboot`", "-oProxyCommand=reboot", "a'b", "a b"]
)
def test_a_name_that_a_shell_would_obey_stands_in_no_line(name: str) -> None:
    assert forward_of(f"http://{name}:6082/?token=t", "ana@bastion1") is None


@given(st.text())
def test_any_text_has_a_way_or_none(url: str) -> None:
    forward = forward_of(f"http://{url}", "ana@bastion1")
    assert forward is None or forward.url.startswith("http://127.0.0.1:")
