"""Checks params/disclosure.yaml against the themes, levels and breakdowns that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from thematic.core.areas import FORCE
from thematic.core.errors import Problem
from thematic.params.force import DisclosureParams
from thematic.params.reading import nearest
from thematic.params.themes import TOTAL, Theme

FILE = "params/disclosure.yaml"


def disclosure_problems(
    rules: DisclosureParams, themes: Mapping[str, Theme | None], levels: Iterable[str]
) -> Iterator[Problem]:
    """Names of themes, breakdowns and levels that there are not: what they name would be published everywhere."""
    for name in rules.draws:
        if name != "default" and name not in themes:
            yield Problem(f"{FILE}, draws", f"there is no theme '{name}'.", _near(name, themes))
    for slug, named in rules.levels.items():
        theme = themes.get(slug)
        if slug not in themes:
            yield Problem(f"{FILE}, levels", f"there is no theme '{slug}'.", _near(slug, themes))
        if theme is None:
            continue
        known = {each: None for dimensions in theme.measures.values() for each in dimensions}
        for breakdown, places in named.items():
            where = f"{FILE}, levels.{slug}.{breakdown}"
            if breakdown == TOTAL or breakdown in levels:
                what = f"'{breakdown}' is published for every area that the theme is reported for."
                yield Problem(where, what, f"Name the levels in params/themes/{slug}.yaml, areas:, or leave it out.")
            if breakdown not in known:
                fix = _near(breakdown, known)
                yield Problem(where, f"no measure of the theme is broken down by '{breakdown}'.", fix)
            for place in places:
                if place not in (FORCE, *levels):
                    yield Problem(where, f"there is no level '{place}'.", _near(place, (FORCE, *levels)))


def _near(word: str, known: Iterable[str]) -> str:
    return nearest(word, {each: each for each in known})
