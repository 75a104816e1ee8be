"""The digest of the code that makes a runbook's plan: a run is not taken up under other code unnoticed."""

from __future__ import annotations

import hashlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib.abc import InspectLoader
from importlib.util import find_spec
from pathlib import Path

from runbooks.model import Runbook

_SHARED = (
    "runbooks.steps",
    "runbooks.triage",
    "runbooks.gotchas",
    "runbooks.vips",
    "runbooks.cloud",
    "systems.galera",
    "systems.haproxy",
    "systems.nova",
    "systems.openstack",
    "systems.consoles",
    "systems.put",
)
"""What runbooks are made of: steps, cards, what blocks a step, how a node, a balancer or a cloud is read and
what is ordered of it, how a file is put."""
_APART = frozenset({"arming", "doctor", "permit", "report", "report_course", "report_markdown"})
"""Modules of `runbooks` itself that no plan is made with."""


def runbook_digest(runbook: Runbook) -> str:
    """SHA-256 of every source that decides its plan and judges its steps: its package, and what all share."""
    own = getattr(runbook.plan, "__module__", "")
    return hashlib.sha256(f"{runbook.name}\0{_digest_of(own)}".encode()).hexdigest()


@cache
def _digest_of(module: str) -> str:
    digest = hashlib.sha256()
    for name in sorted(_names_of(module)):
        digest.update(f"{name}\0{_source(name)}\0".encode())
    return digest.hexdigest()


def _names_of(module: str) -> frozenset[str]:
    """Modules whose code counts for a runbook whose plan is made in this one."""
    package = module.rpartition(".")[0]
    names = {module, *(_modules(package) if package and package != "runbooks" else ())}
    names |= {name for shared in _SHARED for name in _modules(shared)}
    names |= {name for name in _modules("runbooks", deep=False) if name.rpartition(".")[2] not in _APART}
    return frozenset(names)


def _modules(package: str, *, deep: bool = True) -> Iterator[str]:
    """A package and the modules in it, by their full names; imports packages only."""
    spec = find_spec(package)
    yield package
    if spec is None or spec.submodule_search_locations is None:
        return
    for found in pkgutil.iter_modules(spec.submodule_search_locations, f"{package}."):
        if not found.ispkg:
            yield found.name
        elif deep:
            yield from _modules(found.name)


def _source(module: str) -> str:
    """Its text: of its file, else out of the archive it lies in; empty where there is none."""
    try:
        spec = find_spec(module)
        if spec is None:
            return ""
        if spec.origin is not None and (file := Path(spec.origin)).is_file():
            return file.read_text("utf-8", "replace")
        loader = spec.loader
        return (loader.get_source(module) or "") if isinstance(loader, InspectLoader) else ""
    except (ImportError, ValueError, OSError):
        return ""
