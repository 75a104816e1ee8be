"""The surfaces of a guest's screen, and what is drawn on them.

A dot of a `Picture` holds the highest bits of its colours, and what SPICE does with dots it does bit by bit:
so each of its raster operations is exact here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from systems.consoles.picture import MOST_SIDE, Picture
from systems.consoles.spice import dots
from systems.consoles.spice.body import Body, Rect
from systems.consoles.spice.images import Images, NotDrawn
from systems.errors import NotUnderstood

PRIMARY = 0
MOST_DOTS = 2 * MOST_SIDE * MOST_SIDE
"""Of all surfaces together: a byte each."""
MOST_SURFACES = 1024
MOST_PARTS = 4096
"""Of a surface, that one message draws on: as many rectangles as windows leave free."""
_BAND = 1 << 18
"""Dots that are laid down between two turns for others."""
_INVERSE_SOURCE, _INVERSE_BRUSH, _INVERSE_RESULT = 1, 2, 1024
_INVERSE_DESTINATION = 4
_PUT, _OR, _AND, _XOR, _BLACK, _WHITE, _INVERSE = 8, 16, 32, 64, 128, 256, 512
_INVERTED = bytes([255 - value for value in range(256)])
_NO_BRUSH, _SOLID = 0, 1

Steps = Generator[None, None, None]
Ink = Callable[[Rect], bytes]
"""The dots that are to be laid on a part of a surface, row after row."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is drawn: on which surface, and on which parts of it."""

    surface: Picture
    box: Rect
    parts: tuple[Rect, ...]
    """Those of the box that are to be seen, each within the surface."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """How what is drawn meets what was there."""

    act: int
    is_ink_inverse: bool = False
    is_ground_inverse: bool = False
    is_result_inverse: bool = False


_COPY = _Rule(_PUT)


@dataclass(slots=True)
class Canvas:
    """Draws each message that draws, in turns; each raises `NotUnderstood` or `NotDrawn`."""

    surfaces: dict[int, Picture] = field(default_factory=dict)
    images: Images = field(default_factory=Images)
    shown: Picture = field(default_factory=lambda: Picture(1, 1))
    """The primary surface; the last one that was, while the guest changes the size of its screen."""

    def make(self, body: Body) -> None:
        """A surface is made; raises `NotUnderstood` for one that is too large, or one too many."""
        key, width, height = body.take("III")
        self.surfaces.pop(key, None)
        held = sum(one.width * one.height for one in self.surfaces.values())
        if len(self.surfaces) >= MOST_SURFACES or held + width * height > MOST_DOTS:
            raise NotUnderstood("The SPICE server makes more surfaces than any screen has.")
        self.surfaces[key] = Picture(width, height)
        if key == PRIMARY:
            self.shown = self.surfaces[key]

    def drop(self, key: int) -> None:
        """A surface is given up."""
        self.surfaces.pop(key, None)

    def copy_bits(self, body: Body) -> Steps:
        place = self._place(body)
        x, y = body.take("ii")
        source = Picture(place.surface.width, place.surface.height, bytearray(place.surface.pixels))
        here = Rect(x, y, x + place.box.width, y + place.box.height)
        yield from _lay(place, _image_ink(place, source, here))

    def fill(self, body: Body) -> Steps:
        place = self._place(body)
        ink = _brush_ink(body)
        rule = _rule(body.number("H"), ink=_INVERSE_BRUSH, ground=_INVERSE_DESTINATION)
        _refuse_mask(body)
        if ink is not None:
            yield from _lay(place, ink, rule)

    def copy(self, body: Body) -> Steps:
        """draw_copy, and draw_blend, which is the same."""
        place = self._place(body)
        image, area = body.number("I"), body.rect()
        rule = _rule(body.number("H"), ink=_INVERSE_SOURCE, ground=_INVERSE_DESTINATION)
        body.take("B")
        _refuse_mask(body)
        picture = yield from self._image(body, image)
        yield from _lay(place, _image_ink(place, picture, area), rule)

    def opaque(self, body: Body) -> Steps:
        """An image is laid down, and a brush over it."""
        place = self._place(body)
        image, area = body.number("I"), body.rect()
        brush = _brush_ink(body)
        rule = _rule(body.number("H"), ink=_INVERSE_BRUSH, ground=_INVERSE_SOURCE)
        body.take("B")
        _refuse_mask(body)
        picture = yield from self._image(body, image)
        yield from _lay(place, _image_ink(place, picture, area))
        if brush is not None:
            yield from _lay(place, brush, rule)

    def plain(self, body: Body, act: int) -> Steps:
        """draw_blackness, draw_whiteness, draw_invers."""
        place = self._place(body)
        _refuse_mask(body)
        yield from _lay(place, _solid(0), _Rule(act))

    def _image(self, body: Body, offset: int) -> Generator[None, None, Picture]:
        if not offset:
            raise NotUnderstood("An image is to be drawn that was not sent.")
        return (yield from self.images.read(body.elsewhere(offset), self.surfaces))

    def _place(self, body: Body) -> _Place:
        surface = self.surfaces.get(body.number("I"))
        if surface is None:
            raise NotUnderstood("Something is drawn on a surface that was never made.")
        box, clip = body.rect(), body.number("B")
        seen = box.within(Rect(0, 0, surface.width, surface.height))
        parts = [seen]
        if clip:
            count = body.number("I")
            if count > MOST_PARTS:
                raise NotUnderstood(f"Something is drawn on {count} parts of the screen at once.")
            parts = [seen.within(body.rect()) for _ in range(count)]
        return _Place(surface, box, tuple([part for part in parts if not part.is_empty]))


BLACKNESS, WHITENESS, INVERS = _BLACK, _WHITE, _INVERSE
"""What `Canvas.plain` does."""


def _rule(told: int, *, ink: int, ground: int) -> _Rule:
    """`ink` and `ground`: which flags say that those are to be inverted first."""
    acts = [act for act in (_PUT, _OR, _AND, _XOR, _BLACK, _WHITE, _INVERSE) if told & act]
    if not acts:
        raise NotUnderstood("Something is drawn without a word on how it meets what was there.")
    return _Rule(acts[0], bool(told & ink), bool(told & ground), bool(told & _INVERSE_RESULT))


def _refuse_mask(body: Body) -> None:
    _, _, _, bitmap = body.take("BiiI")
    if bitmap:
        raise NotDrawn("shapes that a mask cuts out")


def _brush_ink(body: Body) -> Ink | None:
    """None: it leaves everything as it is."""
    kind = body.number("B")
    if kind == _NO_BRUSH:
        return None
    if kind != _SOLID:
        raise NotDrawn("patterns")
    return _solid(dots.of_colour(body.number("I")))


def _solid(dot: int) -> Ink:
    colour = bytes([dot])
    return lambda part: colour * (part.width * part.height)


def _image_ink(place: _Place, picture: Picture, area: Rect) -> Ink:
    """The part `area` of a picture over the box of `place`; another size is made to fit, dot by dot."""
    if area.within(Rect(0, 0, picture.width, picture.height)) != area or area.is_empty:
        raise NotUnderstood("A part of an image is to be drawn that lies outside of it.")
    box = place.box
    if (area.width, area.height) == (box.width, box.height):
        left, top = area.left - box.left, area.top - box.top
        return lambda part: picture.cut(part.left + left, part.top + top, part.width, part.height)

    def fitted(part: Rect) -> bytes:
        xs = [area.left + (x - box.left) * area.width // box.width for x in range(part.left, part.right)]
        ys = [area.top + (y - box.top) * area.height // box.height for y in range(part.top, part.bottom)]
        lines = [picture.pixels[y * picture.width : (y + 1) * picture.width] for y in ys]
        return b"".join([bytes([line[x] for x in xs]) for line in lines])

    return fitted


def _lay(place: _Place, ink: Ink, rule: _Rule = _COPY) -> Steps:
    surface = place.surface
    for part in place.parts:
        lines = max(_BAND // part.width, 1)
        for top in range(part.top, part.bottom, lines):
            band = Rect(part.left, top, part.right, min(top + lines, part.bottom))
            rows = ink(band)
            if rule != _COPY:
                ground = surface.cut(band.left, band.top, band.width, band.height)
                rows = _met(rows, ground, rule)
            surface.put(band.left, band.top, band.width, rows)
            yield


def _met(ink: bytes, ground: bytes, rule: _Rule) -> bytes:
    if rule.is_ink_inverse:
        ink = ink.translate(_INVERTED)
    if rule.is_ground_inverse:
        ground = ground.translate(_INVERTED)
    size, one, other = len(ink), int.from_bytes(ink, "little"), int.from_bytes(ground, "little")
    met = {
        _PUT: lambda: ink,
        _OR: lambda: (one | other).to_bytes(size, "little"),
        _AND: lambda: (one & other).to_bytes(size, "little"),
        _XOR: lambda: (one ^ other).to_bytes(size, "little"),
        _BLACK: lambda: bytes(size),
        _WHITE: lambda: b"\xff" * size,
        _INVERSE: lambda: ground.translate(_INVERTED),
    }[rule.act]()
    return met.translate(_INVERTED) if rule.is_result_inverse else met
