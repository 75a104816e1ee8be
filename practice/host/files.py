"""The files of one host: a tree with owners, modes, links, mounts and disks that fill up."""

from __future__ import annotations

import errno
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from practice.host.errors import KernelError

_MOST_LINKS = 20


@dataclass(slots=True)
class Entry:
    """One file, directory, link, socket or device."""

    kind: str
    """f, d, l, s or c, as `find -printf %y` has it."""
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644
    mtime_s: float = 0.0
    data: bytes = b""
    reads: Callable[[], bytes] | None = None
    """Of a file that the kernel makes up as it is read."""
    writes: Callable[[bytes], None] | None = None
    lists: Callable[[], dict[str, Entry]] | None = None
    """Of a directory that the kernel makes up."""
    hole_bytes: int = 0
    """Room taken by content that nobody reads: a database's pages."""
    target: str = ""
    children: dict[str, Entry] = field(default_factory=dict)
    payload: object = None
    """What a simulated program keeps in this file."""

    @property
    def size(self) -> int:
        """Bytes."""
        if self.kind == "d":
            return 4096
        if self.kind == "l":
            return len(self.target)
        return len(self.data) + self.hole_bytes

    def content(self) -> bytes:
        """What reading it gives."""
        return self.reads() if self.reads is not None else self.data

    def names(self) -> dict[str, Entry]:
        """What is in the directory."""
        return self.lists() if self.lists is not None else self.children


@dataclass(frozen=True, slots=True)
class Mount:
    """A filesystem."""

    target: str
    source: str
    fstype: str
    size_bytes: int
    base_bytes: int = 0
    """Taken by what is not modelled."""
    inodes: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Who:
    """Whose rights count."""

    user: str = "root"
    groups: tuple[str, ...] = ("root",)

    @property
    def is_root(self) -> bool:
        return self.user == "root"


ROOT = Who()


def may(entry: Entry, who: Who, bit: int) -> bool:
    """Whether `who` may read (4), write (2) or execute (1) it."""
    if who.is_root:
        return bit != 1 or entry.kind == "d" or bool(entry.mode & 0o111)
    if who.user == entry.owner:
        return bool(entry.mode >> 6 & bit)
    if entry.group in who.groups:
        return bool(entry.mode >> 3 & bit)
    return bool(entry.mode & bit)


@dataclass(slots=True)
class Files:
    """One host's tree. Paths are absolute; every call raises `KernelError` as the kernel would."""

    now_s: Callable[[], float]
    mounts: list[Mount] = field(default_factory=list)
    root: Entry = field(default_factory=lambda: Entry("d", mode=0o755))

    def find(self, path: str, who: Who = ROOT, *, follow: bool = True) -> Entry:
        """The entry at `path`."""
        return self._walk(path, who, follow=follow, links=0)

    def exists(self, path: str) -> bool:
        """Whether something is there, a link followed."""
        try:
            self.find(path)
        except KernelError:
            return False
        return True

    def read(self, path: str, who: Who = ROOT) -> bytes:
        """The content of a file."""
        entry = self.find(path, who)
        if entry.kind == "d":
            raise KernelError(errno.EISDIR, path)
        if not may(entry, who, 4):
            raise KernelError(errno.EACCES, path)
        return entry.content()

    def text(self, path: str) -> str:
        """The content of a file as text; empty where there is none."""
        try:
            return self.read(path).decode("utf-8", "replace")
        except KernelError:
            return ""

    def names(self, path: str, who: Who = ROOT) -> dict[str, Entry]:
        """What is in a directory."""
        entry = self.find(path, who)
        if entry.kind != "d":
            raise KernelError(errno.ENOTDIR, path)
        if not may(entry, who, 4):
            raise KernelError(errno.EACCES, path)
        return entry.names()

    def open_to_write(
        self, path: str, who: Who = ROOT, *, keeps: bool = False, is_new: bool = False
    ) -> Entry:
        """The entry to write to, emptied unless it `keeps` its content; `is_new`: it must not be there."""
        try:
            entry = self.find(path, who)
        except KernelError as error:
            if error.number != errno.ENOENT:
                raise
            made = Entry("f", who.user, who.groups[0], 0o644, self.now_s())
            self.put(path, made, who)
            return made
        if is_new and entry.kind == "f":
            raise KernelError(errno.EEXIST, path)
        if entry.kind == "d":
            raise KernelError(errno.EISDIR, path)
        if not may(entry, who, 2):
            raise KernelError(errno.EACCES, path)
        if not keeps and entry.kind == "f":
            entry.data, entry.hole_bytes, entry.mtime_s = b"", 0, self.now_s()
        return entry

    def grow(self, path: str, entry: Entry, data: bytes) -> None:
        """Write at the end of an open file."""
        if entry.writes is not None:
            entry.writes(data)
        elif entry.kind == "f":
            if len(data) > self.free_bytes(self.mount_of(path)):
                raise KernelError(errno.ENOSPC, path)
            entry.data += data
            entry.mtime_s = self.now_s()

    def write(
        self, path: str, data: str | bytes, *, owner: str = "root", group: str = "", mode: int = 0o644
    ) -> Entry:
        """Make or replace a file as root, with the directories above it."""
        self.make_dirs(posixpath.dirname(path))
        content = data.encode() if isinstance(data, str) else data
        entry = Entry("f", owner, group or owner, mode, self.now_s(), content)
        self.put(path, entry)
        return entry

    def make_dirs(self, path: str, *, owner: str = "root", group: str = "", mode: int = 0o755) -> Entry:
        """Make a directory and those above it; what is there stays."""
        at = self.root
        for name in _names(path):
            if name not in at.children:
                at.children[name] = Entry("d", owner, group or owner, mode, self.now_s())
            at = at.children[name]
            if at.kind == "l":
                at = self.find(at.target)
        return at

    def put(self, path: str, entry: Entry, who: Who = ROOT) -> None:
        """Let `entry` stand at `path`."""
        parent, name = self.parent(path, who)
        parent.children[name] = entry
        parent.mtime_s = self.now_s()

    def remove(self, path: str, who: Who = ROOT) -> Entry:
        """Take an entry out of its directory."""
        self.find(path, who, follow=False)
        parent, name = self.parent(path, who)
        parent.mtime_s = self.now_s()
        return parent.children.pop(name)

    def parent(self, path: str, who: Who) -> tuple[Entry, str]:
        """The directory that holds `path`, which `who` may change, and the last name."""
        clean = path.rstrip("/") or "/"
        name = posixpath.basename(clean)
        entry = self.find(posixpath.dirname(clean), who)
        if entry.kind != "d":
            raise KernelError(errno.ENOTDIR, path)
        if not name or name in {".", ".."} or any(m.target == posixpath.normpath(clean) for m in self.mounts):
            raise KernelError(errno.EBUSY, path)
        if entry.lists is not None or not (may(entry, who, 2) and may(entry, who, 1)):
            raise KernelError(errno.EACCES, path)
        return entry, name

    def mount_of(self, path: str) -> Mount:
        """The filesystem that holds `path`."""
        real = posixpath.normpath(path)
        fits = [m for m in self.mounts if m.target in ("/", real) or real.startswith(m.target + "/")]
        return max(fits, key=lambda mount: len(mount.target))

    def used_bytes(self, mount: Mount) -> int:
        """What is taken of a filesystem."""
        skip = {m.target for m in self.mounts if m is not mount} | {"/proc", "/sys", "/dev"}
        at = self.find(mount.target)
        return mount.base_bytes + sum(
            entry.size for _, entry in walk(at, mount.target, skip) if entry.kind == "f"
        )

    def free_bytes(self, mount: Mount) -> int:
        """What is left of a filesystem."""
        return max(0, mount.size_bytes - self.used_bytes(mount))

    def _walk(self, path: str, who: Who, *, follow: bool, links: int) -> Entry:
        if links > _MOST_LINKS:
            raise KernelError(errno.ELOOP, path)
        at, above = self.root, [self.root]
        names = _names(path)
        for index, name in enumerate(names):
            if at.kind != "d":
                raise KernelError(errno.ENOTDIR, path)
            if not may(at, who, 1):
                raise KernelError(errno.EACCES, path)
            if name == "..":
                at = above.pop() if len(above) > 1 else self.root
                continue
            found = at.names().get(name)
            if found is None:
                raise KernelError(errno.ENOENT, path)
            if found.kind == "l" and (follow or index < len(names) - 1):
                here = "/" + "/".join(names[:index])
                rest = names[index + 1 :]
                target = posixpath.join(here, found.target, *rest)
                return self._walk(target, who, follow=follow, links=links + 1)
            above.append(at)
            at = found
        if path.endswith(("/", "/.")) and at.kind != "d":
            raise KernelError(errno.ENOTDIR, path)
        if path.endswith("/.") and not may(at, who, 1):
            raise KernelError(errno.EACCES, path)
        return at


def walk(at: Entry, path: str, skip: set[str] | None = None) -> Iterator[tuple[str, Entry]]:
    """Everything at and below an entry, with its path; parents first."""
    yield path, at
    if at.kind == "d":
        for name, child in list(at.names().items()):
            below = f"{path.rstrip('/')}/{name}"
            if skip is None or below not in skip:
                yield from walk(child, below, skip)


def _names(path: str) -> list[str]:
    return [name for name in path.split("/") if name not in {"", "."}]
