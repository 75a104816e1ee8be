"""What is wrong in a host's nova.conf for a SPICE console: each row of GOTCHAS E.1 as a rule. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from systems.nova import options as o
from systems.nova.conf import NovaConf
from systems.nova.flaws import Facts, Flaw, at
from systems.nova.lint_addresses import base_url, client_address, is_loopback, server_listen
from systems.nova.options import Side

LONGEST_TOKEN_S = 3600


def lint(conf: NovaConf, facts: Facts) -> tuple[Flaw, ...]:
    """Every flaw of one host's files, the worst first. A file that Nova cannot read is the only one."""
    if conf.trouble:
        return (Flaw("syntax", "", f"Nova cannot read it: {conf.trouble}", conf.trouble.split(":")[0]),)
    found = [flaw for rule in _RULES for flaw in rule(conf, facts)]
    return tuple(sorted(found, key=lambda flaw: not flaw.stops))


_Rule = Callable[[NovaConf, Facts], Iterator[Flaw]]


def _misplaced(conf: NovaConf, _: Facts) -> Iterator[Flaw]:
    """An option in a section where no program looks for it."""
    for file in conf.files:
        for one in file.assignments:
            homes = o.HOMES.get(one.key, ())
            places = {home.section for home in homes} | {
                section for option in o.OPTIONS for section, name in option.older if name == one.key
            }
            section = one.section if one.section == "DEFAULT" else one.section.lower()
            if not places or section in places or section not in ("DEFAULT", "spice", "vnc"):
                continue
            words = (
                f"{one.key} stands in [{one.section}] and is read from [{sorted(places)[0]}] only: Nova "
                "ignores it without a word"
            )
            yield Flaw("misplaced", "SPICE-11", words, f"{file.path}:{one.first}", stops=False)


def _twice(conf: NovaConf, _: Facts) -> Iterator[Flaw]:
    for option in o.OPTIONS:
        values = [
            (one.value, f"{file.path}:{one.first}")
            for file in conf.files
            for one in file.assignments
            if one.key == option.name and one.section.lower() == option.section.lower()
        ]
        if len({value for value, _ in values}) > 1:
            setting = conf.setting(option)
            words = f"{option.shown} is set {len(values)} times; {setting.value} of {setting.where} counts"
            yield Flaw("twice", "", words, setting.where, stops=False)


def _spice_off(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    setting = conf.setting(o.SPICE_ENABLED)
    if Side.COMPUTE in facts.side and setting.is_true is not True:
        words = "[spice] enabled is not True: guests get no SPICE screen, and the API answers 400"
        yield at(setting, "spice-enabled", "", words)


def _vnc_on(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """Off in both files, explicitly: its default is on, and Horizon tries it first."""
    setting = conf.setting(o.VNC_ENABLED)
    if Side.COMPUTE in facts.side and setting.is_true is not False:
        words = f"{_vnc_name(facts)} is not False: guests get two screens, and Horizon shows VNC"
        yield at(setting, "vnc-enabled", "SPICE-06", words)


def _vnc_name(facts: Facts) -> str:
    return "[DEFAULT] vnc_enabled" if o.vnc_option(facts.release) is o.OLD_VNC else o.VNC_ENABLED.shown


def _vnc_unknown_to_kilo(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    if o.vnc_option(facts.release) is not o.OLD_VNC:
        return
    for file in conf.files:
        for one in file.assignments:
            if (one.section.lower(), one.key) == ("vnc", "enabled"):
                words = "[vnc] enabled is known since Liberty (12.0.0); this Nova reads [DEFAULT] vnc_enabled"
                yield Flaw("vnc-name", "SPICE-11", words, f"{file.path}:{one.first}", stops=False)


def _web(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    setting = conf.setting(o.WEB)
    if Side.CONTROL in facts.side and facts.web_exists is False:
        words = f"[DEFAULT] web is {setting.value}, which is not there: the proxy ends at once"
        yield at(setting, "web", "", words)


def _tls(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """cert, key and ssl_only: a file that is missing with ssl_only ends the proxy."""
    if Side.CONTROL not in facts.side:
        return
    only, cert, key = (conf.setting(one) for one in (o.SSL_ONLY, o.CERT, o.KEY))
    if facts.cert_exists is False and only.is_true:
        words = f"ssl_only is True and cert {cert.value} is not there: the proxy ends at once"
        yield at(only, "ssl-only", "SPICE-05", words)
    elif facts.cert_exists is False and cert.path:
        words = f"cert {cert.value} is not there, so that the proxy speaks no TLS"
        yield at(cert, "cert", "SPICE-05", words)
    if key.value and facts.key_exists is False:
        yield at(key, "key", "SPICE-05", f"key {key.value} is not there, so that no TLS handshake ends well")
    if facts.base_url.startswith("https:") and facts.cert_exists is False and not cert.path:
        words = "the base URL begins with https, and no cert is set: the proxy speaks no TLS (E11)"
        yield at(cert, "cert", "SPICE-05", words)


def _releases(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """Options that this release does not know yet, or not any more."""
    if facts.release is None:
        return
    for option in o.OPTIONS:
        setting = conf.setting(option)
        if not setting.path or option.since <= facts.release < option.until:
            continue
        gone = facts.release >= option.until
        words = f"removed in {option.until}.0.0" if gone else f"known since {option.since}.0.0"
        yield at(setting, "release", "", f"{option.shown} has no effect: it was {words}", stops=False)


def _require_secure(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    setting = conf.setting(o.REQUIRE_SECURE)
    if Side.COMPUTE in facts.side and setting.is_true:
        words = "require_secure is True: without TLS certificates for QEMU on this host no guest starts"
        yield at(setting, "require-secure", "SPICE-03", words, stops=False)


def _tokens(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    if Side.CONTROL not in facts.side:
        return
    setting = conf.setting(o.TOKEN_TTL)
    if not setting.value.isdecimal() or int(setting.value) == 0:
        yield at(setting, "token-ttl", "SPICE-09", f"token_ttl is {setting.value!r}: no token is good")
    elif int(setting.value) > LONGEST_TOKEN_S:
        words = f"token_ttl is {setting.value} s: an address that leaks is a keyboard for so long"
        yield at(setting, "token-ttl", "SPICE-09", words, stops=False)


def _listens(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    setting = conf.setting(o.PROXY_HOST)
    if Side.CONTROL in facts.side and is_loopback(setting.value):
        words = f"html5proxy_host is {setting.value}: only what runs on this host reaches the proxy"
        yield at(setting, "proxy-host", "", words, stops=False)


def _origins(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    """Nova compares the host of the page alone with each entry (nova/console/websocketproxy.py)."""
    setting = conf.setting(o.ALLOWED_ORIGINS)
    wrong = [one for one in setting.value.replace(",", " ").split() if "/" in one or ":" in one]
    if Side.CONTROL in facts.side and wrong:
        words = f"allowed_origins has {wrong[0]}, and takes names of hosts only, without scheme and port"
        yield at(setting, "origins", "", words, stops=False)


def _agent(conf: NovaConf, facts: Facts) -> Iterator[Flaw]:
    setting = conf.setting(o.AGENT_ENABLED)
    if Side.COMPUTE in facts.side and setting.is_true is False:
        words = "agent_enabled is False: no clipboard, and the pointer lags"
        yield at(setting, "agent", "", words, stops=False)


def _words_for_true(conf: NovaConf, _: Facts) -> Iterator[Flaw]:
    for option in (o.SPICE_ENABLED, o.VNC_ENABLED, o.AGENT_ENABLED, o.SSL_ONLY, o.REQUIRE_SECURE):
        setting = conf.setting(option)
        if setting.is_true is None:
            words = f"{option.shown} is {setting.value!r}, neither True nor False: Nova does not start"
            yield at(setting, "boolean", "", words)


_RULES: tuple[_Rule, ...] = (
    _words_for_true,
    _misplaced,
    _vnc_unknown_to_kilo,
    _spice_off,
    _vnc_on,
    base_url,
    server_listen,
    client_address,
    _web,
    _tls,
    _require_secure,
    _tokens,
    _listens,
    _origins,
    _agent,
    _releases,
    _twice,
)
