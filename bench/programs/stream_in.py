"""The view that the console streams into, fed by a real host: `stream_in SSH_CONFIG HOST FILE TIMES`.

It reads the file so many times, one after the other, and shows each time when it has all of it: `k000001`.
"""

from __future__ import annotations

import sys

from widgets.tempo import set_tempo

set_tempo()

from textual.app import App, ComposeResult  # noqa: E402
from textual.widgets import Static  # noqa: E402

from systems.shell import Probe  # noqa: E402
from systems.spool import Spool  # noqa: E402
from systems.ssh.hosts import SshHosts  # noqa: E402
from widgets.spool_view import SpoolView  # noqa: E402
from widgets.tight_paint import TightPaint  # noqa: E402


class StreamIn(TightPaint, App[None]):
    """Follows what comes in, as the console does."""

    def __init__(self, config: str, host: str, file: str, times: int) -> None:
        super().__init__()
        self._reader = SshHosts(config_file=config, system_config_file=None).reader(host)
        self._probe = Probe.of("cat", file)
        self._times = times
        self._spool = Spool()
        self._counter = Static("k000000")

    def compose(self) -> ComposeResult:
        yield self._counter
        yield SpoolView(self._spool, title="cat")

    def on_mount(self) -> None:
        self.run_worker(self._stream())

    async def _stream(self) -> None:
        await self._reader.read(Probe("true"), timeout_s=60)
        for number in range(self._times + 1):
            self._counter.update(f"k{number:06d} {self._spool.lines:,} lines")
            if number < self._times:
                await self._reader.stream(self._probe, self._spool)


if __name__ == "__main__":
    config, host, file, times = sys.argv[1:]
    StreamIn(config, host, file, int(times)).run()
