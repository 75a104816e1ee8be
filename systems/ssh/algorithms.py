"""Which algorithms to offer: what ssh_config asks for, word for word; else the cheap strong ones first.

With nothing asked, curve25519-sha256 and aes128-gcm stand first: that halves the client's work of a login.
The others are still offered after them. What ssh_config lists is never reordered.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

import asyncssh
from asyncssh.encryption import get_default_encryption_algs, get_encryption_algs
from asyncssh.kex import get_default_kex_algs, get_kex_algs
from asyncssh.mac import get_default_mac_algs, get_mac_algs
from asyncssh.public_key import (
    decode_ssh_public_key,
    get_certificate_algs,
    get_default_certificate_algs,
    get_default_public_key_algs,
    get_public_key_algs,
)

from systems.errors import Unreachable
from systems.ssh.config import HostConfig
from systems.ssh.known_hosts import Known
from systems.ssh.trust import rsa_bits

_FIRST_KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org")
_FIRST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")


@dataclass(frozen=True, slots=True)
class Algorithms:
    """What one connection offers, most wanted first."""

    kex: list[str]
    ciphers: list[str]
    macs: list[str]
    host_keys: list[str]
    signatures: list[str]


def choose(config: HostConfig, known: Known) -> Algorithms:
    """Put together the offer for a host. Raises `Unreachable` when nothing that ssh_config asks is left."""
    asked = config.algorithms
    kex = _names(get_default_kex_algs())
    ciphers = _names(get_default_encryption_algs())
    return Algorithms(
        kex=_pick(config, "kexalgorithms", _names(get_kex_algs()), kex)
        if "kexalgorithms" in asked
        else _with_first(_FIRST_KEX, kex),
        ciphers=_pick(config, "ciphers", _names(get_encryption_algs()), ciphers)
        if "ciphers" in asked
        else _with_first(_FIRST_CIPHERS, ciphers),
        macs=_pick(config, "macs", _names(get_mac_algs()), _names(get_default_mac_algs())),
        host_keys=_host_keys(config, known),
        signatures=_signatures(config),
    )


def _names(algorithms: Sequence[bytes]) -> list[str]:
    return [algorithm.decode("ascii") for algorithm in algorithms]


def _with_first(first: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for name in first if name in names] + [name for name in names if name not in first]


def _pick(config: HostConfig, keyword: str, possible: Sequence[str], default: Sequence[str]) -> list[str]:
    """Apply a list of ssh_config(5): plain, or `+`, `-`, `^` against the default."""
    text = config.algorithms.get(keyword, "")
    if not text:
        return list(default)
    sign, patterns = (text[0], text[1:]) if text[0] in "+-^" else ("", text)
    listed = [
        name for pattern in patterns.split(",") for name in possible if fnmatch.fnmatchcase(name, pattern)
    ]
    if sign == "-":
        chosen = [name for name in default if name not in listed]
    else:
        chosen = {"+": [*default, *listed], "^": [*listed, *default], "": listed}[sign]
    if not chosen:
        raise Unreachable(
            f"{config.host}: ssh_config asks for {keyword} {text}, and none of them is available here"
        )
    return list(dict.fromkeys(chosen))


def _host_keys(config: HostConfig, known: Known) -> list[str]:
    """Put what is known of the host first, so that it shows the key that can be checked, as OpenSSH does."""
    default = _names(get_default_certificate_algs()) + _names(get_default_public_key_algs())
    possible = _names(get_certificate_algs()) + _names(get_public_key_algs())
    if "hostkeyalgorithms" in config.algorithms:
        return _pick(config, "hostkeyalgorithms", possible, default)
    first = _names(get_default_certificate_algs()) if known.authorities else []
    for _, key in known.hosts:
        first += _names(key.sig_algorithms)
    return _with_first(list(dict.fromkeys(first)), default)


def _signatures(config: HostConfig) -> list[str]:
    """What certificates and our own keys may be signed with: the stricter of the two lists."""
    possible, default = _names(get_public_key_algs()), _names(get_default_public_key_algs())
    chosen = _pick(config, "casignaturealgorithms", possible, default)
    if "pubkeyacceptedalgorithms" in config.algorithms:
        accepted = _pick(config, "pubkeyacceptedalgorithms", possible, default)
        chosen = [name for name in chosen if name in accepted]
    return chosen


def accepts_key(config: HostConfig, pair: asyncssh.SSHKeyPair) -> bool:
    """Whether PubkeyAcceptedAlgorithms and RequiredRSASize let this key be offered."""
    if pair.key_algorithm == b"ssh-rsa":
        bits = rsa_bits(decode_ssh_public_key(pair.key_public_data))
        if bits is not None and bits < config.required_rsa_bits:
            return False
    if "pubkeyacceptedalgorithms" not in config.algorithms:
        return True
    possible = _names(get_certificate_algs()) + _names(get_public_key_algs())
    accepted = _pick(config, "pubkeyacceptedalgorithms", possible, possible)
    names = {pair.get_algorithm(), *_names(pair.sig_algorithms)}
    return bool(names & set(accepted))
