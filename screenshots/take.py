"""Takes the pictures; the same scenes make the tests.

python -m screenshots.take                   those that README shows, into `screenshots/pictures`
python -m screenshots.take --png --folder F  every picture in every size, to look at
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from screenshots.shots import GALLERY, SHOTS, Shot
from tests.scenes import SCENES, Stage

DEADLINE_S = 20.0
FOLDER = Path(__file__).parent / "pictures"


async def arrange(pilot: Pilot[Any], shot: Shot) -> None:
    """Press the keys of a shot and wait for what must stand there after each."""
    app = pilot.app
    if not isinstance(app, Stage):
        raise TypeError("a shot is taken of a scene")
    await _until(pilot, "")
    for keys, text in shot.steps:
        await pilot.press(*keys.split())
        await _until(pilot, text)
    app.tick()
    await pilot.pause()


async def _until(pilot: Pilot[Any], text: str) -> None:
    """Wait until the works are open and the text stands on the screen."""
    app = pilot.app
    end = asyncio.get_running_loop().time() + DEADLINE_S
    while True:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = "\n".join("".join(segment.text for segment in strip) for strip in strips)
        words = " ".join(shown.split())
        if isinstance(app, Stage) and app.desk.works is not None and text in words:
            return
        if asyncio.get_running_loop().time() > end:
            message = f"{text!r} is not to be seen:\n{shown}"
            raise TimeoutError(message)
        await asyncio.sleep(0.02)


async def take(name: str, size: tuple[int, int]) -> str:
    """One picture as SVG."""
    app = SCENES[SHOTS[name].scene]()
    async with app.run_test(size=size, notifications=True) as pilot:
        await arrange(pilot, SHOTS[name])
        return app.export_screenshot(title=f"quarterdeck: {name}")


def as_png(svg: str, place: Path) -> None:
    """Render for looking at it here; needs cairosvg and a font of fixed width."""
    import cairosvg

    fixed = re.sub(r"font-family: [^;]+;", "font-family: DejaVu Sans Mono;", svg)
    cairosvg.svg2png(bytestring=fixed.encode(), write_to=str(place), output_width=1600)


async def take_for_page(name: str) -> str:
    """One picture of the gallery: its fonts are those of whoever looks, so that no page fetches any."""
    svg = await take(name, GALLERY[name])
    return re.sub(r" *@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the gallery; with a folder: every picture, or those that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="where to; without it the gallery is taken")
    parser.add_argument("--png", action="store_true", help="PNG beside the SVG, for looking at it")
    parser.add_argument("names", nargs="*", help="pictures; all of them when left out")
    options = parser.parse_args(arguments)
    folder: Path = options.folder or FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or (SHOTS if options.folder else GALLERY):
        for width, height in SHOTS[name].sizes if options.folder else [GALLERY[name]]:
            if options.folder:
                svg, place = asyncio.run(take(name, (width, height))), folder / f"{name}-{width}x{height}.svg"
            else:
                svg, place = asyncio.run(take_for_page(name)), folder / f"{name}.svg"
            place.write_text(svg, encoding="utf-8")
            if options.png:
                as_png(svg, place.with_suffix(".png"))
            print(place)


if __name__ == "__main__":
    main()
