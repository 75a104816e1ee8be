"""`python -m bench` lists the benchmarks; `python -m bench NAME...` runs them.

`--json` prints data; `--markdown` writes bench/RESULTS.md, and without a name runs all of them.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import pkgutil
import sys
from dataclasses import asdict
from typing import Protocol, cast

import bench
from bench import page
from bench.table import Table


class Benchmark(Protocol):
    """A module in bench/ with this function is a benchmark; its docstring says what it measures."""

    __doc__: str | None

    def run(self) -> Table: ...


def names() -> list[str]:
    """The modules that define `run`; found by their text, so that none is imported before it is asked for."""
    found = []
    for module in pkgutil.iter_modules(bench.__path__):
        spec = importlib.util.find_spec(f"bench.{module.name}")
        if spec is not None and spec.origin is not None and not module.ispkg:
            with open(spec.origin, encoding="utf-8") as source:
                if any(line.startswith("def run(") for line in source):
                    found.append(module.name)
    return found


def load(name: str) -> Benchmark:
    return cast("Benchmark", importlib.import_module(f"bench.{name}"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what we claim about speed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; none: list them")
    parser.add_argument("--json", action="store_true", help="print data")
    parser.add_argument(
        "--markdown", action="store_true", help="write bench/RESULTS.md; without names: run all of them"
    )
    arguments = parser.parse_args()
    known = names()
    if unknown := set(arguments.names) - set(known):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    wanted = arguments.names or (known if arguments.markdown else [])
    if not wanted:
        for name in known:
            print(f"{name:12} {(load(name).__doc__ or '').strip().splitlines()[0]}")
    reached = True
    for name in wanted:
        where = page.machine()
        table = load(name).run()
        reached = reached and all(row.reached is not False for row in table.rows)
        print(json.dumps({"name": name, **asdict(table)}) if arguments.json else f"{table}\n", flush=True)
        if arguments.markdown:
            before = page.PLACE.read_text(encoding="utf-8") if page.PLACE.exists() else ""
            sections = {name: page.section(name, table, where)}
            page.PLACE.write_text(page.renewed(before, sections), encoding="utf-8")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
