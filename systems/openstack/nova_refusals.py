"""Nova's refusals (GOTCHAS E.4): why it said no, and what to do."""

from __future__ import annotations

import re

from systems.openstack.decoding import Asked, Rules, Told, rule


def _at(asked: Asked) -> str:
    """ "on cmp1", as far as it is known."""
    return f"on {asked.host}" if asked.host else "on its compute host"


def _unavailable(match: re.Match[str], asked: Asked) -> Told:
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


def _invalid(match: re.Match[str], asked: Asked) -> Told:
    return (
        f"the hypervisor {_at(asked)} does not handle consoles of the type {match[1]}; up to Icehouse the "
        "same words mean that the type is disabled",
        "Ask for another type; on such an old cloud, see whether [spice] enabled is True on the compute "
        "host.",
    )


def _unknown_type(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"this Nova knows no console of the type {match[1]}",
        "It takes spice-html5, novnc and serial; spice-direct since 31.0.0.",
    )


def _foreign(match: re.Match[str], asked: Asked) -> Told:
    del match, asked
    return (
        "this Nova does not know what was asked for; of a console: it has none of that type",
        "Ask for spice-html5, novnc or serial; consoles by RDP went with Hyper-V.",
    )


def _not_ready(match: re.Match[str], asked: Asked) -> Told:
    del match
    if asked.status == "ERROR":
        return (
            f"{asked.name or 'the instance'} is in ERROR and has no host, so there is no screen",
            "Its fault says why it was never started; a console comes only with a host.",
        )
    if asked.status == "BUILD":
        return (f"{asked.name or 'the instance'} is still being built", "Wait until it is ACTIVE.")
    return (
        "the instance is not ready: it is still being built, or it is in ERROR without a host",
        "Read its status: BUILD needs time, ERROR has a fault that says why.",
    )


def _wrong_state(match: re.Match[str], asked: Asked) -> Told:
    return (
        f"{asked.name or 'the instance'} is in the {match[2].replace('_', ' ')} {match[3]}, in which "
        f"Nova does not {match[1]}",
        "Nothing was changed. Read its status again: somebody else may be at work on it.",
    )


def _locked(match: re.Match[str], asked: Asked) -> Told:
    del match
    return (
        f"{asked.name or 'the instance'} is locked",
        "Somebody locked it for a reason: ask, then `openstack server unlock`.",
    )


def _quota(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"the project's quota of {match[1].rstrip(':, ')} is used up",
        "Free some of it, or raise it with `openstack quota set`.",
    )


def _policy(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"the account lacks a role that the rule {match[1]} asks for",
        "Use an account with the role admin (or reader on the system) in clouds.yaml for it.",
    )


def _gone(match: re.Match[str], asked: Asked) -> Told:
    del match
    return (
        f"there is no instance {asked.name or 'of that id'} any more",
        "It was deleted, or it belongs to a project that this account cannot see.",
    )


def _silent(match: re.Match[str], asked: Asked) -> Told:
    del match
    return (
        f"Nova asked nova-compute {_at(asked)} and got no answer over the message queue",
        f"See whether nova-compute is up {_at(asked)}, and whether the message queue is.",
    )


_RULES = (
    rule(400, r"Unavailable console type ([\w-]+)", _unavailable),
    rule(400, r"Invalid console type ([\w-]+)", _invalid),
    rule(400, r"Invalid input for field/attribute type. Value: ([\w-]+)", _unknown_type),
    rule(400, r"malformed or otherwise incorrect", _foreign),
    rule(403, r"Quota exceeded for ([\w, ]+):?", _quota),
    rule(403, r"Policy doesn't allow (\S+) to be performed", _policy),
    rule(404, r"Instance \S+ (?:could not be found|has no mapping to a cell)", _gone),
    rule(404, r"No instance found", _gone),
    rule(409, r"is not ready", _not_ready),
    rule(409, r"Cannot '?(\w+)'? instance \S+ while it is in (vm_state|task_state) (\S+)", _wrong_state),
    rule(409, r"is locked", _locked),
    rule(500, r"MessagingTimeout", _silent, is_silence=True),
)

_BY_STATUS = {
    300: (
        "the address in the catalogue names no version",
        "Give the endpoint of the service compute its version, as in http://HOST:8774/v2.1.",
    ),
    406: (
        "this cloud is of a version that does not know the request",
        "It is read without that part as soon as the cloud is asked anew.",
    ),
    409: ("the instance is in a state in which that cannot be done", "Read its status again."),
    501: ("the hypervisor cannot do that", "Ask for another kind of console."),
}

NOVA = Rules(_RULES, _BY_STATUS, api="nova-api")
