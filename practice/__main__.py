"""python -m practice --folder F [--break NAME] [--seed N] [--speed X]: serve a practice estate."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and serve; returns the exit status."""
    from practice.faults import FAULTS, On, faults_on
    from practice.layout import FolderTaken
    from practice.serving import serve

    parser = argparse.ArgumentParser(
        "python -m practice", description="Serve a practice estate until it is ended."
    )
    parser.add_argument("--folder", type=Path, help="a private folder, made here and removed at the end")
    parser.add_argument(
        "--break", dest="faults", action="append", default=[], choices=sorted(FAULTS), metavar="NAME"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same numbers")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than life durations run")
    parser.add_argument(
        "--with-parent", type=int, metavar="PID", help="end when this process, which started it, ends"
    )
    parser.add_argument(
        "--blank", action="store_true", help="hosts with packages installed and nothing configured"
    )
    parser.add_argument("--list", action="store_true", help="tell the faults and end")
    given = parser.parse_args(arguments)
    if given.list:
        known = faults_on(On.BLANK if given.blank else On.DEMO).values()
        sys.stdout.write("".join(f"{fault.name:<22} {fault.what}\n" for fault in known))
        return 0
    if not 0.01 <= given.speed <= 1000:
        parser.error("--speed is a number from 0.01 to 1000")
    folder = (given.folder or Path(tempfile.mkdtemp(prefix="quarterdeck-practice-"))).absolute()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(
                serve(
                    folder,
                    seed=given.seed,
                    speed=given.speed,
                    blank=given.blank,
                    faults=tuple(given.faults),
                    parent=given.with_parent,
                )
            )
    except FolderTaken as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        if given.folder is None:
            with contextlib.suppress(OSError):
                folder.rmdir()
    return 0


if __name__ == "__main__":
    sys.exit(main())
