"""Records the ninety seconds of the demo as an asciicast: `python -m screenshots.cast`, or `make cast`.

The real program runs on a terminal of its own; its keys are those of the newcomer whom the tests follow,
pressed at the pace of somebody who reads. Play it with `asciinema play docs/demo.cast`.
"""

from __future__ import annotations

import codecs
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.pty import Chunk
from tests.tui.cli.demo_console import DemoConsole, demo_session
from tests.tui.cli.newcomer import goes_to_the_end, leaves

PLACE = Path(__file__).parent.parent / "docs" / "demo.cast"
COLUMNS, LINES = 80, 24
SURPRISE_S = 6
"""Long enough to see that all is well."""
READS_S, TYPES_S = 2.0, 0.06
IDLE_S = 2.0
"""Players show a longer pause as one of this length."""
_RESET_AND_SET = re.compile(r"\x1b\[0m\x1b\[([0-9;]+)m")
"""Two sequences that can be one, of which there are many."""


class Reader(DemoConsole):
    """Presses keys at the pace of somebody who reads before, and types letter by letter."""

    def press(self, keys: str) -> None:
        self.session.run_for(READS_S)
        for key in keys:
            super().press(key)
            self.session.run_for(TYPES_S)


def record() -> str:
    """Go the whole way and return the recording, up to the exported report."""
    with tempfile.TemporaryDirectory(prefix="qd") as folder:
        home = Path(folder)
        size, env = (COLUMNS, LINES), {"COLORTERM": ""}  # 256 colours are a third shorter to write
        with demo_session(home, "--surprise", str(SURPRISE_S), size=size, env=env) as session:
            console = Reader(session)
            goes_to_the_end(console, "~/report.md", home / "report.md")
            session.run_for(READS_S)
            chunks, started_ns = tuple(session.chunks), session.started_ns
            leaves(console)
    return "".join(lines_of(chunks, started_ns))


def lines_of(chunks: Iterable[Chunk], started_ns: int) -> Iterator[str]:
    """An asciicast of version 2: https://docs.asciinema.org/manual/asciicast/v2/."""
    header = {
        "version": 2,
        "width": COLUMNS,
        "height": LINES,
        "idle_time_limit": IDLE_S,
        "title": "quarterdeck demo: from red to a verified cluster and a report",
        "env": {"TERM": "xterm-256color"},
    }
    yield json.dumps(header) + "\n"
    letters = codecs.getincrementaldecoder("utf-8")("replace")  # a read may end in the middle of one
    for chunk in chunks:
        text = _RESET_AND_SET.sub("\x1b[0;\\1m", letters.decode(chunk.data))
        at_s = round((chunk.at_ns - started_ns) / 1e9, 3)
        yield json.dumps([at_s, "o", text], ensure_ascii=False) + "\n"


def main() -> None:
    """Record it anew."""
    PLACE.write_text(record(), encoding="utf-8")
    print(PLACE)


if __name__ == "__main__":
    main()
