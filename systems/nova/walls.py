"""What filters packets on a host, now and after its next boot; whether a port is open. Pure."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Sequence

from systems.nova.readings import Firewall, Wall
from systems.shell import Output

SAVED = ("/etc/sysconfig/iptables", "/etc/iptables/rules.v4")
"""Where iptables' rules are read from at boot: the RPM family and Debian's (SPICE-07)."""
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/tcp")
"""A port, or some, that firewalld opens to everybody."""
_REFUSING = re.compile(r"-j (REJECT|DROP)\b")


def read_wall(
    answers: Sequence[Output | Exception], saved: Sequence[str], digests: Sequence[str]
) -> Firewall:
    """Of iptables-save, firewall-cmd (state, now, permanent) and nft: which it is, and what it lets in."""
    tables, state, now, permanent, nft = (
        one.stdout if isinstance(one, Output) and one.status == 0 else None for one in answers
    )
    if state is not None and state.strip() == "running":
        zone = (now or "").split("\n", 1)[0].split(" ", 1)[0]
        return Firewall(Wall.FIREWALLD, _opened(now or ""), _opened(permanent or ""), zone=zone, refuses=True)
    at = next((number for number, text in enumerate(saved) if text.strip()), None)
    rules = _input_rules(tables or "")
    if rules or at is not None:
        return Firewall(
            Wall.IPTABLES,
            rules,
            _input_rules(saved[at]) if at is not None else (),
            SAVED[at] if at is not None else "",
            digests[at].split()[0] if at is not None and digests[at].strip() else "",
            refuses=_refuses(tables or "", rules),
        )
    if nft is not None and re.search(r"hook input", nft):
        return Firewall(Wall.NFTABLES, refuses=re.search(r"\b(drop|reject)\b", nft) is not None)
    if tables is None and nft is None:
        return Firewall(Wall.UNKNOWN)
    return Firewall(Wall.NONE)


def _opened(text: str) -> tuple[str, ...]:
    """Ports, and rich rules, of `firewall-cmd --list-all`."""
    ports = re.search(r"(?m)^\s*ports: (.*)$", text)
    rich = [line.strip() for line in text.splitlines() if line.strip().startswith("rule ")]
    return (*(ports[1].split() if ports else ()), *rich)


def _input_rules(text: str) -> tuple[str, ...]:
    """Rules of the chain INPUT of the table filter."""
    inside = re.search(r"(?ms)^\*filter$(.*?)^COMMIT$", text)
    lines = inside[1].splitlines() if inside else []
    return tuple(
        re.sub(r"^\[\d+:\d+\] ", "", line) for line in lines if re.match(r"(\[\d+:\d+\] )?-A INPUT ", line)
    )


def _refuses(text: str, rules: Sequence[str]) -> bool:
    return bool(re.search(r"(?m)^:INPUT (DROP|REJECT)", text)) or any(map(_refuses_all, rules))


def _refuses_all(rule: str) -> bool:
    return re.fullmatch(r"-A INPUT -j (REJECT|DROP).*", rule) is not None


def iptables_rule(port: str, network: str) -> str:
    """The rule that lets one network reach ports, such as "6082" or "5900:6923"."""
    source = "" if network == "0.0.0.0/0" else f"-s {network} "
    return f"-A INPUT {source}-p tcp -m tcp --dport {port} -j ACCEPT"


def lets_in(rules: Sequence[str], port: int, network: str) -> bool:
    """Whether iptables' rules let a network reach a port, judged in their order; no policy is looked at."""
    for rule in rules:
        covers = _covers(rule, port, network)
        if covers and rule.endswith("-j ACCEPT"):
            return True
        if _REFUSING.search(rule) and (covers or _refuses_all(rule)):
            return False
    return False


def open_to_all(rules: Sequence[str], port: int) -> bool:
    """Whether a rule of iptables lets everybody reach a port before any refuses it, or firewalld opens it."""
    return lets_in(rules, port, "0.0.0.0/0") or any(
        (found := _PORTS.fullmatch(rule)) is not None and int(found[1]) <= port <= int(found[2] or found[1])
        for rule in rules
    )


def _covers(rule: str, port: int, network: str) -> bool:
    """Whether a rule speaks of that port for all of that network; a rule with other conditions does not."""
    try:
        words = shlex.split(rule)[2:]
    except ValueError:
        return False
    source, ports = "0.0.0.0/0", ""
    while words:
        word = words.pop(0)
        if word in ("-s", "--source") and words:
            source = words.pop(0)
        elif word in ("--dport", "--dports") and words:
            ports = words.pop(0)
        elif word in ("-j", "--jump", "-p") and words:
            if word == "-p" and words[0] != "tcp":
                return False
            words.pop(0)
        elif (word == "-m" and words and words[0] in ("tcp", "multiport", "comment")) or (
            word == "--comment" and words
        ):
            words.pop(0)
        elif word.startswith("--reject-with"):
            words[:1] = []
        else:
            return False
    return _has_port(ports, port) and _inside(network, source)


def _has_port(ports: str, port: int) -> bool:
    for part in filter(None, ports.split(",")):
        first, _, last = part.partition(":")
        if first.isdecimal() and int(first) <= port <= int(last if last.isdecimal() else first):
            return True
    return False


def _inside(network: str, source: str) -> bool:
    try:
        one, other = ipaddress.ip_network(network, strict=False), ipaddress.ip_network(source, strict=False)
    except ValueError:
        return False
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]
