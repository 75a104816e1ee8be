"""An address as a link: the terminal is told where it leads, and text that it would obey is no address."""

from __future__ import annotations

import re

import pytest
from textual.app import App, ComposeResult

from widgets.link import Link

ADDRESS = "http://nova.example.test:6082/spice_auto.html?token=abc"


class Page(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.link = Link()

    def compose(self) -> ComposeResult:
        yield self.link


def links_of(link: Link) -> set[str | None]:
    """Where the text of its lines leads."""
    strips = [link.render_line(y) for y in range(len(link._laid))]
    return {
        segment.style.link if segment.style else None
        for strip in strips
        for segment in strip
        if segment.text.strip()
    }


async def test_every_line_of_a_long_address_leads_to_all_of_it() -> None:
    app = Page()
    async with app.run_test(size=(30, 10)) as pilot:
        app.link.lead_to(ADDRESS)
        await pilot.pause()
        assert len(app.link._laid) == 2
        assert links_of(app.link) == {ADDRESS}
        assert app.link.render_line(1).cell_length == 30


async def test_the_terminal_is_told_by_osc_8() -> None:
    app = Page()
    async with app.run_test(size=(80, 10)) as pilot:
        app.link.lead_to(ADDRESS)
        await pilot.pause()
        written = app.link.render_line(0).render(app.console)
    assert re.search(rf"\x1b\]8;id=\d+;{re.escape(ADDRESS)}\x1b\\", written)
    assert written.index(ADDRESS) < written.rindex(ADDRESS) < written.index("\x1b]8;;\x1b\\")


@pytest.mark.parametrize(
    "bad", ["http://x/\x1b]8;;evil", "http://x/ y", "http://x/\n", "http://ex\u202eample/"]
)
async def test_an_address_with_anything_odd_in_it_is_text(bad: str) -> None:
    app = Page()
    async with app.run_test(size=(80, 10)) as pilot:
        app.link.lead_to(bad)
        await pilot.pause()
        assert links_of(app.link) == {None}


async def test_without_an_address_nothing_stands_there() -> None:
    app = Page()
    async with app.run_test(size=(80, 10)) as pilot:
        app.link.lead_to(ADDRESS)
        app.link.lead_to("")
        await pilot.pause()
        assert app.link.rows == ()
