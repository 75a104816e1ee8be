"""ls, stat, df, du, findmnt, mktemp."""

from __future__ import annotations

import posixpath
import re
from datetime import UTC, datetime

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.host.errors import KernelError
from practice.host.files import Entry, Mount, walk
from practice.shell.programs import Call

_KINDS = {
    "f": "regular file",
    "d": "directory",
    "l": "symbolic link",
    "s": "socket",
    "c": "character special file",
}


def mode_text(entry: Entry) -> str:
    """As ls -l has it."""
    bits = "".join(char if entry.mode >> (8 - at) & 1 else "-" for at, char in enumerate("rwxrwxrwx"))
    return ("-" if entry.kind == "f" else entry.kind) + bits


def _inode(entry: Entry) -> int:
    return id(entry) // 16 % 10_000_000


@program("ls")
async def ls(call: Call) -> int:
    """List names: -a -A -d -l -1 -U -t -Z -h -r."""
    try:
        given = read_options(call.args, flags="aAdl1UtZhrnFs", long="color all")
    except OptionFault as fault:
        return await call.warn(str(fault), 2)
    status = 0
    single: list[tuple[str, Entry]] = []
    folders: list[tuple[str, Entry]] = []
    for path in given.words or ["."]:
        try:
            entry = call.machine.files.find(call.path(path), call.process.who, follow=not given.has("d", "l"))
        except KernelError as error:
            status = await call.warn(f"cannot access '{path}': {error.text}", 2)
            continue
        (folders if entry.kind == "d" and not given.has("d") else single).append((path, entry))
    await _list(call, single, given.flags)
    for at, (path, _) in enumerate(folders):
        if len(folders) + len(single) > 1 or status:
            await call.say(f"{chr(10) if at or single else ''}{path}:\n")
        try:
            names = call.machine.files.names(call.path(path), call.process.who)
        except KernelError as error:
            status = await call.warn(f"cannot open directory '{path}': {error.text}", 2)
            continue
        dots = [(".", Entry("d")), ("..", Entry("d"))] if given.has("a") else []
        shown = [pair for pair in names.items() if not pair[0].startswith(".") or given.has("a", "A")]
        if given.has("l"):
            await call.say(f"total {sum(entry.size for _, entry in shown) // 1024}\n")
        await _list(call, dots + shown, given.flags)
    return status


async def _list(call: Call, pairs: list[tuple[str, Entry]], flags: set[str]) -> None:
    if "t" in flags:
        pairs = sorted(pairs, key=lambda pair: -pair[1].mtime_s)
    elif "U" not in flags:
        pairs = sorted(pairs)
    if "r" in flags:
        pairs = pairs[::-1]
    for name, entry in pairs:
        if "Z" in flags:
            await call.say(f"? {name}\n")
        elif "l" in flags:
            at = datetime.fromtimestamp(entry.mtime_s, UTC)
            arrow = f" -> {entry.target}" if entry.kind == "l" else ""
            row = f"{mode_text(entry)} 1 {entry.owner} {entry.group} {entry.size:>9} {at:%b %e %H:%M}"
            await call.say(f"{row} {name}{arrow}\n")
        else:
            await call.say(f"{name}\n")


@program("stat")
async def stat(call: Call) -> int:
    """What is known of a file, in the format that -c names."""
    try:
        given = read_options(call.args, flags="Lf", valued="c", long_valued="format printf")
    except OptionFault as fault:
        return await call.warn(str(fault))
    status = 0
    form = given.last("c", "format", default="%n %s %F")
    for path in given.words:
        try:
            entry = call.machine.files.find(call.path(path), call.process.who, follow=given.has("L"))
        except KernelError as error:
            status = await call.warn(f"cannot statx '{path}': {error.text}")
            continue
        await call.say(stat_text(call, form, path, entry) + "\n")
    return status


def stat_text(call: Call, form: str, path: str, entry: Entry) -> str:
    """One line of `stat -c`."""
    kind = "regular empty file" if entry.kind == "f" and not entry.size else _KINDS[entry.kind]
    accounts = call.machine.accounts
    values = {
        "n": path,
        "s": str(entry.size),
        "F": kind,
        "Y": str(int(entry.mtime_s)),
        "U": entry.owner,
        "G": entry.group,
        "a": f"{entry.mode:o}",
        "A": mode_text(entry),
        "i": str(_inode(entry)),
        "h": "1",
        "u": str(accounts[entry.owner].uid if entry.owner in accounts else 0),
        "g": str(accounts[entry.group].uid if entry.group in accounts else 0),
        "N": f"'{path}'",
        "m": call.machine.files.mount_of(call.path(path)).target,
        "y": f"{datetime.fromtimestamp(entry.mtime_s, UTC):%Y-%m-%d %H:%M:%S.%f}000 +0000",
        "%": "%",
    }
    return re.sub(r"%(.)", lambda match: values.get(match.group(1), "?"), form)


_COLUMNS = {
    "source": "Filesystem",
    "fstype": "Type",
    "size": "1B-blocks",
    "used": "Used",
    "avail": "Avail",
    "iavail": "IFree",
    "pcent": "Use%",
    "target": "Mounted on",
}


@program("df")
async def df(call: Call) -> int:
    """Room on filesystems."""
    try:
        given = read_options(
            call.args,
            flags="khPTlaim",
            valued="Btx",
            long="local human-readable portability",
            long_valued="output block-size",
        )
    except OptionFault as fault:
        return await call.warn(str(fault))
    files = call.machine.files
    mounts: list[Mount] = []
    status = 0
    for path in given.words:
        try:
            files.find(call.path(path), call.process.who)
            mounts.append(files.mount_of(call.path(path)))
        except KernelError as error:
            status = await call.warn(f"{path}: {error.text}")
    if not given.words:
        mounts = list(files.mounts)
    if not mounts:
        return status
    columns = [name for name in given.last("output").split(",") if name in _COLUMNS]
    if columns:
        titles = [_COLUMNS[name] for name in columns]
        rows = [titles, *([_cell(call, mount, name) for name in columns] for mount in mounts)]
    else:
        rows = _plain_rows(call, mounts, 1 if "1" in given.every("B", "block-size") else 1024)
    await _say_table(call, rows)
    return status


def _plain_rows(call: Call, mounts: list[Mount], unit: int) -> list[list[str]]:
    """What df tells without --output; `unit`: bytes."""
    blocks = "1024-blocks" if unit == 1024 else "1B-blocks"
    rows = [["Filesystem", blocks, "Used", "Available", "Capacity", "Mounted on"]]
    for mount in mounts:
        used, free = call.machine.files.used_bytes(mount), call.machine.files.free_bytes(mount)
        percent = f"{round(100 * used / mount.size_bytes)}%"
        numbers = [str(value // unit) for value in (mount.size_bytes, used, free)]
        rows.append([mount.source, *numbers, percent, mount.target])
    return rows


async def _say_table(call: Call, rows: list[list[str]]) -> None:
    """The first column to the left, the last as it is, what stands between to the right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        between = [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
        await call.say(" ".join([row[0].ljust(widths[0]), *between, *row[1:][-1:]]) + "\n")


def _cell(call: Call, mount: Mount, name: str) -> str:
    files = call.machine.files
    used = files.used_bytes(mount)
    return {
        "source": mount.source,
        "fstype": mount.fstype,
        "size": str(mount.size_bytes),
        "used": str(used),
        "avail": str(max(0, mount.size_bytes - used)),
        "iavail": str(mount.inodes),
        "pcent": f"{round(100 * used / mount.size_bytes)}%",
        "target": mount.target,
    }[name]


@program("du")
async def du(call: Call) -> int:
    """Room that files take."""
    try:
        given = read_options(
            call.args, flags="sbxhmkac", valued="d", long="apparent-size", long_valued="max-depth"
        )
    except OptionFault as fault:
        return await call.warn(str(fault))
    unit = 1 if given.has("b") else 1 << 20 if given.has("m") else 1024
    deepest = 0 if given.has("s") else int(given.last("d", "max-depth", default="99") or 0)
    status = 0
    for path in given.words or ["."]:
        try:
            entry = call.machine.files.find(call.path(path), call.process.who)
        except KernelError as error:
            status = await call.warn(f"cannot access '{path}': {error.text}")
            continue
        found = list(walk(entry, path.rstrip("/") or "/", {"/proc", "/sys", "/dev"}))
        folders = [(below, one) for below, one in found if one.kind == "d"] or found[:1]
        for below, one in reversed(folders):
            depth = below.count("/") - path.rstrip("/").count("/")
            if depth <= deepest:
                size = sum(each.size for _, each in walk(one, below))
                await call.say(f"{-(-size // unit)}\t{below}\n")
    return status


@program("findmnt")
async def findmnt(call: Call) -> int:
    """Which filesystem holds a path, as name="value" pairs."""
    try:
        given = read_options(call.args, flags="Pnrl", valued="To", long_valued="target output")
    except OptionFault as fault:
        return await call.warn(str(fault))
    path = given.last("T", "target", default="/")
    if not call.machine.files.exists(call.path(path)):
        return 1
    mount = call.machine.files.mount_of(call.path(path))
    values = {"SOURCE": mount.source, "TARGET": mount.target, "FSTYPE": mount.fstype, "UUID": ""}
    names = given.last("o", "output", default="TARGET,SOURCE,FSTYPE").split(",")
    pairs = [f'{name}="{values.get(name, "")}"' for name in names]
    await call.say(" ".join(pairs if given.has("P") else [values.get(name, "") for name in names]) + "\n")
    return 0


@program("mktemp")
async def mktemp(call: Call) -> int:
    """Make a file with a name of its own."""
    words = [word for word in call.args if not word.startswith("-")]
    form = words[0] if words else "/tmp/tmp.XXXXXXXXXX"
    count = len(form) - len(form.rstrip("X"))
    if count < 3:
        return await call.warn(f"too few X's in template '{form}'")
    letters = "".join(call.machine.random.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(count))
    path = form[: len(form) - count] + letters
    try:
        if "-d" in call.args:
            who = call.process.who
            made = Entry("d", who.user, who.groups[0], 0o700, call.machine.now_s())
            call.machine.files.put(call.path(path), made, who)
        else:
            call.machine.files.open_to_write(call.path(path), call.process.who).mode = 0o600
    except KernelError as error:
        return await call.warn(f"failed to create file via template '{form}': {error.text}")
    await call.say(f"{path}\n")
    return 0


def clean(path: str) -> str:
    """A path without what does not matter in it."""
    return posixpath.normpath(path)
