"""The stream of several hosts, to look at: `show LINES_PER_S [--ascii]`. Some lines are nasty on purpose."""

from __future__ import annotations

import sys

from widgets.tempo import set_tempo

set_tempo()

from textual.app import App, ComposeResult  # noqa: E402
from textual.widgets import Footer  # noqa: E402

from systems.shell import Stream  # noqa: E402
from systems.spool import Spool  # noqa: E402
from widgets.signs import ASCII, UNICODE, Signs  # noqa: E402
from widgets.spool_view import SpoolView  # noqa: E402
from widgets.tight_paint import TightPaint  # noqa: E402

LINES = (
    (Stream.STDOUT, "WSREP: evs::proto(6f3a, OPERATIONAL) suspecting node: 0f3a at tcp://10.0.0.3:4567"),
    (Stream.STDOUT, "mariadb.service: Main process exited, code=killed, status=9/KILL"),
    (Stream.STDERR, "[ERROR] WSREP: could not open gcomm backend: Connection timed out"),
    (Stream.STDOUT, "plain, with [/red] markup, an escape \x1b]52;c;aGk=\x07 and a \u202eturned\u202c word"),
    (Stream.STDOUT, "wide 日本語のログ 👍 and accents é ü, tab\tand\ttab"),
    (Stream.STDOUT, "a long one: " + "0123456789 " * 40),
    (Stream.STDOUT, ""),
)


class Show(TightPaint, App[None]):
    """Hosts take turns; every tenth second one of them ends."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012

    def __init__(self, rate: float, signs: Signs) -> None:
        super().__init__()
        self.rate = rate
        self.spool = Spool()
        self.signs = signs
        self.count = 0

    def compose(self) -> ComposeResult:
        yield SpoolView(
            self.spool, title="x  journalctl -u mariadb -n 50 -f   on db[1-3] (3 of 3)", signs=self.signs
        )
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(SpoolView).focus()
        self.set_interval(1 / 20, self.write)

    def write(self) -> None:
        """What arrived since the last call."""
        for _ in range(max(1, round(self.rate / 20))):
            stream, text = LINES[self.count % len(LINES)]
            host = f"db{1 + self.count % 3}"
            self.spool.data(host, stream, f"{text}\n".encode())
            self.count += 1
            if self.count % 200 == 0:
                self.spool.note(host, "exit status 1 after 2.3 s")


if __name__ == "__main__":
    Show(float(sys.argv[1]), ASCII if "--ascii" in sys.argv else UNICODE).run()
