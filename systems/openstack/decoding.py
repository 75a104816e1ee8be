"""How a refusal becomes a sentence: each service gives its rules, and the words are put together here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import TypeAlias

from systems.errors import LoginRefused, Refused, SystemsError, TimedOut
from systems.openstack.asking import Reply
from systems.text import visible

_SAID_CHARS = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, in words that complete "... was refused"."""

    what: str
    """"the list of instances", "a spice-html5 console of web-7", "to stop web-7"."""
    name: str = ""
    """The instance's or load balancer's name, where it is about one."""
    host: str = ""
    """Its compute host, where it is known."""
    status: str = ""
    """Its status as it was last read."""


Told: TypeAlias = tuple[str, str]
"""Why it was refused, and what to do. `{service}` and `{api}` in a row by status stand for who answered."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a decoder: where it holds, why it was refused, what to do."""

    status: int
    pattern: re.Pattern[str]
    tell: Callable[[re.Match[str], Asked], Told]
    is_silence: bool = False
    """The service says that one behind it did not answer: whether it took what was sent is not known."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one service says when it says no."""

    rules: tuple[Rule, ...] = ()
    """The first that holds."""
    by_status: Mapping[int, Told] = field(default_factory=dict)
    """Where it means something of its own by a status."""
    api: str = "{service}'s API"
    """The process that answers, as operators call it."""


def rule(
    status: int, pattern: str, tell: Callable[[re.Match[str], Asked], Told], *, is_silence: bool = False
) -> Rule:
    """A row of a decoder, its pattern looked for anywhere in what was said."""
    return Rule(status, re.compile(pattern), tell, is_silence)


def explained(reply: Reply, asked: Asked, rules: Rules) -> SystemsError:
    """Return the error for an answer that says no; `Refused.status` is the HTTP status."""
    said = said_in(reply)
    match, found = _match(rules, reply.status, said)
    why, advice = found.tell(match, asked) if match and found else _by_status(rules, reply)
    request = f", request {visible(reply.request)}" if reply.status >= 500 and reply.request else ""
    words = f'It said: "{said}" (HTTP {reply.status}{request}).' if said else f"HTTP {reply.status}{request}."
    sentence = f"{reply.cloud}: {asked.what} was refused by {reply.service} at {reply.where}: {why}."
    sentence += f" {words} {advice}"
    if reply.status == 401:
        return LoginRefused(sentence)
    if found and found.is_silence:
        return TimedOut(sentence)
    return Refused(sentence, status=reply.status)


def _match(rules: Rules, status: int, said: str) -> tuple[re.Match[str] | None, Rule | None]:
    for one in rules.rules:
        match = one.pattern.search(said) if one.status == status else None
        if match is not None:
            return match, one
    return None, None


def _by_status(rules: Rules, reply: Reply) -> Told:
    unknown = (f"it answered with HTTP {reply.status}", "{service}'s log says more.")
    why, advice = rules.by_status.get(reply.status) or _BY_STATUS.get(reply.status) or unknown
    return why, advice.format(service=reply.service, api=rules.api.format(service=reply.service))


def said_in(reply: Reply) -> str:
    """What the body says: Octavia's faultstring, the others' envelope, or the title of a proxy's page."""
    text = reply.body.decode("utf-8", "backslashreplace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        title = re.search(r"<(?:title|h1)>(.*?)</", text, re.IGNORECASE | re.DOTALL)
        return _short(unescape(title[1]) if title else text)
    if isinstance(found, dict):
        envelopes = [one for one in (found, *found.values()) if isinstance(one, dict)]
        for words in (found.get("faultstring"), *(one.get("message") for one in envelopes)):
            if isinstance(words, str):
                return _short(words)
    return _short(text)


def _short(text: str) -> str:
    words = visible(" ".join(text.split()))
    return words if len(words) <= _SAID_CHARS else f"{words[: _SAID_CHARS - 1]}…"


_BY_STATUS: Mapping[int, Told] = {
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
    413: ("it was asked too often", "Wait a minute."),
    429: ("it was asked too often", "Wait a minute."),
    500: ("it stumbled over the request", "Its log has the request by its id."),
    502: ("what stands before it got no good answer from it", "See whether {api} is up behind the proxy."),
    503: ("the service is not available", "See whether {api}, Keystone and the database are up."),
    504: ("what stands before it waited for it in vain", "See whether {api} is up behind the proxy."),
}
