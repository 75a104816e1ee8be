"""The option files of a server, read as my_print_defaults reads them."""

from __future__ import annotations

import posixpath
import re

from practice.host.errors import KernelError
from practice.host.files import ROOT, Files, Who

SERVER_GROUPS = (
    *("mysqld", "server", "mysqld-10.11", "mariadb", "mariadb-10.11", "mariadbd", "client-server", "galera"),
)
_FILES = ("/etc/my.cnf", "/etc/mysql/my.cnf")


def options_of(
    files: Files, groups: tuple[str, ...], *, defaults_file: str = "", who: Who = ROOT
) -> list[tuple[str, str]]:
    """(name, value) of every option in these groups, in the order of the files; a flag's value is empty."""
    found: list[tuple[str, str]] = []
    for path in (defaults_file,) if defaults_file else _FILES:
        _read(files, path, groups, who=who, found=found, depth=0)
    return found


def _read(
    files: Files, path: str, groups: tuple[str, ...], *, who: Who, found: list[tuple[str, str]], depth: int
) -> None:
    try:
        text = files.read(path, who).decode("utf-8", "replace")
    except KernelError:
        return
    group = ""
    for raw in text.splitlines():
        line = raw.strip()
        if match := re.fullmatch(r"!include(dir)?\s+(\S+)", line):
            if depth < 10:
                for one in _included(files, match.group(2), is_dir=bool(match.group(1)), who=who):
                    _read(files, one, groups, who=who, found=found, depth=depth + 1)
        elif match := re.match(r"\[([^\]]+)\]", line):
            group = match.group(1)
        elif line and line[0] not in "#;" and group in groups:
            name, _, value = line.partition("=")
            value = re.sub(r"\s+#.*$", "", value.strip()).strip("\"'")
            found.append((name.strip(), value))


def _included(files: Files, path: str, *, is_dir: bool, who: Who) -> list[str]:
    if not is_dir:
        return [path]
    try:
        names = files.names(path, who)
    except KernelError:
        return []
    return [posixpath.join(path, name) for name in sorted(names) if name.endswith(".cnf")]


def server_options(files: Files) -> dict[str, str]:
    """What the server itself goes by: names with underscores, the last value of each."""
    return {name.replace("-", "_").lower(): value for name, value in options_of(files, SERVER_GROUPS)}


def provider_options(text: str) -> dict[str, str]:
    """wsrep_provider_options, one by one."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}
