"""The error decoder (GOTCHAS E.4): what was refused, why, and what to do, in one sentence for an operator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from systems.errors import LoginRefused, Refused, SystemsError, TimedOut
from systems.openstack.asking import Reply
from systems.text import visible

_SAID_CHARS = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, in words that complete "... was refused"."""

    what: str
    """"the list of instances", "a spice-html5 console of web-7", "to stop web-7"."""
    instance: str = ""
    """The instance's name, where it is about one."""
    host: str = ""
    """Its compute host, where it is known."""
    status: str = ""
    """Its status as it was last read."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One row of the decoder: where it holds, why it was refused, what to do."""

    status: int
    pattern: re.Pattern[str]
    tell: Callable[[re.Match[str], Asked], tuple[str, str]]


def refusal(reply: Reply, asked: Asked) -> SystemsError:
    """Return the error for an answer that says no; `Refused.status` is the HTTP status."""
    said = said_in(reply)
    why, advice = _explained(reply.status, said, asked)
    request = f", request {visible(reply.request)}" if reply.status >= 500 and reply.request else ""
    words = f'It said: "{said}" (HTTP {reply.status}{request}).' if said else f"HTTP {reply.status}{request}."
    sentence = f"{reply.cloud}: {asked.what} was refused by Nova at {reply.where}: {why}. {words} {advice}"
    if reply.status == 401:
        return LoginRefused(sentence)
    if _is_silent_compute(reply.status, said):
        return TimedOut(sentence)
    return Refused(sentence, status=reply.status)


def said_in(reply: Reply) -> str:
    """What the body says: Nova's own envelope, Keystone's, or the title of a proxy's page."""
    text = reply.body.decode("utf-8", "backslashreplace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        title = re.search(r"<(?:title|h1)>(.*?)</", text, re.IGNORECASE | re.DOTALL)
        return _short(unescape(title[1]) if title else text)
    for envelope in [found, *found.values()] if isinstance(found, dict) else []:
        if isinstance(envelope, dict) and isinstance(envelope.get("message"), str):
            return _short(envelope["message"])
    return _short(text)


def _short(text: str) -> str:
    words = visible(" ".join(text.split()))
    return words if len(words) <= _SAID_CHARS else f"{words[: _SAID_CHARS - 1]}…"


def _explained(status: int, said: str, asked: Asked) -> tuple[str, str]:
    for rule in _RULES:
        match = rule.pattern.search(said) if rule.status == status else None
        if match is not None:
            return rule.tell(match, asked)
    return _BY_STATUS.get(status, (f"it answered with HTTP {status}", "Nova's log says more."))


def _is_silent_compute(status: int, said: str) -> bool:
    return status == 500 and "MessagingTimeout" in said


def _at(asked: Asked) -> str:
    """ "on cmp1", as far as it is known."""
    return f"on {asked.host}" if asked.host else "on its compute host"


def _unavailable(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    kind = match[1]
    if kind == "spice":
        return (
            "the instance runs without SPICE graphics: it was started before SPICE was enabled (SPICE-01)",
            "A hard reboot of it writes the device anew; that cuts its power, so agree on a time.",
        )
    section = _SECTIONS.get(kind)
    if section is None:
        return (
            f"the hypervisor {_at(asked)} has no console of the type {kind}",
            "Ask for another type: spice-html5, novnc or serial.",
        )
    return (
        f"the nova-compute that runs {_at(asked)} has [{section}] enabled = False",
        f"Set [{section}] enabled = True in nova.conf {_at(asked)}, restart nova-compute there (SPICE-10), "
        "then hard reboot the instance (SPICE-01); or ask for another type.",
    )


_SECTIONS = {
    "spice-html5": "spice",
    "spice-direct": "spice",
    "novnc": "vnc",
    "xvpvnc": "vnc",
    "serial": "serial_console",
    "rdp-html5": "rdp",
    "webmks": "mks",
}


def _invalid(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    return (
        f"the hypervisor {_at(asked)} does not handle consoles of the type {match[1]}; up to Icehouse the "
        "same words mean that the type is disabled",
        "Ask for another type; on such an old cloud, see whether [spice] enabled is True on the compute "
        "host.",
    )


def _unknown_type(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del asked
    return (
        f"this Nova knows no console of the type {match[1]}",
        "It takes spice-html5, novnc and serial; spice-direct since 31.0.0.",
    )


def _foreign(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match, asked
    return (
        "this Nova does not know what was asked for; of a console: it has none of that type",
        "Ask for spice-html5, novnc or serial; consoles by RDP went with Hyper-V.",
    )


def _not_ready(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match
    if asked.status == "ERROR":
        return (
            f"{asked.instance or 'the instance'} is in ERROR and has no host, so there is no screen",
            "Its fault says why it was never started; a console comes only with a host.",
        )
    if asked.status == "BUILD":
        return (f"{asked.instance or 'the instance'} is still being built", "Wait until it is ACTIVE.")
    return (
        "the instance is not ready: it is still being built, or it is in ERROR without a host",
        "Read its status: BUILD needs time, ERROR has a fault that says why.",
    )


def _wrong_state(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    return (
        f"{asked.instance or 'the instance'} is in the {match[2].replace('_', ' ')} {match[3]}, in which "
        f"Nova does not {match[1]}",
        "Nothing was changed. Read its status again: somebody else may be at work on it.",
    )


def _locked(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match
    return (
        f"{asked.instance or 'the instance'} is locked",
        "Somebody locked it for a reason: ask, then `openstack server unlock`.",
    )


def _quota(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del asked
    return (
        f"the project's quota of {match[1].rstrip(':, ')} is used up",
        "Free some of it, or raise it with `openstack quota set`.",
    )


def _policy(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del asked
    return (
        f"the account lacks a role that the rule {match[1]} asks for",
        "Use an account with the role admin (or reader on the system) in clouds.yaml for it.",
    )


def _gone(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match
    return (
        f"there is no instance {asked.instance or 'of that id'} any more",
        "It was deleted, or it belongs to a project that this account cannot see.",
    )


def _silent(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match
    return (
        f"Nova asked nova-compute {_at(asked)} and got no answer over the message queue",
        f"See whether nova-compute is up {_at(asked)}, and whether the message queue is.",
    )


def _rule(status: int, pattern: str, tell: Callable[[re.Match[str], Asked], tuple[str, str]]) -> _Rule:
    return _Rule(status, re.compile(pattern), tell)


_RULES = (
    _rule(400, r"Unavailable console type ([\w-]+)", _unavailable),
    _rule(400, r"Invalid console type ([\w-]+)", _invalid),
    _rule(400, r"Invalid input for field/attribute type. Value: ([\w-]+)", _unknown_type),
    _rule(400, r"malformed or otherwise incorrect", _foreign),
    _rule(403, r"Quota exceeded for ([\w, ]+):?", _quota),
    _rule(403, r"Policy doesn't allow (\S+) to be performed", _policy),
    _rule(404, r"Instance \S+ could not be found", _gone),
    _rule(404, r"No instance found", _gone),
    _rule(409, r"is not ready", _not_ready),
    _rule(409, r"Cannot '?(\w+)'? instance \S+ while it is in (vm_state|task_state) (\S+)", _wrong_state),
    _rule(409, r"is locked", _locked),
    _rule(500, r"MessagingTimeout", _silent),
)

_BY_STATUS: dict[int, tuple[str, str]] = {
    300: (
        "the address in the catalogue names no version",
        "Give the endpoint of the service compute its version, as in http://HOST:8774/v2.1.",
    ),
    400: ("it finds the request wrong", "This is a cloud that this console does not know; report it."),
    401: (
        "the token has expired, or was revoked",
        "With a password in clouds.yaml a new one is fetched by itself; a token that was written there "
        "must be renewed by hand (openstack token issue).",
    ),
    403: ("the account may not do it", "Use an account with the role for it in clouds.yaml."),
    404: (
        "nothing is at that address",
        "Is the endpoint of the service compute in the catalogue right (openstack catalog show compute)?",
    ),
    406: (
        "this cloud is of a version that does not know the request",
        "It is read without that part as soon as the cloud is asked anew.",
    ),
    409: ("the instance is in a state in which that cannot be done", "Read its status again."),
    413: ("it was asked too often", "Wait a minute."),
    429: ("it was asked too often", "Wait a minute."),
    500: ("it stumbled over the request", "Its log has the request by its id."),
    501: ("the hypervisor cannot do that", "Ask for another kind of console."),
    502: ("what stands before it got no good answer from it", "See whether nova-api is up behind the proxy."),
    503: ("the service is not available", "See whether nova-api, Keystone and the database are up."),
    504: ("what stands before it waited for it in vain", "See whether nova-api is up behind the proxy."),
}


def fault_in_words(message: str, host: str = "") -> str:
    """What an instance's fault means and what to do; empty: its own words have to do."""
    for pattern, words in _FAULTS:
        if pattern.search(message):
            return words.format(where=f"on {host}" if host else "on the compute hosts")
    return ""


_FAULTS = (
    (
        re.compile(r"No valid host was found", re.IGNORECASE),
        "The scheduler found no compute host with room for it: see whether nova-compute is up and enabled, "
        "and whether flavor, aggregate and image ask for what no host has. Then delete it and boot it anew.",
    ),
    (
        re.compile(r"Exceeded maximum number of retries|Exhausted all hosts", re.IGNORECASE),
        "Every host that was tried failed to start it: the log of nova-compute {where} says why.",
    ),
    (
        re.compile(r"PortBindingFailed|Binding failed for port", re.IGNORECASE),
        "Neutron could not bind its port: see whether the agent is up {where}.",
    ),
    (
        re.compile(r"Build of instance \S+ aborted", re.IGNORECASE),
        "Nova gave the building up: volume, image or port is the usual cause; the log of nova-compute "
        "{where} says which.",
    ),
    (
        re.compile(r"ImageNotFound|Image \S+ (?:could not be found|is unacceptable)", re.IGNORECASE),
        "Its image is not there or cannot be used any more: see Glance.",
    ),
    (
        re.compile(r"MessagingTimeout", re.IGNORECASE),
        "nova-compute gave no answer over the message queue: see whether it is up {where}.",
    ),
    (
        re.compile(r"(No space left|DiskSpace|disk_available|Insufficient)", re.IGNORECASE),
        "The host had no room for it: look at the disk and memory {where}.",
    ),
)
