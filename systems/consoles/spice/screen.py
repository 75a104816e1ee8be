"""A guest's screen by SPICE, over three links of one token: its main, display and inputs channels."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from itertools import count

from systems.consoles.link import GuestMoved, Link
from systems.consoles.picture import Picture
from systems.consoles.spice.body import Body
from systems.consoles.spice.canvas import BLACKNESS, INVERS, WHITENESS, Canvas, Steps
from systems.consoles.spice.channel import DISPLAY, INPUTS, MAIN, MOVED, Channel
from systems.consoles.spice.images import NotDrawn
from systems.errors import TimedOut

START_S = 15.0
_MAIN_BEGIN_MIGRATION, _MAIN_INIT, _MAIN_SWITCH_HOST, _MAIN_SEAMLESS = 101, 103, 111, 116
_MIGRATE_CONNECT_ERROR, _ATTACH_CHANNELS = 103, 104
_DISPLAY_INIT, _PREFERRED_COMPRESSION = 101, 103
_CAN_PREFER = 1 << 6
_LZ = 6
"""Not `off`: a screen of text is 33 KB so and 1,150 KB as it is, and read in 20 ms."""
_NO_CACHES = struct.pack("<BqBi", 0, 0, 0, 0)
"""A server that is told so keeps no images at its client's, and sends none of GLZ."""
_MODE, _MARK, _RESET, _COPY_BITS = 101, 102, 103, 104
_PALETTE_GONE, _PALETTES_GONE = 107, 108
_SURFACE_MADE, _SURFACE_GONE = 314, 315
_MOST_AT_ONCE = 64
"""Messages that are taken before a change is told, while there are more."""
_NOT_DRAWN = {
    122: "a video stream",
    123: "a video stream",
    309: "raster operations of three parts",
    310: "lines",
    311: "letters of the server's own",
    312: "images with a transparent colour",
    313: "images that are seen through",
    316: "a video stream",
    318: "compositions",
    320: "OpenGL",
    321: "OpenGL",
}


class SpiceScreen:
    """Three channels that are one screen. It sends no key."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._links: list[Link] = []
        """The others, which are closed here."""
        self._keyboard = link
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._is_ready = False
        self._canvas = Canvas()
        self._lacks: list[str] = []
        self._draws: dict[int, Callable[[Body], Steps]] = {
            _COPY_BITS: self._canvas.copy_bits,
            302: self._canvas.fill,
            303: self._canvas.opaque,
            304: self._canvas.copy,
            305: self._canvas.copy,
            306: lambda body: self._canvas.plain(body, BLACKNESS),
            307: lambda body: self._canvas.plain(body, WHITENESS),
            308: lambda body: self._canvas.plain(body, INVERS),
        }

    @property
    def picture(self) -> Picture:
        """What was drawn so far."""
        return self._canvas.shown

    @property
    def lacks(self) -> str:
        """What of this screen is not drawn here, for a sentence; empty: nothing."""
        return ", ".join(self._lacks)

    @property
    def keyboard(self) -> Link:
        """Where keys are sent."""
        return self._keyboard

    async def start(self, *, timeout_s: float = START_S) -> None:
        """Open the three channels. Raises a `SystemsError`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._open()
        except TimeoutError as error:
            raise TimedOut(
                f"The guest's SPICE server said nothing within {timeout_s:g} s: the proxy may not reach the "
                "compute host."
            ) from error

    async def update(self) -> None:
        """Wait for the next change of the screen; raises a `SystemsError` when there will be none."""
        changed = asyncio.create_task(self._changed.wait())
        try:
            await asyncio.wait([changed, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        for task in self._tasks:
            if task.done():
                task.result()
        self._changed.clear()

    async def close(self) -> None:
        """Let go of what `start` opened beside the link that it was given."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in self._links:
            await link.close()

    async def _open(self) -> None:
        main = Channel(self._link)
        await main.open(MAIN)
        kind, body = await main.next()
        while kind != _MAIN_INIT:
            kind, body = await main.next()
        session = Body(body).number("I")
        await main.send(_ATTACH_CHANNELS)
        self._tasks.append(asyncio.create_task(_attend_main(main)))
        display = await self._another(DISPLAY, session, _CAN_PREFER)
        await display.send(_DISPLAY_INIT, _NO_CACHES)
        if display.abilities & _CAN_PREFER:
            await display.send(_PREFERRED_COMPRESSION, bytes([_LZ]))
        self._tasks.append(asyncio.create_task(self._attend_display(display)))
        inputs = await self._another(INPUTS, session)
        self._keyboard = self._links[-1]
        self._tasks.append(asyncio.create_task(_attend_inputs(inputs)))

    async def _another(self, kind: int, session: int, abilities: int = 0) -> Channel:
        link = await self._link.another()
        self._links.append(link)
        channel = Channel(link)
        await channel.open(kind, session, abilities)
        return channel

    async def _attend_display(self, display: Channel) -> None:
        for number in count():
            kind, data = await display.next()
            try:
                for _ in self._taken(kind, Body(data)):
                    await asyncio.sleep(0)  # a large one is read and drawn piece by piece
            except NotDrawn as error:
                self._lack(str(error))
            # The parts of one picture come one after the other: half of a letter is nobody's news.
            if self._is_ready and (not display.has_more or number % _MOST_AT_ONCE == 0):
                self._changed.set()

    def _taken(self, kind: int, body: Body) -> Steps:
        if kind in self._draws:
            yield from self._draws[kind](body)
        elif kind in _NOT_DRAWN:
            raise NotDrawn(_NOT_DRAWN[kind])
        elif kind == _SURFACE_MADE:
            self._canvas.make(body)
        elif kind == _SURFACE_GONE:
            self._canvas.drop(body.number("I"))
        elif kind == _MODE:
            self._canvas.make(Body(bytes(4) + body.bytes(12)))
        elif kind == _RESET:
            self._canvas.images.forget()
        elif kind == _PALETTE_GONE:
            self._canvas.images.forget(body.number("Q"))
        elif kind == _PALETTES_GONE:
            self._canvas.images.forget()
        elif kind == _MARK:
            self._is_ready = True

    def _lack(self, words: str) -> None:
        if words not in self._lacks and len(self._lacks) < len(_NOT_DRAWN):
            self._lacks.append(words)


async def _attend_main(main: Channel) -> None:
    """The link ends when the guest goes elsewhere: its new address has a token of its own."""
    while True:
        kind, _ = await main.next()
        if kind in (_MAIN_BEGIN_MIGRATION, _MAIN_SEAMLESS):
            await main.send(_MIGRATE_CONNECT_ERROR)  # so that the server does not wait for us over there
        elif kind == _MAIN_SWITCH_HOST:
            raise GuestMoved(MOVED)


async def _attend_inputs(inputs: Channel) -> None:
    while True:
        await inputs.next()
