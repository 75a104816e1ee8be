"""Octavia's refusals (GOTCHAS LB-18, its policies): why it said no, and what to do."""

from __future__ import annotations

import re

from systems.openstack.decoding import Asked, Rules, Told, rule


def _locked(match: re.Match[str], asked: Asked) -> Told:
    del match
    return (
        f"{asked.name or 'the load balancer'} is locked: Octavia is at work on it or on something below "
        "it (PENDING), or it is in ERROR, in which only a failover or its deletion is taken (LB-18)",
        "Nothing was changed. Read its provisioning status: a lock ends by itself when the work is done.",
    )


def _wrong_state(match: re.Match[str], asked: Asked) -> Told:
    return (
        f"{asked.name or 'the load balancer'} is {match[1]}: Octavia is at work on it, and takes a "
        "failover only when it is ACTIVE or ERROR (LB-18)",
        "Nothing was changed. Wait until the lock ends, and read it again.",
    )


def _policy(match: re.Match[str], asked: Asked) -> Told:
    del match, asked
    return (
        "the account lacks a role for it: Octavia wants load-balancer_observer or load-balancer_member "
        "(reader or member, where its policy was opened) to read, and admin for a failover",
        "Give the account in clouds.yaml such a role on its project, or use another one.",
    )


def _unable(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"the provider {match[1]} cannot do that: only amphorae are replaced by a failover",
        "See the provider's own documentation for its way.",
    )


def _provider(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"the driver of the provider {match[1]} failed",
        "See whether the provider's agent is up; Octavia's log has the request by its id.",
    )


def _no_provider(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"its provider {match[1]} is not enabled any more in this Octavia",
        "An administrator enables it in [api_settings] enabled_provider_drivers.",
    )


def _gone(match: re.Match[str], asked: Asked) -> Told:
    del match
    return (
        f"there is no {asked.name or 'object of that id'} any more",
        "It was deleted, or it belongs to a project that this account cannot see.",
    )


def _quota(match: re.Match[str], asked: Asked) -> Told:
    del match, asked
    return (
        "the project has as many of these as its quota in Octavia allows",
        "Nothing was made. `openstack loadbalancer quota show` tells it; delete one, or have it raised.",
    )


def _taken_port(match: re.Match[str], asked: Asked) -> Told:
    return (
        f"another listener of {asked.name or 'the load balancer'} has {match[1]} port {match[2]} already",
        "Nothing was made. Choose another port, or another load balancer.",
    )


def _taken_place(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"another one has that place already: {match[0][:1].lower()}{match[0][1:]}",
        "Nothing was made. Use the one that is there, or delete it first.",
    )


def _no_such(match: re.Match[str], asked: Asked) -> Told:
    del asked
    return (
        f"there is no {match[1].lower()} {match[2]} in this cloud that the account may use",
        "Nothing was made. `openstack subnet list` tells those that there are.",
    )


def _children(match: re.Match[str], asked: Asked) -> Told:
    del match
    return (
        f"something still hangs below {asked.name or 'it'}",
        "Nothing was deleted. Take that away first, or all of it at once (cascade).",
    )


OCTAVIA = Rules(
    (
        rule(403, r"[Qq]uota", _quota),
        rule(409, r"already using protocol (\w+) and protocol_port (\d+)", _taken_port),
        rule(409, r"Another member on this pool is already using ip \S+ on protocol_port \d+", _taken_place),
        rule(
            409,
            r"This (?:pool already has a health monitor|listener already has a default pool)",
            _taken_place,
        ),
        rule(400, r"(Subnet|Network|Port) (\S+) not found", _no_such),
        rule(400, r"has children", _children),
        rule(403, r"Policy does not allow this request", _policy),
        rule(404, r"\S+ \S+ not found", _gone),
        rule(409, r"is immutable and cannot be updated", _locked),
        rule(409, r"Invalid state (\w+) of loadbalancer", _wrong_state),
        rule(400, r"Provider '([\w.-]+)' is not enabled", _no_provider),
        rule(501, r"Provider '([\w.-]+)' does not support", _unable),
        rule(500, r"Provider '([\w.-]+)' reports error", _provider),
    )
)
