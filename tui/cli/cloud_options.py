"""What the commands about clouds share: which cloud is meant, and a way to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from tui.cli.opening import carry_out, estate_of, opened
from tui.cli.said import USAGE, fail

if TYPE_CHECKING:
    from systems.estate import LoadedEstate
    from tui.works import Clouds

T = TypeVar("T")

CLOUD = click.option(
    "--cloud", "name", default="", help="Its name in the estate; needed where there are several."
)


def cloud_of(estate: LoadedEstate, name: str) -> str:
    """The cloud that was asked for, or the only one; ends with a sentence for an unknown one."""
    known = [one.name for one in estate.clouds]
    if not known:
        fail(f"{estate.path} names no cloud; it takes one as a [[cloud]] table", USAGE)
    if name in known:
        return name
    if name or len(known) > 1:
        words = f"has no cloud {name!r}" if name else "has several clouds, name one with --cloud"
        fail(f"{estate.path} {words}; it has: {', '.join(known)}", USAGE)
    return known[0]


def read_cloud(ctx: click.Context, name: str, work: Callable[[Clouds, str], Awaitable[T]]) -> T:
    """Let `work` have the clouds of the estate and the name of the one that is meant; what it returns."""
    estate = estate_of(ctx)
    chosen = cloud_of(estate, name)

    async def run() -> T:
        async with opened(estate) as access:
            return await work(access.clouds, chosen)

    return carry_out(run)
