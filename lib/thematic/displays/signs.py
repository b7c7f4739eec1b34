"""Turns numbers and ratings into small drawings (SVG); beside words that say the same they are hidden from readers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from thematic.core.palette import LIGHT, RATINGS, current

BLUE, ORANGE, INK, GREY = LIGHT.main, LIGHT.second, LIGHT.ink, LIGHT.quiet

WIDTH, HEIGHT, MARGIN = 96, 24, 3

# The path of the arrow of each trend, in a square of 20.
_ARROWS = {
    "Stable": "M5 10H14.5M11 6.5L14.5 10L11 13.5",
    "Increase": "M6.5 13.5L13 7M8 7H13V12",
    "Decrease": "M6.5 6.5L13 13M8 13H13V8",
    "Significant increase": "M10 15V5.5M6.5 9L10 5.5L13.5 9",
    "Significant decrease": "M10 5V14.5M6.5 11L10 14.5L13.5 11",
}
_CIRCLE, _DIAMOND = "M10 1A9 9 0 1 1 10 19A9 9 0 1 1 10 1Z", "M10 1L19 10L10 19L1 10Z"
_TRIANGLE, _SQUARE = "M10 1.5L19 18.5H1Z", "M2.5 2.5H17.5V17.5H2.5Z"
# By worth: the shape, its colour, and the arrow's colour in it when open.
_SHAPES = {"favourable": (_CIRCLE, BLUE, BLUE), "unfavourable": (_DIAMOND, ORANGE, INK)}
_RATINGS = {
    "Red": (_SQUARE, RATINGS["Red"]),
    "Amber": (_TRIANGLE, RATINGS["Amber"]),
    "Green": (_CIRCLE, RATINGS["Green"]),
}


def trend_sign(trend: str, worth: str) -> str:
    """The arrow of a trend: in a circle if favourable, a diamond if not, bare if neither; filled if significant.

    Nothing for a trend that is no trend word, such as `[c]`.
    """
    if trend not in _ARROWS:
        return ""
    shape, ink = "", GREY
    if worth in _SHAPES:
        path, colour, ink = _SHAPES[worth]
        filled = trend.startswith("Significant")
        own = current().light
        ink = own.upon(own.main if colour == BLUE else own.second) if filled else ink
        shape = f'<path class="shape" d="{path}" fill="{colour if filled else "none"}" stroke="{colour}"/>'
    arrow = f'<path class="arrow" d="{_ARROWS[trend]}" fill="none" stroke="{ink}" stroke-width="1.8"/>'
    filling = "filled" if trend.startswith("Significant") else "open"
    return _drawing(20, 20, f"sign {worth or 'neutral'} {filling}", shape + arrow)


def rating_sign(rag: str) -> str:
    """The shape of a rating: a square for red, a triangle for amber, a circle for green, a tick for complete."""
    if rag == "Complete":
        tick = f'<path class="arrow" d="M3 10.5L8 15.5L17 5" fill="none" stroke="{GREY}" stroke-width="3"/>'
        return _drawing(20, 20, "sign complete", tick)
    if rag not in _RATINGS:
        return ""
    path, colour = _RATINGS[rag]
    return _drawing(20, 20, "sign rating", f'<path d="{path}" fill="{colour}" stroke="{INK}"/>')


def sparkline(values: Sequence[float | None], alt: str = "") -> str:
    """The values as a line from the lowest at the foot to the highest at the top, a dot at the last.

    A gap where there is no value (None, or not finite); a value between gaps is a dot; nothing where none has one.
    `alt` is read out where the drawing stands alone.
    """
    spots = _spots([None if value is None or not math.isfinite(value) else value for value in values])
    runs = [list(run) for known, run in groupby(spots, key=lambda spot: spot is not None) if known]
    if not runs:
        return ""
    lines = "".join("M" + "L".join(_point(spot) for spot in run) for run in runs if len(run) > 1)
    line = f'<path class="line" d="{lines}" fill="none" stroke="{BLUE}" stroke-width="1.5"/>' if lines else ""
    lone = [run[0] for run in runs if len(run) == 1 and run[0] != spots[-1]]
    last = [spots[-1]] if spots[-1] else []
    dots = _dots(lone, 1.2) + _dots(last, 2.2)
    return _drawing(WIDTH, HEIGHT, "spark", line + dots, alt)


Spot = tuple[float, float]


def _spots(values: Sequence[float | None]) -> list[Spot | None]:
    """Where each value lies: evenly across, the lowest at the foot and the highest at the top; midway if all alike."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    span = high / 2 - low / 2  # halves, for the whole of the widest span is no number
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    left = MARGIN if len(values) > 1 else WIDTH / 2

    def spot(place: int, value: float | None) -> Spot | None:
        if value is None:
            return None
        share = (value / 2 - low / 2) / span if span else 0.5
        return left + place * step, HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)

    return [spot(place, value) for place, value in enumerate(values)]


def _point(spot: Spot | None) -> str:
    return f"{spot[0]:.1f} {spot[1]:.1f}" if spot else ""


def _dots(spots: Iterable[Spot | None], radius: float) -> str:
    return "".join(
        f'<circle cx="{spot[0]:.1f}" cy="{spot[1]:.1f}" r="{radius}" fill="{BLUE}"/>' for spot in spots if spot
    )


def _drawing(width: int, height: int, classes: str, body: str, alt: str = "") -> str:
    said = f'role="img" aria-label="{escape(alt)}"' if alt else 'aria-hidden="true"'
    return current().drawn(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{classes}" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" {said} focusable="false">{body}</svg>'
    )
