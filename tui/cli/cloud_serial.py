"""The serial line of a guest on this very terminal: raw, with ctrl+] as the way back."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from runbooks.journal.entries import Kind
from systems.consoles.taming import Taming
from systems.consoles.typing import Typing
from systems.errors import NotArmed
from tui.cli.cloud_guest import Wanted, guest_link
from tui.cli.opening import working
from tui.cli.said import complain

if TYPE_CHECKING:
    from systems.consoles.link import Link
    from systems.openstack.readings import Instance
    from tui.access import Access

LEAVE = b"\x1d"
"""ctrl+]"""
KEPT_CHARS = 65_536
"""Of what was said, the end is kept, to look for what is waited for."""
BACK = "\x1b[0m\x1b(B\x0f\x1b[?25h\x1b[?7h\x1b[?2004l\x1b[?1l\r\n"
"""Takes back what a guest may have left behind in this terminal."""
MOST_WAITING = 256
SLICE = 16_384
"""Bytes that are taken at once, so that a flood holds no key."""


async def attach(wanted: Wanted, reason: str, *, is_endless: bool) -> bool:
    """Show what it says until that ends; whether what was waited for came. Raises a `SystemsError`."""
    async with guest_link(wanted, "serial") as (access, found, _, link):
        if not reason:
            complain(f"{found.name}: read-only; Ctrl-C ends it (--arm WHY to type)")
            return await _show(link, wanted, is_endless=is_endless)
        async with _typing(access, found, wanted, reason) as typing:
            complain(f"{found.name}: keys go to the guest; ctrl+] ends it")
            return await _with_keys(link, typing, wanted, is_endless=is_endless)


@asynccontextmanager
async def _typing(access: Access, found: Instance, wanted: Wanted, reason: str) -> AsyncIterator[Typing]:
    async with working(access, wanted.place, reason) as works:
        data = {"instance": found.name, "id": found.id}
        permit = works.arming.permit(works.redact, kind=Kind.EXEC, system=wanted.cloud, data=data)
        what = f"the serial console of {found.name}"
        typing = Typing(permit, works.arming.require, cloud=wanted.cloud, what=what)
        await works.aside(typing.begin)
        try:
            yield typing
        finally:
            await works.aside(typing.end)


async def _with_keys(link: Link, typing: Typing, wanted: Wanted, *, is_endless: bool) -> bool:
    """Show and type, until the link, the time or ctrl+] ends it."""
    keys: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
    with _raw_terminal(), _reading(keys):
        showing = asyncio.create_task(_show(link, wanted, is_endless=is_endless))
        sending = asyncio.create_task(_send(link, typing, keys))
        try:
            await asyncio.wait((showing, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
                if not showing.done():
                    return False
            return await showing
        finally:
            for task in (showing, sending):
                task.cancel()
            await asyncio.gather(showing, sending, return_exceptions=True)


async def _send(link: Link, typing: Typing, keys: asyncio.Queue[bytes | None]) -> None:
    """Send what is typed until ctrl+]; at the end of a file the line is only shown on."""
    while (data := await keys.get()) is not None:
        before, leaves, _ = data.partition(LEAVE)
        if before:
            try:
                await typing.type(before, link.send)
            except NotArmed as error:
                complain(f"\r\nquarterdeck: {error}\r")
                return
        if leaves:
            return
    await asyncio.Event().wait()


async def _show(link: Link, wanted: Wanted, *, is_endless: bool) -> bool:
    taming, kept = Taming(), ""
    try:
        async with asyncio.timeout(None if is_endless else wanted.within_s):
            while True:
                data = await link.receive()
                for at in range(0, len(data), SLICE):
                    text = taming.feed(data[at : at + SLICE])
                    sys.stdout.write(text)
                    sys.stdout.flush()
                    kept = (kept + text)[-KEPT_CHARS:]
                    if wanted.until and wanted.until in kept:
                        return True
                    await asyncio.sleep(0)
    except TimeoutError:
        return False


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Every key as it is, for as long as the block lasts; nothing where standard input is no terminal."""
    if not sys.stdin.isatty():
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        sys.stdout.write(BACK)
        sys.stdout.flush()


@contextmanager
def _reading(keys: asyncio.Queue[bytes | None]) -> Iterator[None]:
    """Put what is typed into the queue; None: the end of a file. What a full queue cannot take is lost."""
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def take() -> None:
        data = os.read(descriptor, 1024)
        if not data:
            loop.remove_reader(descriptor)
        if not keys.full():
            keys.put_nowait(data or None)

    watched = _watch(loop, descriptor, take)
    try:
        yield
    finally:
        if watched:
            loop.remove_reader(descriptor)


def _watch(loop: asyncio.AbstractEventLoop, descriptor: int, take: Callable[[], None]) -> bool:
    """Whether it can be watched: a plain file cannot, and is read at once."""
    try:
        loop.add_reader(descriptor, take)
    except PermissionError:
        take()
        return False
    return True
