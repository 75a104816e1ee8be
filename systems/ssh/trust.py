"""Puts together which keys of a host are to be trusted: known_hosts, and what ssh_config adds to it."""

from __future__ import annotations

import asyncssh
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from systems.errors import HostKeyChanged, Unreachable
from systems.ssh.config import HostConfig
from systems.ssh.known_hosts import Entry, Known, KnownHosts, name_in_file

_KRL_MAGIC = b"SSHKRL"


def known_keys(known_hosts: KnownHosts, config: HostConfig) -> Known:
    """Look a host up. Blocks: use a thread. Raises `Unreachable` for a file that cannot be read or obeyed."""
    name = config.host_key_alias or name_in_file(config.host_name, config.port)
    known = known_hosts.lookup(config.known_hosts, name)
    if config.port != 22 and not config.host_key_alias and not (known.hosts or known.authorities):
        bare = known_hosts.lookup(config.known_hosts, config.host_name)
        known = Known(bare.hosts, bare.authorities, known.revoked + bare.revoked)
    if config.revoked_host_keys:
        known = Known(
            known.hosts, known.authorities, known.revoked + _revoked(config, config.revoked_host_keys)
        )
    return _without_short_keys(config, known)


def narrow_to_address(known_hosts: KnownHosts, config: HostConfig, known: Known, address: str) -> Known:
    """With CheckHostIP: where the address is known too, only what it is known by counts."""
    name = name_in_file(address, config.port)
    by_address = known_hosts.lookup(config.known_hosts, name)
    if not by_address.hosts or address == config.host_name:
        return known
    keys = {key for _, key in by_address.hosts}
    both = tuple((entry, key) for entry, key in known.hosts if key in keys)
    return Known(both or by_address.hosts, known.authorities, known.revoked + by_address.revoked)


def rsa_bits(key: asyncssh.SSHKey) -> int | None:
    """Return the size of an RSA key; None for the other kinds."""
    inner = key.pyca_key
    return inner.key_size if isinstance(inner, (RSAPublicKey, RSAPrivateKey)) else None


def _without_short_keys(config: HostConfig, known: Known) -> Known:
    sizes = [(entry, rsa_bits(key)) for entry, key in known.hosts]
    short = [(entry, bits) for entry, bits in sizes if bits is not None and bits < config.required_rsa_bits]
    if not short:
        return known
    refused = {entry for entry, _ in short}
    rest = tuple((entry, key) for entry, key in known.hosts if entry not in refused)
    if not rest and not known.authorities:
        entry, bits = short[0]
        raise HostKeyChanged(
            f"{config.host}: the key in {entry.where} is an RSA key of {bits} bits, fewer than the "
            f"{config.required_rsa_bits} of RequiredRSASize in ssh_config; give the host a stronger key"
        )
    return Known(rest, known.authorities, known.revoked)


def _revoked(config: HostConfig, path: str) -> tuple[tuple[Entry, asyncssh.SSHKey], ...]:
    """Read RevokedHostKeys. As for OpenSSH, without the file no host is trusted."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        why = f"cannot be read ({error.strerror}), so no host key is trusted"
        raise Unreachable(f"{config.host}: RevokedHostKeys {path} {why}") from error
    if data.startswith(_KRL_MAGIC):
        why = "is a binary list, which is not read here; write the keys as text"
        raise Unreachable(f"{config.host}: RevokedHostKeys {path} {why}")
    found = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            key = asyncssh.import_public_key(line)
        except asyncssh.KeyImportError as error:
            raise Unreachable(f"{config.host}: RevokedHostKeys {path}, line {number} is not a key") from error
        found.append((Entry(path, number, "@revoked", words[0], words[1]), key))
    return tuple(found)
