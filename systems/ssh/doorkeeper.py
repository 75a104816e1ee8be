"""Checks the host's key and remembers what was seen, so that a refusal can be told in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import asyncssh

from systems.errors import HostKeyChanged, HostKeyUnknown, Unreachable
from systems.ssh.config import HostConfig
from systems.ssh.known_hosts import Entry, Known, name_in_file

_KINDS = {
    "ssh-ed25519": "ed25519",
    "ssh-rsa": "rsa",
    "ssh-dss": "dsa",
    "sk-ssh-ed25519@openssh.com": "ed25519-sk",
}


class Doorkeeper(asyncssh.SSHClient):
    """One for each login. asyncssh asks it only about keys that are not in `known`: it never lets one in."""

    def __init__(self, known: Known, lost: Callable[[Exception | None], None]) -> None:
        self.known = known
        self.presented: asyncssh.SSHKey | None = None
        self.connection: asyncssh.SSHClientConnection | None = None
        self._lost = lost

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connection = conn

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost(exc)

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.presented = key
        return False

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.presented = key
        return False

    @property
    def saw_version(self) -> bool:
        """Whether the host said that it speaks SSH before the connection ended."""
        return bool(self.connection and self.connection.get_extra_info("server_version"))


def refusal(config: HostConfig, keeper: Doorkeeper, reason: str) -> Unreachable:
    """Say why the host's key was not accepted, and what to do."""
    key, known = keeper.presented, keeper.known
    if key is None:
        return HostKeyChanged(
            f"{config.host}: its host key is not accepted: {reason}. Nothing was sent to it."
        )
    kind, fingerprint = kind_of(key), key.get_fingerprint()
    if known.hosts:
        return HostKeyChanged(_changed(config, kind, fingerprint, known.hosts))
    return HostKeyUnknown(_unknown(config, kind, fingerprint, known))


def kind_of(key: asyncssh.SSHKey) -> str:
    """Return the kind of a key as ssh-keygen names it."""
    name = key.get_algorithm()
    return "ecdsa" if name.startswith("ecdsa") else _KINDS.get(name, name)


def _unknown(config: HostConfig, kind: str, fingerprint: str, known: Known) -> str:
    name = config.host_key_alias or name_in_file(config.host_name, config.port)
    sentence = (
        f"{config.host}: the {kind} host key of {name} is not known: {fingerprint}. Nothing was sent to it. "
        f"Compare it with what ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub says at the host's own console"
    )
    if known.authorities:
        where = known.authorities[0][0].where
        sentence += f"; it shows no certificate of the authority in {where}"
    if not config.known_hosts:
        return f"{sentence}. ssh_config names no known_hosts file for it, so no key can be known."
    return f"{sentence}, then add it: {_how_to_add(config, kind)}"


def _how_to_add(config: HostConfig, kind: str) -> str:
    if config.jumps or config.proxy_command or config.host_key_alias:
        return f"ssh {config.host}  (answer yes only if the fingerprint is the same)"
    port = "" if config.port == 22 else f"-p {config.port} "
    return f"ssh-keyscan {port}-t {kind} {config.host_name} >> {config.known_hosts[0]}"


def _changed(
    config: HostConfig, kind: str, fingerprint: str, hosts: tuple[tuple[Entry, asyncssh.SSHKey], ...]
) -> str:
    entry, old = next(((entry, key) for entry, key in hosts if kind_of(key) == kind), hosts[0])
    name = config.host_key_alias or name_in_file(config.host_name, config.port)
    return (
        f"{config.host}: its host key has changed: it shows {kind} {fingerprint}, but {entry.where} has "
        f"{kind_of(old)} {old.get_fingerprint()}. Either it was installed anew, or another machine "
        "answers in its place. Nothing was sent to it. Only if the first is certain: "
        f"ssh-keygen -f {entry.file} -R '{name}', then add the new key"
    )
