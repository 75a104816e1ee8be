"""What ssh_config says of one host, as OpenSSH would read it, ready to connect with."""

from __future__ import annotations

import getpass
import os
import re
from dataclasses import dataclass

from systems.errors import Unreachable
from systems.ssh.config_file import Asked, ConfigFiles, Line, expand, tokens_of
from systems.ssh.config_patterns import matches_list
from systems.ssh.config_words import ALIASES, HONOURED, MANY, NEEDLESS, REFUSED, SAID_ALOUD

_DEFAULT_IDENTITIES = ("id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk")
_UNITS_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class HostConfig:
    """One host as ssh_config has it. Lists of algorithms are as written, `+`, `-` and `^` included."""

    host: str
    """The name as the estate gives it."""
    host_name: str
    user: str
    port: int
    identity_files: tuple[str, ...]
    has_own_identities: bool
    """The identity files were asked for, rather than being the defaults."""
    certificate_files: tuple[str, ...]
    identities_only: bool
    agent: str | None
    """Path of the agent's socket; None: no agent."""
    jumps: tuple[str, ...]
    """`[user@]host[:port]` of each host on the way, nearest first."""
    proxy_command: str | None
    known_hosts: tuple[str, ...]
    revoked_host_keys: str | None
    host_key_alias: str | None
    checks_address: bool
    algorithms: dict[str, str]
    """By keyword in lower case: kexalgorithms, ciphers, macs, hostkeyalgorithms, and so on."""
    required_rsa_bits: int
    connect_timeout_s: float | None
    keepalive_interval_s: float | None
    keepalive_count: int | None
    tcp_keepalive: bool
    address_family: str
    bind_address: str | None
    is_compressed: bool
    takes_keys: bool
    """Ways to log in that are allowed, in order of preference."""
    environment: dict[str, str]
    rekey_limit: tuple[str, ...]
    notes: tuple[str, ...]
    """What the files ask for and is not done here: to be said once."""


class SshConfig:
    """The operator's ssh_config, read once."""

    def __init__(self, user_file: str | None = None, system_file: str | None = "/etc/ssh/ssh_config") -> None:
        """Blocks while it reads the files."""
        self._files = ConfigFiles(user_file or os.path.expanduser("~/.ssh/config"), system_file)
        self._local_user = getpass.getuser()
        self.may_block = not self._files.read_all()
        """Whether `resolve` may read a file, or run the program of a `Match exec`."""

    def resolve(self, host: str, user: str | None = None, port: int | None = None) -> HostConfig:
        """Read all that applies to `host`; `user` and `port` override, as on ssh's command line.

        Raises `Unreachable`, naming file and line, for what cannot be honoured.
        """
        asked = Asked(original=host, local_user=self._local_user, host=host)
        if user:
            asked.values["user"] = (user,)
        if port:
            asked.values["port"] = (str(port),)
        notes = self._collect(asked)
        if asked.wants_final:
            asked.is_final, asked.host = True, asked.host_name
            asked.values["hostname"] = (asked.host,)  # one that only the final pass has comes late
            notes |= self._collect(asked)
        try:
            return _build(asked, tuple(notes))
        except ValueError as error:
            raise Unreachable(f"{host}: ssh_config is not understood: {error}") from error

    def mentions(self, *words: str) -> bool:
        """Whether the files mention one of `words` anywhere."""
        return self._files.mention(words)

    def _collect(self, asked: Asked) -> dict[str, None]:
        notes: dict[str, None] = {}
        for line in self._files.applying(asked):
            keyword = ALIASES.get(line.keyword, line.keyword)
            if keyword in MANY:
                known = asked.values.get(keyword, ())
                asked.values[keyword] = known + tuple(word for word in line.words if word not in known)
            elif keyword in HONOURED:
                _first(asked, keyword, line)
            elif keyword not in NEEDLESS and keyword not in asked.values:
                asked.values[keyword] = line.words
                if note := _say_or_refuse(line, keyword, asked):
                    notes[note] = None
        return notes


def _first(asked: Asked, keyword: str, line: Line) -> None:
    """Keep the first value; of ProxyJump and ProxyCommand the one that came first shuts out the other.

    Only `ProxyJump none` lets a later ProxyCommand count, as it does for OpenSSH 9.
    """
    jump = asked.values.get("proxyjump", ("none",))[0].lower()
    is_shut_out = (keyword == "proxycommand" and jump != "none") or (
        keyword == "proxyjump" and "proxycommand" in asked.values
    )
    if keyword not in asked.values and not is_shut_out:
        asked.values[keyword] = line.words


def _say_or_refuse(line: Line, keyword: str, asked: Asked) -> str | None:
    value = line.value.lower()
    if keyword in SAID_ALOUD:
        values, sentence = SAID_ALOUD[keyword]
        return f"{line.where}: {line.keyword} {value}: {sentence}" if value in values else None
    if keyword in REFUSED:
        if value in ("no", "none", "false"):
            return None
        raise Unreachable(f"{asked.original}: {line.where}: {REFUSED[keyword]}")
    if keyword == "refuseconnection":
        raise Unreachable(f"{asked.original}: {line.where}: refused by ssh_config: {line.value}")
    if matches_list(tuple(asked.values.get("ignoreunknown", ("",))[0].split(",")), keyword):
        return None
    raise Unreachable(
        f"{asked.original}: {line.where}: {line.keyword!r} is not known here, and to pass over it could "
        "reach the wrong host; take the line out, or name it in IgnoreUnknown"
    )


def _build(asked: Asked, notes: tuple[str, ...]) -> HostConfig:
    values = asked.values
    port = values.get("port", ("22",))[0]
    tokens = tokens_of(asked.original, asked.host_name, port, asked.user, asked)
    own = _paths(asked, "identityfile", tokens)
    home = os.path.expanduser("~/.ssh")
    return HostConfig(
        host=asked.original,
        host_name=asked.host_name,
        user=asked.user,
        port=int(port),
        identity_files=own or tuple(f"{home}/{name}" for name in _DEFAULT_IDENTITIES),
        has_own_identities=bool(own),
        certificate_files=_paths(asked, "certificatefile", tokens),
        identities_only=_is_yes(asked, "identitiesonly", default=False),
        agent=_agent(asked, tokens),
        jumps=_jumps(asked, tokens),
        proxy_command=_proxy_command(asked, tokens),
        known_hosts=_paths(asked, "userknownhostsfile", tokens, f"{home}/known_hosts", f"{home}/known_hosts2")
        + _paths(
            asked, "globalknownhostsfile", tokens, "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"
        ),
        revoked_host_keys=(_paths(asked, "revokedhostkeys", tokens) or (None,))[0],
        host_key_alias=values.get("hostkeyalias", (None,))[0],
        checks_address=_is_yes(asked, "checkhostip", default=False),
        algorithms={
            name: values[name][0]
            for name in values
            if name.endswith("algorithms") or name in ("ciphers", "macs")
        },
        required_rsa_bits=int(values.get("requiredrsasize", ("1024",))[0]),
        connect_timeout_s=_seconds(asked, "connecttimeout"),
        keepalive_interval_s=_seconds(asked, "serveraliveinterval"),
        keepalive_count=int(values["serveralivecountmax"][0]) if "serveralivecountmax" in values else None,
        tcp_keepalive=_is_yes(asked, "tcpkeepalive", default=True),
        address_family=values.get("addressfamily", ("any",))[0].lower(),
        bind_address=values.get("bindaddress", (None,))[0],
        is_compressed=_is_yes(asked, "compression", default=False),
        takes_keys=_takes_keys(asked),
        environment=dict(word.split("=", 1) for word in values.get("setenv", ()) if "=" in word),
        rekey_limit=values.get("rekeylimit", ()),
        notes=notes,
    )


def _is_yes(asked: Asked, keyword: str, *, default: bool) -> bool:
    value = asked.values.get(keyword, ("yes" if default else "no",))[0].lower()
    if value not in ("yes", "true", "no", "false"):
        raise ValueError(f"{keyword} {value!r} is neither yes nor no")
    return value in ("yes", "true")


def _seconds(asked: Asked, keyword: str) -> float | None:
    value = asked.values.get(keyword, ("none",))[0].lower()
    if value in ("none", "0"):
        return None
    parts = re.findall(r"(\d+)([smhdw]?)", value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise ValueError(f"{keyword} {value!r} is not a time")
    return float(sum(int(number) * _UNITS_S[unit] for number, unit in parts))


def _path(text: str, tokens: dict[str, str]) -> str:
    def variable(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise ValueError(f"the variable {match[1]} in {text!r} is not set")
        return os.environ[match[1]]

    return os.path.expanduser(expand(re.sub(r"\$\{(\w+)\}", variable, text), tokens, "ssh_config"))


def _paths(asked: Asked, keyword: str, tokens: dict[str, str], *default: str) -> tuple[str, ...]:
    words = asked.values.get(keyword, default)
    return tuple(_path(word, tokens) for word in words if word.lower() != "none")


def _agent(asked: Asked, tokens: dict[str, str]) -> str | None:
    value = asked.values.get("identityagent", ("SSH_AUTH_SOCK",))[0]
    if value == "none":
        return None
    if value == "SSH_AUTH_SOCK":
        return os.environ.get("SSH_AUTH_SOCK") or None
    if value.startswith("$") and not value.startswith("${"):
        return os.environ.get(value[1:]) or None
    return _path(value, tokens)


def _jumps(asked: Asked, tokens: dict[str, str]) -> tuple[str, ...]:
    value = asked.values.get("proxyjump", ("none",))[0]
    if value.lower() == "none":
        return ()
    few = {key: tokens[key] for key in "%hnpr"}
    return tuple(expand(value, few, "ProxyJump").split(","))


def _proxy_command(asked: Asked, tokens: dict[str, str]) -> str | None:
    value = asked.values.get("proxycommand", ("none",))[0]
    if value.lower() == "none":
        return None
    return expand(value, {key: tokens[key] for key in "%hnpr"}, "ProxyCommand")


def _takes_keys(asked: Asked) -> bool:
    """Whether ssh_config lets a key be offered: keys are the only way to log in that is tried."""
    preferred = asked.values.get("preferredauthentications", ("publickey",))[0].lower().split(",")
    return "publickey" in preferred and asked.values.get("pubkeyauthentication", ("yes",))[0] != "no"
