"""mkdir, rmdir, rm, ln, touch, truncate, chmod, chown, chgrp, sync."""

from __future__ import annotations

import errno
import posixpath
import re

from practice.commands import program
from practice.commands.options import OptionFault, read_options
from practice.host.errors import KernelError
from practice.host.files import Entry, walk
from practice.shell.programs import Call


@program("mkdir")
async def mkdir(call: Call) -> int:
    """Make directories."""
    try:
        given = read_options(call.args, flags="pv", valued="m", long="parents", long_valued="mode")
    except OptionFault as fault:
        return await call.warn(str(fault))
    mode = mode_of(given.last("m", "mode"), 0o777 & ~call.process.umask, is_dir=True)
    status = 0
    for path in given.words:
        try:
            if given.has("p", "parents"):
                for upper in above(call.path(path)):
                    if not call.machine.files.exists(upper):
                        make_dir(call, upper, 0o777 & ~call.process.umask)
                if call.machine.files.find(call.path(path)).kind != "d":
                    raise KernelError(errno.EEXIST)
            else:
                make_dir(call, call.path(path), mode)
        except KernelError as error:
            status = await call.warn(f"cannot create directory '{path}': {error.text}")
    return status


def above(path: str) -> list[str]:
    """Every directory on the way to a path, and the path."""
    parts = [part for part in path.split("/") if part]
    return ["/" + "/".join(parts[: at + 1]) for at in range(len(parts))]


def make_dir(call: Call, path: str, mode: int) -> None:
    """Make one directory. Raises `KernelError`."""
    files, who = call.machine.files, call.process.who
    try:
        files.find(path, who, follow=False)
    except KernelError as error:
        if error.number != errno.ENOENT:
            raise
    else:
        raise KernelError(errno.EEXIST)
    if files.free_bytes(files.mount_of(path)) <= 0:
        raise KernelError(errno.ENOSPC)
    files.put(path, Entry("d", who.user, who.groups[0], mode, call.machine.now_s()), who)


@program("rmdir")
async def rmdir(call: Call) -> int:
    """Remove empty directories."""
    status = 0
    for path in call.args:
        try:
            entry = call.machine.files.find(call.path(path), follow=False)
            if entry.kind != "d":
                raise KernelError(errno.ENOTDIR)
            if entry.children:
                raise KernelError(errno.ENOTEMPTY)
            call.machine.files.remove(call.path(path), call.process.who)
        except KernelError as error:
            status = await call.warn(f"failed to remove '{path}': {error.text}")
    return status


@program("rm")
async def rm(call: Call) -> int:
    """Remove files, and directories with -r."""
    try:
        given = read_options(call.args, flags="rRfv", long="recursive force")
    except OptionFault as fault:
        return await call.warn(str(fault))
    status = 0
    for path in given.words:
        if posixpath.normpath(call.path(path)) == "/":
            status = await call.warn("it is dangerous to operate recursively on '/'")
            continue
        try:
            entry = call.machine.files.find(call.path(path), call.process.who, follow=False)
            if entry.kind == "d" and not given.has("r", "R", "recursive"):
                raise KernelError(errno.EISDIR)
            call.machine.files.remove(call.path(path), call.process.who)
        except KernelError as error:
            if error.number == errno.ENOENT and given.has("f", "force"):
                continue
            status = await call.warn(f"cannot remove '{path}': {error.text}")
    return status


@program("ln")
async def ln(call: Call) -> int:
    """Make links."""
    try:
        given = read_options(call.args, flags="sfnT", long="symbolic force")
    except OptionFault as fault:
        return await call.warn(str(fault))
    if len(given.words) != 2:
        return await call.warn("missing file operand")
    files, who = call.machine.files, call.process.who
    target, path = given.words
    try:
        if files.exists(call.path(path)) and not given.has("f", "force"):
            raise KernelError(errno.EEXIST)
        made = Entry("l", who.user, who.groups[0], 0o777, call.machine.now_s(), target=target)
        files.put(
            call.path(path), made if given.has("s", "symbolic") else files.find(call.path(target), who), who
        )
    except KernelError as error:
        return await call.warn(f"failed to create link '{path}': {error.text}")
    return 0


@program("touch")
async def touch(call: Call) -> int:
    """Make a file, or have it be of now."""
    status = 0
    for path in (arg for arg in call.args if not arg.startswith("-")):
        try:
            entry = call.machine.files.open_to_write(call.path(path), call.process.who, keeps=True)
            entry.mtime_s = call.machine.now_s()
        except KernelError as error:
            status = await call.warn(f"cannot touch '{path}': {error.text}")
    return status


@program("truncate")
async def truncate(call: Call) -> int:
    """Set the size of a file."""
    try:
        given = read_options(call.args, valued="s", long_valued="size")
    except OptionFault as fault:
        return await call.warn(str(fault))
    match = re.fullmatch(r"([0-9]{1,15})([KMG]?)", given.last("s", "size"))
    if not match:
        return await call.warn("you must specify a size")
    size = int(match.group(1)) << {"": 0, "K": 10, "M": 20, "G": 30}[match.group(2)]
    for path in given.words:
        entry = call.machine.files.open_to_write(call.path(path), call.process.who, keeps=True)
        entry.data, entry.hole_bytes = entry.data[:size], max(0, size - len(entry.data))
    return 0


def mode_of(text: str, default: int, *, is_dir: bool = False) -> int:
    """Read an octal or symbolic mode. Raises `OptionFault`."""
    if not text:
        return default
    if re.fullmatch("[0-7]{1,4}", text):
        return int(text, 8)
    mode = default
    for clause in text.split(","):
        match = re.fullmatch(r"([ugoa]*)([-+=])([rwxX]*)", clause)
        if not match:
            raise OptionFault(f"invalid mode: '{text}'")
        who, op, rights = match.groups()
        bits = sum({"r": 4, "w": 2, "x": 1, "X": 1 if is_dir else 0}[char] for char in set(rights))
        mask = sum(bits << {"u": 6, "g": 3, "o": 0}[char] for char in (who.replace("a", "ugo") or "ugo"))
        whole = sum(7 << {"u": 6, "g": 3, "o": 0}[char] for char in (who.replace("a", "ugo") or "ugo"))
        mode = mode | mask if op == "+" else mode & ~mask if op == "-" else mode & ~whole | mask
    return mode


@program("chmod", "chown", "chgrp")
async def chmod(call: Call) -> int:
    """Change modes and owners."""
    words = [arg for arg in call.args if not re.fullmatch("-[Rvf]+", arg)]
    words = words[1:] if words[:1] == ["--"] else words
    if len(words) < 2:
        return await call.warn("missing operand")
    spec, *paths = words
    status = 0
    for path in paths:
        try:
            entry = call.machine.files.find(call.path(path), call.process.who)
            if not (
                call.process.who.is_root or (entry.owner == call.process.who.user and call.name == "chmod")
            ):
                raise KernelError(errno.EPERM)
            targets = [one for _, one in walk(entry, path)] if len(words) < len(call.args) else [entry]
            for one in targets:
                _change(call, one, spec)
        except OptionFault as fault:
            return await call.warn(str(fault))
        except KernelError as error:
            verb = "access" if error.number == errno.ENOENT else "changing"
            status = await call.warn(
                f"cannot access '{path}': {error.text}"
                if verb == "access"
                else f"changing permissions of '{path}': {error.text}"
            )
    return status


def _change(call: Call, entry: Entry, spec: str) -> None:
    if call.name == "chmod":
        entry.mode = mode_of(spec, entry.mode, is_dir=entry.kind == "d")
        return
    owner, colon, group = (
        spec.replace(".", ":", 1).partition(":") if call.name == "chown" else ("", ":", spec)
    )
    for name in filter(None, (owner, group)):
        if name not in call.machine.accounts:
            raise OptionFault(f"invalid {'user' if name == owner else 'group'}: '{spec}'")
    entry.owner = owner or entry.owner
    entry.group = group or (owner if colon else entry.group)


@program("sync")
async def sync(call: Call) -> int:
    """Everything is on the disk at once here."""
    for path in call.args:
        if not path.startswith("-") and not call.machine.files.exists(call.path(path)):
            return await call.warn(f"error opening '{path}': No such file or directory")
    return 0
