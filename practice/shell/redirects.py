"""Redirections: which file stands behind a descriptor while a command runs."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from practice.host.errors import KernelError
from practice.shell.expand import text_of
from practice.shell.streams import FileStream, Full, Nothing, Stream, TextSource, Zeros
from practice.shell.tree import Document, Redirect

if TYPE_CHECKING:
    from practice.shell.interpreter import Shell

_DEVICES: dict[str, type[Stream]] = {"/dev/null": Nothing, "/dev/zero": Zeros, "/dev/full": Full}


async def applied(shell: Shell, redirects: tuple[Redirect, ...], saved: dict[int, Stream | None]) -> bool:
    """Carry out redirections in order, remembering what was there; false: one failed, and it said so."""
    for redirect in redirects:
        if redirect.fd not in saved:
            before = shell.process.fds.get(redirect.fd)
            saved[redirect.fd] = before.opened() if before is not None else None
        try:
            stream = await _opened(shell, redirect)
        except KernelError as error:
            verb = "create" if redirect.op[0] == ">" and error.number != errno.EBADF else "open"
            reason = "No such file" if error.number == errno.ENOENT and verb == "open" else error.text
            reason = "Directory nonexistent" if error.number == errno.ENOENT and verb == "create" else reason
            text = f"{error.path}: Bad file descriptor" if error.number == errno.EBADF else ""
            await shell.complain(text or f"cannot {verb} {error.path}: {reason}")
            return False
        shell.process.set_fd(redirect.fd, stream)
    return True


def restored(shell: Shell, saved: dict[int, Stream | None]) -> None:
    """Put back what was there."""
    for fd, stream in saved.items():
        shell.process.set_fd(fd, stream)
        if stream is not None:
            stream.closed()
    saved.clear()


def kept(saved: dict[int, Stream | None]) -> None:
    """Forget what was there: the redirections stay (exec)."""
    for stream in saved.values():
        if stream is not None:
            stream.closed()
    saved.clear()


async def _opened(shell: Shell, redirect: Redirect) -> Stream | None:
    if isinstance(redirect.word, Document):
        text = await text_of(shell, redirect.word.body)
        return TextSource(text.encode("utf-8", "surrogateescape"))
    name = await text_of(shell, redirect.word)
    if redirect.op in {"<&", ">&"}:
        if name == "-":
            return None
        if not name.isdecimal() or int(name[:5]) not in shell.process.fds:
            raise KernelError(errno.EBADF, name)
        return shell.process.fds[int(name[:5])]
    return open_file(shell, name, redirect.op)


def open_file(shell: Shell, name: str, op: str) -> Stream:
    """Open a file as `op` says. Raises `KernelError` with the name as it was given."""
    path = shell.path(name)
    if path in _DEVICES:
        return _DEVICES[path]()
    files, who = shell.machine.files, shell.process.who
    try:
        if path.startswith("/dev/fd/") or path in {"/dev/stdin", "/dev/stdout", "/dev/stderr"}:
            numbers = {"/dev/stdin": "0", "/dev/stdout": "1", "/dev/stderr": "2"}
            number = numbers.get(path, path.rpartition("/")[2])
            if not number.isdecimal() or int(number[:5]) not in shell.process.fds:
                raise KernelError(errno.ENOENT)
            return shell.process.fds[int(number[:5])]
        if op == "<":
            files.read(path, who)
            return FileStream(files, path, files.find(path, who), reads=True, writes=False)
        clobbers = op == ">" and "C" in shell.options
        entry = files.open_to_write(path, who, keeps=op in {">>", "<>"}, is_new=clobbers)
    except KernelError as error:
        raise KernelError(error.number, name) from error
    if entry.mode == 0o644 and entry.owner == who.user and not entry.data and shell.process.umask != 0o022:
        entry.mode = 0o666 & ~shell.process.umask
    return FileStream(files, path, entry, reads=op == "<>", writes=True)
