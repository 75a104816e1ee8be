"""Which host keys are known, as ssh_known_hosts(5) has them, with an index by name.

Hashed lines are compared once for each name that is asked for, not once for each connection: five thousand of
them cost about 10 ms.
"""

from __future__ import annotations

import binascii
import fnmatch
import hmac
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from systems.errors import Unreachable

if TYPE_CHECKING:
    import asyncssh

_MARKERS = ("@cert-authority", "@revoked")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file, not yet decoded."""

    file: str
    number: int
    marker: str
    """`@cert-authority`, `@revoked` or empty."""
    key_type: str
    data: str

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.number}"

    def key(self) -> asyncssh.SSHKey | None:
        """Decode the key; None when its kind is not known here."""
        import asyncssh

        try:
            return asyncssh.import_public_key(f"{self.key_type} {self.data}")
        except asyncssh.KeyImportError:
            return None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one host."""

    hosts: tuple[tuple[Entry, asyncssh.SSHKey], ...] = ()
    authorities: tuple[tuple[Entry, asyncssh.SSHKey], ...] = ()
    revoked: tuple[tuple[Entry, asyncssh.SSHKey], ...] = ()


@dataclass(slots=True)
class _File:
    path: str
    stamp: tuple[int, int, int]
    exact: dict[str, list[Entry]] = field(default_factory=dict)
    hashed: list[tuple[bytes, bytes, Entry]] = field(default_factory=list)
    patterns: list[tuple[tuple[str, ...], Entry]] = field(default_factory=list)
    found: dict[str, tuple[Entry, ...]] = field(default_factory=dict)

    def lookup(self, name: str) -> tuple[Entry, ...]:
        if name not in self.found:
            entries = list(self.exact.get(name, ()))
            entries += [entry for patterns, entry in self.patterns if _matches(patterns, name)]
            data = name.encode()
            entries += [
                entry for salt, digest, entry in self.hashed if hmac.digest(salt, data, "sha1") == digest
            ]
            self.found[name] = tuple(sorted(entries, key=lambda entry: entry.number))
        return self.found[name]


class KnownHosts:
    """The known_hosts files of a session; read again only when changed. Blocks: use a thread."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._keys: dict[Entry, asyncssh.SSHKey | None] = {}

    def lookup(self, files: tuple[str, ...], name: str) -> Known:
        """Return the keys of `name`, which is a host, an alias, or `[host]:port` for a port other than 22."""
        found: dict[str, list[tuple[Entry, asyncssh.SSHKey]]] = {marker: [] for marker in ("", *_MARKERS)}
        for path in files:
            file = self._file(path)
            for entry in file.lookup(name.lower()) if file else ():
                if entry not in self._keys:
                    self._keys[entry] = entry.key()
                if key := self._keys[entry]:
                    found[entry.marker].append((entry, key))
        return Known(*(tuple(found[marker]) for marker in ("", *_MARKERS)))

    def _file(self, path: str) -> _File | None:
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unreachable(
                f"{path} cannot be read: {error.strerror}; without it no host key is known"
            ) from error
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        file = self._files.get(path)
        if file is None or file.stamp != stamp:
            file = self._files[path] = _read(path, stamp)
        return file


def _read(path: str, stamp: tuple[int, int, int]) -> _File:
    file = _File(path, stamp)
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                _take(file, number, line.split())
    except OSError as error:
        raise Unreachable(
            f"{path} cannot be read: {error.strerror}; without it no host key is known"
        ) from error
    return file


def _take(file: _File, number: int, words: list[str]) -> None:
    """Note one line. A line that is none is passed over, as OpenSSH does: it cannot make a host known."""
    if not words or words[0].startswith("#"):
        return
    marker = words.pop(0) if words[0].startswith("@") else ""
    if len(words) < 3 or (marker and marker not in _MARKERS):
        return
    names, key_type, data = words[:3]
    entry = Entry(file.path, number, marker, key_type, data)
    if names.startswith("|1|"):
        parts = names.split("|")
        try:
            file.hashed.append((binascii.a2b_base64(parts[2]), binascii.a2b_base64(parts[3]), entry))
        except (IndexError, binascii.Error):
            return
    elif any(char in names for char in "*?!"):
        file.patterns.append((tuple(names.lower().split(",")), entry))
    else:
        for name in names.lower().split(","):
            file.exact.setdefault(name, []).append(entry)


def _matches(patterns: tuple[str, ...], name: str) -> bool:
    fits = False
    for pattern in patterns:
        plain = pattern.lstrip("!").replace("[", "[[]")
        if fnmatch.fnmatchcase(name, plain):
            if pattern.startswith("!"):
                return False
            fits = True
    return fits


def name_in_file(host: str, port: int) -> str:
    """Return how a host stands in known_hosts: with its port unless that is 22."""
    return host if port == 22 else f"[{host}]:{port}"
