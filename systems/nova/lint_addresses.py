"""Rules on addresses in nova.conf: what the browser opens, where guests listen, what the proxy dials."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from systems.nova import options as o
from systems.nova.conf import NovaConf
from systems.nova.flaws import Facts, Flaw, at
from systems.nova.options import Side

ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what the option may say
PAGE = "/spice_auto.html"


def base_url(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """It is handed to the browser whole, so it must be a page that browsers reach, with the right scheme."""
    if Side.COMPUTE not in facts.side:
        return
    setting = conf.setting(o.BASE_URL)
    parts, words = split_url(setting.value)
    if parts is None:
        yield at(setting, "base-url", "", f"html5proxy_base_url {setting.value!r} {words}")
        return
    is_own = parts.hostname in ("127.0.0.1", "localhost", "::1", "0.0.0.0")  # noqa: S104 - what it may say
    if is_own:
        words = f"html5proxy_base_url leads each browser to its own machine ({parts.hostname})"
        yield at(setting, "base-url", "", words)
    if not parts.path.endswith(PAGE):
        words = f"html5proxy_base_url must end in {PAGE}, the page that the browser opens"
        yield at(setting, "base-url", "", words)
    if facts.base_url and setting.value != facts.base_url and not is_own:
        words = f"html5proxy_base_url is {setting.value}, and {facts.base_url} is wanted"
        yield at(setting, "base-url", "", words)
    if facts.proxy_is_tls is not None and (parts.scheme == "https") is not facts.proxy_is_tls:
        speaks = "TLS" if facts.proxy_is_tls else "no TLS"
        words = f"html5proxy_base_url begins with {parts.scheme}, and the proxy there speaks {speaks} (E11)"
        yield at(setting, "scheme", "SPICE-05", words)


def split_url(text: str) -> tuple[SplitResult | None, str]:
    """The parts of an address of a page; or None, and what is wrong with it."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None, "is no URL"
    if parts.scheme not in ("http", "https"):
        return None, "must begin with http:// or https://"
    if not parts.hostname or port == 0:
        return None, "names no host"
    return parts, ""


def server_listen(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """Where guests listen: an address of this host that the proxy reaches, and not all of them."""
    if Side.COMPUTE not in facts.side:
        return
    setting = conf.setting(o.SERVER_LISTEN)
    if setting.value in ANYWHERE:
        words = (
            f"server_listen is {setting.value}: every guest's screen and keyboard is open, without a "
            "password, to all who reach port 5900 and up (E15)"
        )
        yield at(setting, "listen-open", "SPICE-03", words, stops=False)
    elif is_loopback(setting.value) and facts.side == frozenset({Side.COMPUTE}):
        words = f"server_listen is {setting.value}: no proxy on another host reaches the guests"
        yield at(setting, "listen-loopback", "SPICE-02", words)
    elif not _is_own(setting.value, facts):
        words = f"server_listen {setting.value} is no address of this host: guests do not start"
        yield at(setting, "listen-foreign", "SPICE-02", words)


def client_address(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """The address must be really on that compute host; copied files make all consoles dial one host (E10)."""
    if Side.COMPUTE not in facts.side:
        return
    setting, listen = conf.setting(o.CLIENT_ADDRESS), conf.setting(o.SERVER_LISTEN).value
    if setting.value in ANYWHERE:
        words = "server_proxyclient_address is no address that can be dialled"
        yield at(setting, "client-address", "SPICE-04", words)
    elif is_loopback(setting.value):
        if facts.side == frozenset({Side.COMPUTE}):
            words = f"server_proxyclient_address is {setting.value}: the proxy would dial its own host"
            yield at(setting, "client-address", "SPICE-04", words)
    elif not _is_own(setting.value, facts):
        words = f"server_proxyclient_address {setting.value} is no address of this host (E10)"
        yield at(setting, "client-address", "SPICE-04", words)
    if listen not in ANYWHERE and listen != setting.value and not _both_loop(listen, setting.value):
        words = f"guests listen on {listen}, and the proxy would dial {setting.value}"
        yield at(setting, "client-not-listen", "SPICE-04", words)


def _both_loop(one: str, other: str) -> bool:
    return is_loopback(one) and is_loopback(other)


def is_loopback(address: str) -> bool:
    """Whether only this very host can reach it."""
    return address.startswith("127.") or address in ("::1", "localhost")


def _is_own(address: str, facts: Facts) -> bool:
    return facts.addresses is None or is_loopback(address) or address in facts.addresses
