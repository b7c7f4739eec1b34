"""Checks params/disclosure.yaml against the themes, levels and breakdowns that it names.

A line about a theme that the force does not have changes nothing and may stand (the file is often taken over whole);
one that is nearly the name of a theme is a mistake that would publish more than was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from thematic.core.areas import FORCE
from thematic.core.errors import Problem
from thematic.params.force import DisclosureParams
from thematic.params.reading import MISSPELT, close_to, nearest
from thematic.params.themes import TOTAL, Theme

FILE = "params/disclosure.yaml"


def disclosure_problems(
    rules: DisclosureParams, themes: Mapping[str, Theme | None], levels: Iterable[str]
) -> Iterator[Problem]:
    """Misspelt themes, breakdowns and levels that there are not: what they name would be published everywhere."""
    for key, slug in _absent(rules, themes):
        if close_to(slug, themes, MISSPELT):
            yield Problem(f"{FILE}, {key}", f"there is no theme '{slug}'.", _near(slug, themes))
    for slug, named in rules.levels.items():
        theme = themes.get(slug)
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


def disclosure_warnings(rules: DisclosureParams, themes: Iterable[str]) -> Iterator[str]:
    """A line for each theme that the file names and the force does not have."""
    for key, slug in _absent(rules, themes):
        yield f"Warning: {FILE}, {key}: there is no theme '{slug}' here, so the line changes nothing. Take it out."


def _absent(rules: DisclosureParams, themes: Iterable[str]) -> list[tuple[str, str]]:
    """(key, theme) of the lines whose theme there is not."""
    known = {"default", *themes}
    named = [("draws", slug) for slug in rules.draws] + [("levels", slug) for slug in rules.levels]
    return [(key, slug) for key, slug in named if slug not in known]


def _near(word: str, known: Iterable[str]) -> str:
    return nearest(word, {each: each for each in known})
