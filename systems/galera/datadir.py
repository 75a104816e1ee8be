"""What lies in a node's data directory, from the answers of the quick root probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from systems.errors import NotUnderstood
from systems.galera.grastate import parse_grastate, parse_gvwstate
from systems.galera.readings import Filesystem, Grastate, Gvwstate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DatadirView:
    """The data directory at one moment; the fields are those of `HostEvidence`."""

    datadir_exists: bool
    is_missing: bool
    """Nothing of that name is there, not even something else than a directory."""
    grastate: Grastate | None
    grastate_error: str
    grastate_empty: bool
    grastate_closed: bool
    gvwstate: Gvwstate | None
    gvwstate_error: str
    sst_in_progress: bool
    gra_logs: tuple[str, ...]
    gcache_bytes: int | None
    gcache_pages: int
    filesystem: Filesystem | None
    pid_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _File:
    kind: str
    size: int
    modified_at: datetime


def parse_datadir(sections: Mapping[str, Sequence[str]], datadir: str) -> DatadirView:
    """Read the sections files, names, saved and df; the errors tell what could not be looked into."""
    files = _files(sections.get("files", ()))
    saved = _heads(sections.get("saved", ()))
    names = sections.get("names", ())
    closed = _closed(files, datadir)
    grastate, error = _read(parse_grastate, files, saved, f"{datadir}/grastate.dat")
    view, view_error = _read(_parse_view, files, saved, f"{datadir}/gvwstate.dat")
    gcache = files.get(f"{datadir}/galera.cache")
    return DatadirView(
        datadir_exists=datadir in files and files[datadir].kind == "directory",
        is_missing=datadir not in files,
        grastate=None if closed else grastate,
        grastate_error=closed or error,
        grastate_closed=_is_shut(files, saved, datadir),
        grastate_empty=not closed and _is_empty(saved, f"{datadir}/grastate.dat"),
        gvwstate=None if closed else view,
        gvwstate_error=closed or view_error,
        sst_in_progress=f"{datadir}/sst_in_progress" in files,
        gra_logs=tuple(f"{datadir}/{name}" for name in names if name.startswith("GRA_")),
        gcache_bytes=gcache.size if gcache else None,
        gcache_pages=sum(name.startswith("gcache.page.") for name in names),
        filesystem=parse_df(sections.get("df", ()), datadir),
        pid_files=tuple(
            dict.fromkeys(
                path for path in (*files, *(f"{datadir}/{name}" for name in names)) if path.endswith(".pid")
            )
        ),
    )


def parse_df(lines: Sequence[str], path: str) -> Filesystem | None:
    """Read `df -B1 --output=source,fstype,size,avail,iavail,target PATH`; None: it did not answer."""
    words = lines[-1].split(maxsplit=5) if lines else []
    if len(words) != 6 or not (_is_count(words[2]) and _is_count(words[3])):
        return None
    source, fstype, size, free, inodes, target = words
    return Filesystem(
        path=path,
        source=source,
        target=target,
        fstype=fstype,
        size_bytes=int(size),
        free_bytes=int(free),
        inodes_free=int(inodes) if _is_count(inodes) else None,
    )


def _closed(files: Mapping[str, _File], datadir: str) -> str:
    """Why nothing is known of what lies in the directory; empty: it can be looked into."""
    if datadir not in files:
        return f"{datadir} is not there: a volume that is not mounted may hold the newest data"
    if f"{datadir}/." not in files:
        return f"{datadir} cannot be looked into: it takes root, or the group of the database"
    return ""


def _is_shut(files: Mapping[str, _File], saved: Mapping[str, str], datadir: str) -> bool:
    """The login may not see it: what it holds is not known, however well it may be."""
    path = f"{datadir}/grastate.dat"
    return datadir in files and (f"{datadir}/." not in files or (path in files and path not in saved))


def _read(
    parse: Callable[[str, datetime], T], files: Mapping[str, _File], saved: Mapping[str, str], path: str
) -> tuple[T | None, str]:
    """What a file says, or why that is not known; neither: there is no such file."""
    if path not in files:
        return None, ""
    text = saved.get(path)
    if text is None:
        return None, f"{path} is there and cannot be read: it takes root, or the group of the database"
    try:
        return parse(text, files[path].modified_at), ""
    except NotUnderstood as error:
        return None, str(error)


def _parse_view(text: str, _: datetime) -> Gvwstate:
    return parse_gvwstate(text)


def _is_empty(saved: Mapping[str, str], path: str) -> bool:
    return path in saved and not saved[path].strip()


def _files(lines: Sequence[str]) -> dict[str, _File]:
    """Read `stat -c '%F|%s|%Y|%n'`."""
    files = {}
    for line in lines:
        kind, *rest = line.split("|", 3)
        if len(rest) == 3 and _is_count(rest[0]) and _is_count(rest[1]):
            try:
                modified_at = datetime.fromtimestamp(int(rest[1]), UTC)
            except (ValueError, OverflowError, OSError):
                continue
            files[rest[2]] = _File(kind, int(rest[0]), modified_at)
    return files


def _heads(lines: Sequence[str]) -> dict[str, str]:
    """Read `head -v FILE...`: each file's text by its path."""
    texts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if line.startswith("==> ") and line.endswith(" <=="):
            current = texts.setdefault(line[4:-4], [])
        else:
            current.append(line)
    return {path: "\n".join(text) for path, text in texts.items()}


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20
