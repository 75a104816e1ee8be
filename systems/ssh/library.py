"""Imports asyncssh for little more than half of what that costs by itself."""

from __future__ import annotations

import ctypes.util
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

_SOUGHT_LIBRARIES = frozenset({"oqs", "liboqs", "nettle", "libnettle", "libnettle-6"})
_X509 = "asyncssh.crypto.x509"


def import_asyncssh(*, seeks_libraries: bool) -> None:
    """Import asyncssh and our modules that use it. Takes a tenth of a second: call it in a thread.

    It searches, by ldconfig and gcc, for libraries with post-quantum exchanges and UMAC: only with
    `seeks_libraries`. And it reads all of X.509, which no SSH server that we meet uses.
    """
    with _without_collections():
        _import(seeks_libraries=seeks_libraries)


@contextmanager
def _without_collections() -> Iterator[None]:
    """What an import makes stays: to look through it for garbage, again and again, is a tenth of its cost."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()


def _import(*, seeks_libraries: bool) -> None:
    find_library, modules = ctypes.util.find_library, cast("dict[str, Any]", sys.modules)
    if not seeks_libraries:
        ctypes.util.find_library = lambda name: None if name in _SOUGHT_LIBRARIES else find_library(name)
    hides_x509 = _X509 not in modules
    if hides_x509:
        modules[_X509] = None
    try:
        import asyncssh

        import systems.ssh.channel
        import systems.ssh.login  # noqa: F401
        from systems.ssh.thrift import log_only_when_heard
    finally:
        ctypes.util.find_library = find_library
        if hides_x509:
            modules.pop(_X509, None)
    asyncssh.set_log_level("ERROR")
    log_only_when_heard()
