"""What types into a guest: exists only with a `Permit`. What is typed is never kept; that it could be, is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from systems.errors import LinkLost, SystemsError
from systems.shell import Command, Output, Permit

Send = Callable[[bytes], Awaitable[None]]


class Typing:
    """From `begin` to `end` it lets bytes through to one guest, as long as `require` does not raise."""

    def __init__(self, permit: Permit, require: Callable[[], None], *, cloud: str, what: str) -> None:
        """`require` raises `NotArmed` when the session is armed no more; `what`: of which console."""
        self._permit, self._require = permit, require
        self._cloud, self._what = cloud, what
        self._entry: int | None = None

    def begin(self) -> None:
        """Write the entry; blocks. Raises `NotArmed` or a `JournalError`, and then nothing can be typed."""
        line = f"# keys go to {self._what}"
        self._entry = self._permit.before(self._cloud, Command(line, as_root=False), "")

    async def type(self, data: bytes, send: Send) -> None:
        """Send it to the guest; raises `NotArmed` before anything is sent, and `LinkLost`."""
        if self._entry is None:
            raise LinkLost(f"keys do not go to {self._what}")
        self._require()
        await send(data)

    def end(self, error: SystemsError | None = None) -> None:
        """Write that it is over; blocks. A second time does nothing."""
        entry, self._entry = self._entry, None
        if entry is not None:
            self._permit.after(entry, error or Output("", "", 0, datetime.now(UTC)))
