"""Serves every stage that draws: the one palette of charts, pages, workbooks and PDF, on light grounds and on dark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any

TEXT, GRAPHICS = 4.5, 3.0
"""The contrast that words, and that parts of charts, need with their ground (WCAG 2.2, 1.4.3 and 1.4.11)."""

_HEX = re.compile(r'"(#[0-9a-fA-F]{6})"')


@dataclass(frozen=True)
class Tones:
    """The colours on one ground, by what they are for.

    `main` is that of links, rules, bars and what is favourable, `second` that of what is not; `third` and `fourth` are
    for further parts of a chart. Words stand on `paper`, `tint`, `warn` and `band`.
    """

    ink: str
    quiet: str
    paper: str
    tint: str
    band: str
    main: str
    second: str
    third: str
    fourth: str
    line: str
    strong_line: str
    edge: str
    focus: str
    warn: str
    on_warn: str
    warn_line: str
    failed: str
    on: tuple[str, str]
    """Words on a colour are in that of these two which is read the better."""

    def upon(self, ground: str) -> str:
        """The colour of words on a ground that is a colour."""
        return max(self.on, key=lambda ink: contrast(ink, ground))

    def variables(self) -> dict[str, str]:
        """The custom properties of a page's style."""
        named = {name: getattr(self, name) for name in _NAMES if name not in ("main", "second", "third", "fourth")}
        shared = {"link": self.main, "accent": self.main, "good": self.main, "bad": self.second}
        upon = {f"on_{name}": self.upon(ground) for name, ground in (("good", self.main), ("bad", self.second))}
        found = {**named, "on_band": self.upon(self.band), **shared, **upon, **_SAME_EVERYWHERE}
        return {name.replace("_", "-"): colour for name, colour in found.items()}


_SAME_EVERYWHERE = {"focus_edge": "#1d1d1b", "white": "#ffffff"}
_NAMES = tuple(each.name for each in fields(Tones) if each.name != "on")

LIGHT = Tones(
    ink="#1d1d1b",
    quiet="#505a5f",
    paper="#ffffff",
    tint="#f3f5f7",
    band="#12436d",
    main="#12436d",
    second="#f46a25",
    third="#28a197",
    fourth="#a285d1",
    line="#c8cdd0",
    strong_line="#1d1d1b",
    edge="#6f777b",
    focus="#ffdd00",
    warn="#fff1c9",
    on_warn="#3b2b00",
    warn_line="#b58900",
    failed="#9c1c1c",
    on=("#ffffff", "#1d1d1b"),
)
DARK = Tones(
    ink="#ececec",
    quiet="#b6bdc2",
    paper="#16191c",
    tint="#1f2429",
    band="#12436d",
    main="#8fc1ee",
    second="#f9a27a",
    third="#28a197",
    fourth="#a285d1",
    line="#454d54",
    strong_line="#c9ced2",
    edge="#8b949a",
    focus="#ffdd00",
    warn="#3d2f06",
    on_warn="#ffe9a8",
    warn_line="#8a6a10",
    failed="#ff9a92",
    on=("#ffffff", "#16191c"),
)
"""Main, second, third, fourth and the shades below are the Government Analysis Function's, which people with colour
blindness can tell apart."""

ON_PAPER = {
    "ink": "#000000",
    "quiet": "#333333",
    "paper": "#ffffff",
    "link": "#000000",
    "line": "#bbbbbb",
    "strong-line": "#000000",
    "tint": "#ffffff",
    "warn": "#ffffff",
    "on-warn": "#000000",
    "failed": "#000000",
}
"""What a page is printed with instead."""

CHART_INK, CONTEXT = "#3d3d3d", "#bfbfbf"
"""Of a chart its words and lines, and what is drawn for comparison alone."""
SHADE, RULE, GRID, BARE, BORDER = "#ebebeb", "#adadad", "#dadada", "#ededed", "#6f6f6f"
"""Of a chart an event's ground, leaders and rules across it; of a map what has no figure, and borders."""
SHADES = ("#add1f1", "#6bace6", "#2073bc", LIGHT.main)
"""The classes of a map, light to dark."""
RATINGS = {"Red": "#c8262b", "Amber": "#f2a900", "Green": "#2e8540"}
"""Ratings are called by these colours, whatever a force's own are."""

_LIFTED_BAR = "#2073bc"
_DARK_GREYS = (("fill", CONTEXT, "#66717a"), ("fill", SHADE, "#2a3036"), ("stroke", GRID, "#383f46"))
_TINTS = (0.66, 0.4, 0.18)
"""How much white is in the lighter classes of a map in a force's own colour."""
_SHADES_ON_DARK = ("#1f5688", "#3f86c6", "#8fc1ee", "#d6e8f8")
"""The classes of a map on dark grounds, few to many: many is again what is furthest from the paper."""
_DUSK, _DAWN = (0.6, 0.35), 0.6
"""How much of the paper is in the lower classes of a map in a force's own colour on dark grounds, and how much white in
the highest."""


@dataclass(frozen=True)
class Palette:
    """The colours of a force; charts and signs are drawn in the house's, and `drawn` gives them the force's."""

    light: Tones = LIGHT
    dark: Tones = DARK
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What params say, by ground and name."""

    @classmethod
    def of(cls, own: Mapping[str, Mapping[str, str]]) -> Palette:
        """The house's palette with a force's own colours in it: `{"light": {"main": "#005a30"}, "dark": {...}}`.

        A colour that is given for light grounds alone is made lighter for dark ones until it can be read there.
        """
        if not any(own.values()):
            return HOUSE
        light = _with(LIGHT, own.get("light", {}))
        if "ink" in own.get("light", {}):
            light = replace(light, strong_line=light.ink)
        given = {**_lifted(own.get("light", {})), **own.get("dark", {})}
        return cls(light, _with(DARK, given), own)

    def drawn(self, svg: str) -> str:
        """A drawing in the house's colours with the force's in their place."""
        table = self._table
        return _HEX.sub(lambda found: f'"{table.get(found[1].lower(), found[1])}"', svg) if table else svg

    def in_word(self, styles: str) -> str:
        """The styles of a Word file in the house's colours (`12436D`) with the force's in their place."""
        for house, own in self._table.items():
            styles = styles.replace(f'"{house[1:].upper()}"', f'"{own[1:].upper()}"')
        return styles

    @property
    def _table(self) -> dict[str, str]:
        """The force's colours by those of the house, where they differ."""
        roles = {getattr(LIGHT, name): getattr(self.light, name) for name in ("main", "second", "third", "fourth")}
        roles |= {getattr(LIGHT, name): getattr(self.light, name) for name in ("ink", "quiet")}
        roles[CHART_INK] = self._ink
        if self.light.main != LIGHT.main:
            roles |= dict(zip(SHADES, self.shades, strict=True))
        return {house: own for house, own in roles.items() if house != own}

    @property
    def shades(self) -> tuple[str, ...]:
        """The classes of a map, light to dark."""
        if self.light.main == LIGHT.main:
            return SHADES
        return (*(mixed(self.light.main, "#ffffff", part) for part in _TINTS), self.light.main)

    @property
    def of_charts(self) -> dict[str, str]:
        """The colours for charts on light grounds by name: those that a dark page knows to change.

        `main` is for what is talked about, `second`, `third` and `fourth` for further parts, `context` for the rest,
        `ink` for words and lines, `grid` and `shade` for what is behind them, `paper` for the ground.
        """
        light = self.light
        parts = {name: getattr(light, name) for name in ("main", "second", "third", "fourth")}
        return {**parts, "context": CONTEXT, "ink": self._ink, "grid": GRID, "shade": SHADE, "paper": LIGHT.paper}

    @property
    def _ink(self) -> str:
        """The ink of charts."""
        return self.light.ink if self.light.ink != LIGHT.ink else CHART_INK

    def style(self) -> str:
        """The custom properties of pages for light and dark grounds and for paper, and charts on dark grounds."""
        dark = "\n".join([f":root{{{_declarations(self.dark.variables())}}}", *self._charts_on_dark()])
        return (
            f":root{{color-scheme:light dark;{_declarations(self.light.variables())}}}\n"
            f"@media screen and (prefers-color-scheme:dark){{\n{dark}\n}}\n"
            f"@media print{{:root{{color-scheme:light;{_declarations(ON_PAPER)}}}}}"
        )

    def _charts_on_dark(self) -> Iterator[str]:
        light, dark = self.light, self.dark
        yield f':is(.adapts,.scale) [fill="{self._ink}"]{{fill:var(--ink)}}'
        yield f':is(.adapts,.scale) [stroke="{self._ink}"]{{stroke:{dark.strong_line}}}'
        for name in ("second", "third", "fourth"):
            of, to = getattr(light, name), getattr(dark, name)
            if of != getattr(LIGHT, name):
                yield f'.adapts [fill="{of}"]{{fill:{to}}}'
                yield f'.adapts [stroke="{of}"]{{stroke:{to}}}'
        bar = _LIFTED_BAR if light.main == LIGHT.main else until(light.main, dark.paper, GRAPHICS)
        yield f'.adapts [fill="{light.main}"]{{fill:var(--accent)}}'
        yield f'.adapts path[fill="{light.main}"]{{fill:{bar}}}'
        yield f'.adapts [stroke="{light.main}"]{{stroke:var(--accent)}}'
        for part, of, to in _DARK_GREYS:
            yield f'.adapts [{part}="{of}"]{{{part}:{to}}}'
        yield ':is(.adapts,.scale) [fill="#ffffff"]{fill:var(--paper)}'
        yield ':is(.adapts,.scale) [stroke="#ffffff"]{stroke:var(--paper)}'
        for of, to in zip(self.shades, self._shades_on_dark, strict=True):
            yield f'.scale [fill="{of}"]{{fill:{to}}}'
        yield f'.scale [fill="{BARE}"]{{fill:#2a3036}}'
        yield f'.scale [stroke="{BORDER}"]{{stroke:#9aa3aa}}'

    @property
    def _shades_on_dark(self) -> tuple[str, ...]:
        if self.light.main == LIGHT.main:
            return _SHADES_ON_DARK
        main = self.dark.main
        return (*(mixed(main, self.dark.paper, part) for part in _DUSK), main, mixed(main, "#ffffff", _DAWN))


def _with(tones: Tones, own: Mapping[str, str]) -> Tones:
    colours: dict[str, Any] = dict(own)
    return replace(tones, **colours)


def _declarations(variables: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in variables.items())


def _lifted(light: Mapping[str, str]) -> dict[str, str]:
    """A force's own colours for dark grounds, where it names none; those of pages keep the house's."""
    needs = {"main": TEXT, "second": TEXT, "third": GRAPHICS, "fourth": GRAPHICS}
    found = {name: until(light[name], DARK.tint, need) for name, need in needs.items() if name in light}
    return found | ({"band": light["band"]} if "band" in light else {})


def until(colour: str, ground: str, need: float) -> str:
    """The colour, with as little white in it as gives it that contrast with a dark ground."""
    steps = (mixed(colour, "#ffffff", part / 50) for part in range(51))
    return next(each for each in steps if contrast(each, ground) >= need)


def mixed(colour: str, other: str, part: float) -> str:
    """The colour with so large a part of another in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(own * (1 - part) + theirs * part):02x}" for own, theirs in pairs)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of relative luminances)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in _channels(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


HOUSE = Palette()
_worn = [HOUSE]


def current() -> Palette:
    """The palette in which this process draws."""
    return _worn[-1]


def wear(palette: Palette) -> None:
    """Has the process draw in a palette from now on."""
    _worn[:] = [palette]


@contextmanager
def worn(palette: Palette) -> Iterator[None]:
    """Draws in a palette until the block ends."""
    _worn.append(palette)
    try:
        yield
    finally:
        _worn.pop()
