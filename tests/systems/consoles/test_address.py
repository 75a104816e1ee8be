"""From the address that Nova gives to the websocket that its page would open."""

from __future__ import annotations

import pytest

from systems.consoles.address import address_of
from systems.errors import NotUnderstood
from tests.systems.consoles.proxies import a_console


@pytest.mark.parametrize(
    ("kind", "url", "opened", "origin", "where"),
    [
        ("serial", "ws://nova:6083/?token=t", "ws://nova:6083/?token=t", "http://nova:6083", "nova:6083"),
        ("serial", "wss://nova/x?token=t", "wss://nova/x?token=t", "https://nova", "nova:443"),
        (
            "novnc",
            "https://nova:6080/vnc_auto.html?path=%3Ftoken%3Dt",
            "wss://nova:6080/?token=t",
            "https://nova:6080",
            "nova:6080",
        ),
        (
            "novnc",
            "http://nova/console/vnc_lite.html?path=console/websockify%3Ftoken%3Dt",
            "ws://nova/console/websockify?token=t",
            "http://nova",
            "nova:80",
        ),
        (
            "spice-html5",
            "http://[fd00::5]:6082/spice_auto.html?token=t&title=web",
            "ws://[fd00::5]:6082/websockify?token=t",
            "http://[fd00::5]:6082",
            "[fd00::5]:6082",
        ),
    ],
)
def test_what_the_page_would_open_is_opened(
    kind: str, url: str, opened: str, origin: str, where: str
) -> None:
    address = address_of(a_console(kind, url))
    assert (address.url, address.origin, address.where) == (opened, origin, where)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://nova:port/", "nova:6083", "ws:///?token=t"])
def test_what_is_no_address_says_where_it_is_set(url: str) -> None:
    with pytest.raises(NotUnderstood, match="base_url"):
        address_of(a_console("serial", url))


def test_the_token_is_no_part_of_what_is_printed() -> None:
    assert "8e0f" not in repr(address_of(a_console("serial", "ws://nova:6083/?token=8e0f")))
