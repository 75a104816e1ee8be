"""Every picture looks as approved; `pytest tests/tui/test_scenes.py --snapshot-update` approves anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from screenshots.shots import GALLERY, SHOTS
from screenshots.take import FOLDER, arrange, take_for_page
from tests.scenes import SCENES

PICTURES = [(name, size) for name, shot in SHOTS.items() for size in shot.sizes]


@pytest.mark.parametrize(("name", "size"), PICTURES, ids=[f"{name}-{w}x{h}" for name, (w, h) in PICTURES])
def test_a_page_looks_as_approved(
    name: str, size: tuple[int, int], snap_compare: Callable[..., bool]
) -> None:
    shot = SHOTS[name]

    async def before(pilot: Pilot[None]) -> None:
        await arrange(pilot, shot)

    assert snap_compare(SCENES[shot.scene](), terminal_size=size, run_before=before)


def test_every_scene_is_in_a_picture() -> None:
    assert {shot.scene for shot in SHOTS.values()} == set(SCENES)


@pytest.mark.parametrize("name", GALLERY)
async def test_a_picture_of_the_gallery_is_what_the_console_shows(name: str) -> None:
    approved = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert await take_for_page(name) == approved, "stale; take it anew: python -m screenshots.take"


def test_no_other_picture_stands_in_the_gallery() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.svg" for name in GALLERY}
