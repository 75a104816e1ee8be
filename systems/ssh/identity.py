"""With which keys to log in: those of the agent and of the identity files, in OpenSSH's order.

Files are read once and the agent is asked once a session; every connection shares the decoded keys.
"""

from __future__ import annotations

import asyncio
import copy
import os
from dataclasses import dataclass

import asyncssh

from systems.ssh.config import HostConfig

_AGENT_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class Offer:
    """The keys to offer one host, in order, and what stood in the way of others."""

    keys: tuple[asyncssh.SSHKeyPair, ...]
    locked: tuple[str, ...]
    """Files whose keys have a passphrase and are not in the agent."""
    troubles: tuple[str, ...]
    """Files that were asked for and could not be used, and an agent that does not answer; in sentences."""


@dataclass(frozen=True, slots=True)
class _FromFile:
    path: str
    pairs: tuple[asyncssh.SSHKeyPair, ...]
    public: bytes | None
    certificates: tuple[asyncssh.SSHCertificate, ...]
    trouble: str | None
    is_locked: bool


class Identities:
    """The keys of one session."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, tuple[str, ...], int], _FromFile] = {}
        self._agents: dict[str, asyncio.Task[tuple[asyncssh.SSHKeyPair, ...]]] = {}

    def read_files(self, config: HostConfig) -> tuple[_FromFile, ...]:
        """Read the identity files of a host. Blocks: call it in a thread."""
        found = []
        for path in config.identity_files:
            try:
                stamp = os.stat(path).st_mtime_ns
            except OSError as error:
                if config.has_own_identities and not os.path.exists(f"{path}.pub"):
                    sentence = f"{path} cannot be read: {error.strerror}"
                    found.append(_FromFile(path, (), None, (), sentence, is_locked=False))
                stamp = 0
                if not os.path.exists(f"{path}.pub"):
                    continue
            key = (path, config.certificate_files, stamp)
            if key not in self._files:
                self._files[key] = _read_identity(path, config.certificate_files)
            found.append(self._files[key])
        return tuple(found)

    async def offer(self, config: HostConfig, files: tuple[_FromFile, ...]) -> Offer:
        """Put the keys of agent and files in order: agent keys that are named, other agent keys, files."""
        troubles = [file.trouble for file in files if file.trouble]
        in_agent: tuple[asyncssh.SSHKeyPair, ...] = ()
        if config.agent:
            try:
                in_agent = await self._agent_keys(config.agent)
            except (OSError, ValueError, TimeoutError) as error:
                troubles.append(f"the agent at {config.agent} does not answer: {str(error) or 'no answer'}")
        by_public = {pair.public_data: pair for pair in in_agent}
        named: list[asyncssh.SSHKeyPair] = []
        for file in files:
            if file.public is not None and (pair := by_public.pop(file.public, None)) is not None:
                named += [*_with_certificates(pair, file.certificates), pair]
            for certificate in file.certificates:
                if certificate.public_data in by_public:
                    named.append(by_public.pop(certificate.public_data))
        others = [] if config.identities_only else list(by_public.values())
        taken = {pair.public_data for pair in named}
        own = [pair for file in files for pair in file.pairs if pair.public_data not in taken]
        locked = tuple(file.path for file in files if file.is_locked and file.public not in taken)
        return Offer(tuple(copy.copy(pair) for pair in [*named, *others, *own]), locked, tuple(troubles))

    async def _agent_keys(self, path: str) -> tuple[asyncssh.SSHKeyPair, ...]:
        task = self._agents.get(path)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._agents[path] = asyncio.create_task(_ask_agent(path))
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Ask the agents and read the files anew next time: after a login was refused, keys may be added."""
        self._agents.clear()


async def _ask_agent(path: str) -> tuple[asyncssh.SSHKeyPair, ...]:
    async with asyncio.timeout(_AGENT_TIMEOUT_S):
        return tuple(await asyncssh.SSHAgentClient(path).get_keys())


def _with_certificates(
    pair: asyncssh.SSHKeyPair, certificates: tuple[asyncssh.SSHCertificate, ...]
) -> list[asyncssh.SSHKeyPair]:
    found = []
    for certificate in certificates:
        if certificate.key.public_data == pair.key_public_data:
            certified = copy.copy(pair)
            certified.set_certificate(certificate)
            found.append(certified)
    return found


def _read_identity(path: str, certificate_files: tuple[str, ...]) -> _FromFile:
    certificates: list[asyncssh.SSHCertificate] = []
    for file in (*certificate_files, f"{path}-cert.pub"):
        try:
            certificates.append(asyncssh.read_certificate(file))
        except (OSError, asyncssh.KeyImportError):
            continue
    public = _read_public(path)
    pairs: tuple[asyncssh.SSHKeyPair, ...] = ()
    trouble = None
    is_locked = False
    try:
        key = asyncssh.read_private_key(path)
    except asyncssh.KeyEncryptionError:
        is_locked = True
    except asyncssh.KeyImportError as error:
        is_locked = "assphrase" in str(error)
        trouble = None if is_locked or public else f"{path} holds no usable private key: {error}"
    except OSError:
        trouble = None
    else:
        public = public or key.public_data
        own = [certificate for certificate in certificates if certificate.key.public_data == key.public_data]
        pairs = tuple(asyncssh.load_keypairs([(key, certificate) for certificate in own] + [key]))
        pairs = tuple({pair.public_data: pair for pair in pairs}.values())
    return _FromFile(path, pairs, public, tuple(certificates), trouble, is_locked)


def _read_public(path: str) -> bytes | None:
    for file in (f"{path}.pub", path):
        try:
            return asyncssh.read_public_key(file).public_data
        except (OSError, asyncssh.KeyImportError):
            continue
    return None
