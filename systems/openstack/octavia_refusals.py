"""Octavia's refusals as sentences (GOTCHAS LB-18, its policies): why it said no, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from systems.errors import LoginRefused, Refused, SystemsError
from systems.openstack.asking import Reply
from systems.openstack.refusals import Asked, said_in
from systems.text import visible

_SAID_CHARS = 300


@dataclass(frozen=True, slots=True)
class _Rule:
    """One row: where it holds, why it was refused, what to do."""

    status: int
    pattern: re.Pattern[str]
    tell: Callable[[re.Match[str], Asked], tuple[str, str]]


def balancer_refusal(reply: Reply, asked: Asked) -> SystemsError:
    """Return the error for an answer that says no; `Refused.status` is the HTTP status."""
    said = fault_in(reply)
    why, advice = _explained(reply, said, asked)
    request = f", request {visible(reply.request)}" if reply.status >= 500 and reply.request else ""
    words = f'It said: "{said}" (HTTP {reply.status}{request}).' if said else f"HTTP {reply.status}{request}."
    sentence = f"{reply.cloud}: {asked.what} was refused by {reply.service} at {reply.where}: {why}."
    sentence += f" {words} {advice}"
    if reply.status == 401:
        return LoginRefused(sentence)
    return Refused(sentence, status=reply.status)


def fault_in(reply: Reply) -> str:
    """What the body says: Octavia's faultstring, which is an envelope of its own, or what others say."""
    try:
        found = json.loads(reply.body.decode("utf-8", "backslashreplace"))
    except (ValueError, RecursionError):
        return said_in(reply)
    fault = found.get("faultstring") if isinstance(found, dict) else None
    if not isinstance(fault, str):
        return said_in(reply)
    words = visible(" ".join(fault.split()))
    return words if len(words) <= _SAID_CHARS else f"{words[: _SAID_CHARS - 1]}…"


def _explained(reply: Reply, said: str, asked: Asked) -> tuple[str, str]:
    for rule in _RULES:
        match = rule.pattern.search(said) if rule.status == reply.status else None
        if match is not None:
            return rule.tell(match, asked)
    log = f"{reply.service}'s log says more."
    why, advice = _BY_STATUS.get(reply.status, (f"it answered with HTTP {reply.status}", log))
    return why, advice.format(service=reply.service)


def _locked(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match
    return (
        f"{asked.instance or 'the load balancer'} is locked: Octavia is at work on it or on something below "
        "it (PENDING), or it is in ERROR, in which only a failover or its deletion is taken (LB-18)",
        "Nothing was changed. Read its provisioning status: a lock ends by itself when the work is done.",
    )


def _wrong_state(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    return (
        f"{asked.instance or 'the load balancer'} is {match[1]}: Octavia is at work on it, and takes a "
        "failover only when it is ACTIVE or ERROR (LB-18)",
        "Nothing was changed. Wait until the lock ends, and read it again.",
    )


def _policy(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match, asked
    return (
        "the account lacks a role for it: Octavia wants load-balancer_observer or load-balancer_member "
        "(reader or member, where its policy was opened) to read, and admin for a failover",
        "Give the account in clouds.yaml such a role on its project, or use another one.",
    )


def _unable(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del asked
    return (
        f"the provider {match[1]} cannot do that: only amphorae are replaced by a failover",
        "See the provider's own documentation for its way.",
    )


def _provider(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del asked
    return (
        f"the driver of the provider {match[1]} failed",
        "See whether the provider's agent is up; Octavia's log has the request by its id.",
    )


def _no_provider(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del asked
    return (
        f"its provider {match[1]} is not enabled any more in this Octavia",
        "An administrator enables it in [api_settings] enabled_provider_drivers.",
    )


def _gone(match: re.Match[str], asked: Asked) -> tuple[str, str]:
    del match
    return (
        f"there is no {asked.instance or 'object of that id'} any more",
        "It was deleted, or it belongs to a project that this account cannot see.",
    )


def _rule(status: int, pattern: str, tell: Callable[[re.Match[str], Asked], tuple[str, str]]) -> _Rule:
    return _Rule(status, re.compile(pattern), tell)


_RULES = (
    _rule(403, r"Policy does not allow this request", _policy),
    _rule(404, r"\S+ \S+ not found", _gone),
    _rule(409, r"is immutable and cannot be updated", _locked),
    _rule(409, r"Invalid state (\w+) of loadbalancer", _wrong_state),
    _rule(400, r"Provider '([\w.-]+)' is not enabled", _no_provider),
    _rule(501, r"Provider '([\w.-]+)' does not support", _unable),
    _rule(500, r"Provider '([\w.-]+)' reports error", _provider),
)

_BY_STATUS: dict[int, tuple[str, str]] = {
    400: ("it finds the request wrong", "This is a cloud that this console does not know; report it."),
    401: (
        "the token has expired, or was revoked",
        "With a password in clouds.yaml a new one is fetched by itself; a token that was written there "
        "must be renewed by hand (openstack token issue).",
    ),
    403: ("the account may not do it", "Use an account with the role for it in clouds.yaml."),
    404: (
        "nothing is at that address",
        "Is the endpoint of {service} in the catalogue right (openstack catalog list)?",
    ),
    409: ("the object is in a state in which that cannot be done", "Read its status again."),
    429: ("it was asked too often", "Wait a minute."),
    500: ("it stumbled over the request", "Its log has the request by its id."),
    502: (
        "what stands before it got no good answer from it",
        "See whether {service}'s API is up behind the proxy.",
    ),
    503: (
        "the service is not available",
        "See whether {service}'s API, Keystone and the database are up.",
    ),
    504: (
        "what stands before it waited for it in vain",
        "See whether {service}'s API is up behind the proxy.",
    ),
}
