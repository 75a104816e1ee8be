"""A guest's screen, by whichever protocol its cloud has: one port for VNC and SPICE."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from systems.consoles.link import Link
from systems.consoles.picture import Picture
from systems.consoles.rfb import START_S, RfbScreen
from systems.consoles.rfb import chord as rfb_chord
from systems.consoles.spice.keys import chord as spice_chord
from systems.consoles.spice.screen import SpiceScreen
from systems.errors import Refused, SystemsError, TimedOut

_NO_SUCH_TYPE = (400, 501)
"""What Nova answers where a type of console is disabled, or none that it knows (GOTCHAS E.4)."""


class GuestScreen(Protocol):
    """What a guest's screen shows; it sends no key."""

    @property
    def picture(self) -> Picture:
        """What was told so far."""
        ...

    @property
    def lacks(self) -> str:
        """What of it is not drawn here, in a few words; empty: nothing."""
        ...

    @property
    def keyboard(self) -> Link:
        """Where the hands send keys, as `Way.chord` makes them."""
        ...

    async def start(self) -> None:
        """Shake hands; raises a `SystemsError`."""
        ...

    async def update(self) -> None:
        """Wait for the next change of the screen; raises a `SystemsError` when there will be none."""
        ...

    async def close(self) -> None:
        """Let go of what `start` opened; the link that it was given is its giver's."""
        ...


@dataclass(frozen=True, slots=True)
class Way:
    """A protocol in which a guest's screen is told."""

    name: str
    kind: str
    """The type of console, as Nova calls it."""
    look: Callable[[Link], GuestScreen]
    chord: Callable[[Sequence[int]], bytes]
    """X11 keysyms -> what presses them, and lets go of them in reverse; empty: it has no such key."""
    pace_s: float = 0.0
    """Between two chords: a PC's keyboard keeps 16 bytes, and QEMU feeds it slowly for VNC only."""
    is_for_one: bool = False
    """Whoever opens the screen ends the link of who looked at it before, and nobody is told."""


VNC = Way("VNC", "novnc", RfbScreen, rfb_chord)
SPICE = Way("SPICE", "spice-html5", SpiceScreen, spice_chord, pace_s=0.02, is_for_one=True)
WAYS = {way.kind: way for way in (VNC, SPICE)}
"""The first is taken where a cloud has both: looking by VNC disturbs nobody."""


async def first_open(kinds: Sequence[str], ask: Callable[[str], Awaitable[Link]]) -> tuple[str, Link]:
    """Open a console of the first type that the cloud has; raises a `SystemsError`, that of all of them."""
    refusals: list[Refused] = []
    for kind in kinds:
        try:
            return kind, await ask(kind)
        except Refused as error:
            if error.status not in _NO_SUCH_TYPE:
                raise
            refusals.append(error)
    raise Refused(" ".join(str(error) for error in refusals), status=refusals[0].status)


async def first_look(screen: GuestScreen) -> Picture:
    """Start, and wait until the whole screen was told once; raises a `SystemsError`."""
    await screen.start()
    try:
        async with asyncio.timeout(START_S):
            await screen.update()
    except TimeoutError as error:
        raise TimedOut(f"The guest's screen did not come within {START_S:g} s.") from error
    return screen.picture


async def is_served(link: Link, *, within_s: float = 1.0) -> bool:
    """Whether a server waits behind a link over which nothing was sent; where none does, it is closed."""
    try:
        async with asyncio.timeout(within_s):
            await link.receive()
    except TimeoutError:
        return True
    except SystemsError:
        return False
    return True
