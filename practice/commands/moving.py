"""mv, cp, install."""

from __future__ import annotations

import copy
import errno
import posixpath

from practice.commands import program
from practice.commands.changing import above, make_dir, mode_of
from practice.commands.options import OptionFault, Options, read_options
from practice.host.errors import KernelError
from practice.host.files import walk
from practice.shell.programs import Call


def _into(call: Call, given: Options) -> tuple[list[str], str, bool]:
    """(sources, target, whether the target is a directory to put them into)."""
    target = given.last("t", "target-directory")
    if target:
        return given.words, target, True
    if len(given.words) < 2:
        raise OptionFault("missing file operand")
    *sources, target = given.words
    is_dir = False
    if not given.has("T", "no-target-directory"):
        try:
            is_dir = call.machine.files.find(call.path(target)).kind == "d"
        except KernelError:
            is_dir = False
    if len(sources) > 1 and not is_dir:
        raise OptionFault(f"target '{target}': No such file or directory")
    return sources, target, is_dir


_LONG = "no-target-directory force no-clobber preserve recursive archive update"


_LONG_VALUED = "backup target-directory"


def _read(call: Call, flags: str) -> Options:
    args = ["--backup=existing" if arg in {"-b", "--backup"} else arg for arg in call.args]
    return read_options(args, flags=flags, valued="tS", long=_LONG, long_valued=_LONG_VALUED)


@program("mv", "cp")
async def mv(call: Call) -> int:
    """Rename or copy."""
    try:
        given = _read(call, "fnTvprRaiud")
        sources, target, is_dir = _into(call, given)
    except OptionFault as fault:
        return await call.warn(str(fault))
    status = 0
    for source in sources:
        to = f"{target.rstrip('/')}/{posixpath.basename(source.rstrip('/'))}" if is_dir else target
        try:
            if call.name == "mv":
                _move(call, source, to, given)
            else:
                _copy(call, source, to, given)
        except KernelError as error:
            verb = "move" if call.name == "mv" else "copy"
            where = (
                f"cannot stat '{source}'"
                if error.number == errno.ENOENT
                else f"cannot {verb} '{source}' to '{to}'"
            )
            if error.number == errno.EISDIR:
                status = await call.warn(f"-r not specified; omitting directory '{source}'")
                continue
            status = await call.warn(f"{where}: {error.text}")
    return status


def _backed_up(call: Call, to: str, given: Options) -> bool:
    """Make room at the target; false: it is kept, and nothing is to be done."""
    files = call.machine.files
    try:
        there = files.find(call.path(to), call.process.who, follow=False)
    except KernelError:
        return True
    if given.has("n", "no-clobber"):
        return False
    if given.has("backup"):
        number = 1
        while files.exists(call.path(f"{to}.~{number}~")):
            number += 1
        files.remove(call.path(to), call.process.who)
        files.put(call.path(f"{to}.~{number}~"), there, call.process.who)
    elif there.kind == "d" and there.children:
        raise KernelError(errno.ENOTEMPTY)
    return True


def _move(call: Call, source: str, to: str, given: Options) -> None:
    files, who = call.machine.files, call.process.who
    entry = files.find(call.path(source), who, follow=False)
    if posixpath.normpath(call.path(to)).startswith(posixpath.normpath(call.path(source)) + "/"):
        raise KernelError(errno.EINVAL)
    files.parent(call.path(to), who)
    if not _backed_up(call, to, given):
        return
    files.remove(call.path(source), who)
    files.put(call.path(to), entry, who)


def _copy(call: Call, source: str, to: str, given: Options) -> None:
    files, who = call.machine.files, call.process.who
    entry = files.find(call.path(source), who)
    if entry.kind == "d" and not given.has("r", "R", "a", "recursive", "archive"):
        raise KernelError(errno.EISDIR)
    if entry.kind == "f":
        files.read(call.path(source), who)
    files.parent(call.path(to), who)
    if sum(one.size for _, one in walk(entry, "")) > files.free_bytes(files.mount_of(call.path(to))):
        raise KernelError(errno.ENOSPC)
    if not _backed_up(call, to, given):
        return
    made = copy.deepcopy(entry) if entry.kind == "d" else copy.copy(entry)
    made.data, made.reads, made.writes = entry.content(), None, None
    if not given.has("p", "a", "preserve", "archive"):
        made.owner, made.group, made.mtime_s = who.user, who.groups[0], call.machine.now_s()
    files.put(call.path(to), made, who)


@program("install")
async def install(call: Call) -> int:
    """Make directories, or copy files, with owner and mode."""
    try:
        given = read_options(call.args, flags="dDvpTC", valued="ogmt")
        mode = mode_of(given.last("m"), 0o755, is_dir=True)
    except OptionFault as fault:
        return await call.warn(str(fault))
    owner, group = given.last("o"), given.last("g")
    for name in filter(None, (owner, group)):
        if name not in call.machine.accounts:
            return await call.warn(f"invalid user: '{name}'")
    files, who = call.machine.files, call.process.who
    paths = given.words if given.has("d") else given.words[-1:]
    status = 0
    for path in paths:
        try:
            if given.has("d"):
                for upper in above(call.path(path)):
                    if not files.exists(upper):
                        make_dir(call, upper, 0o755)
            else:
                _copy(call, given.words[0], path, given)
            entry = files.find(call.path(path), who)
        except KernelError as error:
            status = await call.warn(f"cannot create directory '{path}': {error.text}")
            continue
        entry.mode = mode
        entry.owner, entry.group = owner or who.user, group or owner or who.groups[0]
    return status
