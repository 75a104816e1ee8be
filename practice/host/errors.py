"""What a kernel refuses, by its errno; the words are strerror's."""

from __future__ import annotations

import errno
import os


class KernelError(Exception):
    """A system call that failed."""

    def __init__(self, number: int, path: str = "") -> None:
        super().__init__(os.strerror(number))
        self.number = number
        self.path = path

    @property
    def text(self) -> str:
        """As programs print it."""
        return os.strerror(self.number)


def missing(path: str) -> KernelError:
    """No such file or directory."""
    return KernelError(errno.ENOENT, path)
