"""The options of asyncssh for a connection, built once for all hosts that ask for the same."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import asyncssh
from asyncssh.connection import _connect

from systems.ssh.algorithms import Algorithms, choose
from systems.ssh.config import HostConfig
from systems.ssh.known_hosts import Known

KEEPALIVE_INTERVAL_S = 3.0
KEEPALIVE_COUNT = 2
"""A dead peer is noticed after (count + 1) intervals: 9 s."""


@dataclass(slots=True)
class SharedOptions:
    """Those of one session. asyncssh by itself looks through all of them for each host, in a thread."""

    _chosen: dict[tuple[object, ...], Algorithms] = field(default_factory=dict)
    _built: dict[tuple[object, ...], asyncssh.SSHClientConnectionOptions] = field(default_factory=dict)

    def for_host(self, config: HostConfig, known: Known) -> asyncssh.SSHClientConnectionOptions:
        """Return the options for a host."""
        kinds = tuple(key.get_algorithm() for _, key in known.hosts)
        algorithms_key = (tuple(config.algorithms.items()), kinds, bool(known.authorities))
        if algorithms_key not in self._chosen:
            self._chosen[algorithms_key] = choose(config, known)
        interval_s = min(config.keepalive_interval_s or KEEPALIVE_INTERVAL_S, KEEPALIVE_INTERVAL_S)
        count = min(config.keepalive_count or KEEPALIVE_COUNT, KEEPALIVE_COUNT)
        key = (
            *algorithms_key,
            *(
                interval_s,
                count,
                config.takes_keys,
                config.is_compressed,
                config.tcp_keepalive,
                config.rekey_limit,
            ),
            tuple(config.environment.items()),
            config.user,
        )
        if key not in self._built:
            self._built[key] = _build(config, self._chosen[algorithms_key], interval_s, count)
        return self._built[key]


async def connect(
    shared: asyncssh.SSHClientConnectionOptions,
    config: HostConfig,
    known: Known,
    *,
    keys: list[asyncssh.SSHKeyPair],
    client: asyncssh.SSHClient,
    tunnel: object,
    proxy: list[str] | None,
) -> asyncssh.SSHClientConnection:
    """Do what `asyncssh.connect` does, with a copy of options that are complete and what is this host's own.

    No agent is asked on the way: `keys` are all there are.
    """
    own: dict[str, Any] = {
        "protocol_factory": lambda: client,
        "orig_host": config.host_name,
        "host": config.host_name,
        "port": config.port,
        "tunnel": tunnel,
        "proxy_command": proxy,
        "client_keys": keys,
        "known_hosts": _only(known),
        "host_key_alias": config.host_key_alias,
    }
    options = copy.copy(shared)
    vars(options).update(own)
    loop = asyncio.get_running_loop()

    def new_connection() -> asyncssh.SSHClientConnection:
        return asyncssh.SSHClientConnection(loop, options, wait="auth")

    return await _connect(options, None, loop, 0, None, new_connection, "Opening SSH connection to")


def _only(known: Known) -> Callable[[str, str, int | None], tuple[list[asyncssh.SSHKey], ...]]:
    """What asyncssh asks for the keys of a host: it gets these, and looks into no file."""
    trusted = tuple(
        [[key for _, key in entries] for entries in (known.hosts, known.authorities, known.revoked)]
    )
    return lambda _host, _address, _port: trusted


def _build(
    config: HostConfig, algorithms: Algorithms, interval_s: float, count: int
) -> asyncssh.SSHClientConnectionOptions:
    rekey = dict(zip(("rekey_bytes", "rekey_seconds"), _rekey(config.rekey_limit), strict=False))
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        known_hosts=([], [], []),
        client_keys=None,
        agent_path=None,
        gss_host=None,
        x509_trusted_certs=None,
        kex_algs=algorithms.kex,
        encryption_algs=algorithms.ciphers,
        mac_algs=algorithms.macs,
        signature_algs=algorithms.signatures,
        server_host_key_algs=algorithms.host_keys,
        username=config.user,
        compression_algs=["zlib@openssh.com", "none"] if config.is_compressed else ["none"],
        preferred_auth=("publickey",),
        public_key_auth=config.takes_keys,
        password_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        keepalive_interval=interval_s,
        keepalive_count_max=count,
        tcp_keepalive=config.tcp_keepalive,
        login_timeout=0,
        env=config.environment or None,
        send_env=None,
        request_pty=False,
        command=None,
        agent_forwarding=False,
        x11_forwarding=False,
        **rekey,
    )


def _rekey(limit: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the words with which ssh_config(5) leaves a limit at its default."""
    return tuple(word for word in limit if word.lower() not in ("default", "none"))
