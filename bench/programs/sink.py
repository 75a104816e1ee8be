"""Puts lines into a sink, and prints as JSON what that took: `sink spool|interleaved|log|naive LINES`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable

LINE = b"2026-11-22 14:01:46.120 14 [Note] WSREP: view(view_id(PRIM,6f3a,14) memb {0,0} joined {} left {})\n"
CHUNK_BYTES = 1 << 16
CHUNK = LINE * (CHUNK_BYTES // len(LINE))
CHUNK_LINES = CHUNK_BYTES // len(LINE)
HOSTS = 9


def resident_mib() -> float:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def measured(total: int, lines_each: int, put: Callable[[int], object]) -> dict[str, float]:
    """Call `put` with a rising number until all lines are in."""
    before_mib, began = resident_mib(), time.perf_counter()
    for number in range(total // lines_each):
        put(number)
    took_s = time.perf_counter() - began
    count = total // lines_each * lines_each
    return {
        "lines_per_s": count / took_s,
        "mb_per_s": count * len(LINE) / took_s / 1e6,
        "grown_mib": resident_mib() - before_mib,
    }


def into_spool(total: int, *, interleaved: bool) -> dict[str, float]:
    """One host in big chunks; or several hosts in turn, a line at a time."""
    from systems.shell import Stream
    from systems.spool import Spool

    spool = Spool()
    hosts = [f"db{number}" for number in range(HOSTS)]
    if interleaved:
        result = measured(total, 1, lambda n: spool.data(hosts[n % HOSTS], Stream.STDOUT, LINE))
    else:
        result = measured(total, CHUNK_LINES, lambda _: spool.data("db1", Stream.STDOUT, CHUNK))
    began = time.perf_counter()
    rows = [spool.read(spool.lines * place // 100, 40, clip=500) for place in range(100)]
    assert all(line.text == LINE[:-1] for row in rows for line in row)
    result["screen_us"] = (time.perf_counter() - began) / len(rows) * 1e6
    return result


def into_log(total: int) -> dict[str, float]:
    """Textual's Log, in an app without a terminal."""
    from textual.app import App, ComposeResult
    from textual.widgets import Log

    class Logs(App[None]):
        def compose(self) -> ComposeResult:
            yield Log()

    async def fill() -> dict[str, float]:
        app = Logs()
        async with app.run_test(size=(120, 40)):
            log = app.query_one(Log)
            text = CHUNK.decode()
            before_mib, began = resident_mib(), time.perf_counter()
            for _ in range(total // CHUNK_LINES):
                log.write(text)
                await asyncio.sleep(0)
            took_s = time.perf_counter() - began
            count = total // CHUNK_LINES * CHUNK_LINES
            return {"lines_per_s": count / took_s, "grown_mib": resident_mib() - before_mib}

    return asyncio.run(fill())


def main() -> None:
    kind, total = sys.argv[1], int(sys.argv[2])
    if kind == "log":
        result = into_log(total)
    elif kind == "naive":
        with tempfile.TemporaryFile("w+b", buffering=0) as file:
            result = measured(total, CHUNK_LINES, lambda _: (file.write(CHUNK), CHUNK.count(b"\n")))
    else:
        result = into_spool(total, interleaved=kind == "interleaved")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
