"""Turns the words for areas in a command (slugs, names, a level's name, force, all) into the areas that they mean."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from thematic.core.areas import FORCE, Area
from thematic.core.errors import ArgumentsRefused
from thematic.params import Params

ALL_AREAS = "all"
_LISTED = 20
"""A level with more areas than this is listed by its name alone."""


@dataclass(frozen=True)
class _Known:
    """The areas that reports are made for, and what each word means: one area, those of a level, or several areas that
    share a name."""

    params: Params
    areas: tuple[Area, ...]

    def meant_by(self, word: str) -> tuple[Area, ...]:
        """The areas of a word: a slug, else the name of a level, else the name of an area; none where nothing is."""
        folded = _folded(word)
        one = tuple(area for area in self.areas if area.slug == folded)
        return one or self._of_level(folded) or tuple(area for area in self.areas if _folded(area.name) == folded)

    def is_level(self, word: str) -> bool:
        return bool(self._of_level(_folded(word)))

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(area.level for area in self.areas if not area.is_force))

    def names_of_level(self, level: str) -> tuple[str, ...]:
        said = self.params.levels[level]
        return level, said.short, said.title, said.plural

    def _of_level(self, folded: str) -> tuple[Area, ...]:
        levels = {level for level in self.levels if folded in map(_folded, self.names_of_level(level))}
        return tuple(area for area in self.areas if area.level in levels)

    @property
    def listed(self) -> str:
        """The words there are, by level."""
        parts = [FORCE]
        for level in self.levels:
            slugs = [area.slug for area in self.areas if area.level == level]
            words = self.params.levels[level]
            parts.append(
                f"{words.plural} ({', '.join(slugs)})"
                if len(slugs) <= _LISTED
                else f"{len(slugs):,} {words.plural} (each by its name; {level} for all of them)"
            )
        return ", ".join([*parts, ALL_AREAS])

    def nearest(self, word: str) -> str:
        """A hint at what is spelled most like the word."""
        slugs = {_folded(name): area.slug for area in self.areas for name in (area.name, area.slug)}
        levels = {_folded(name): level for level in self.levels for name in self.names_of_level(level)}
        known = {ALL_AREAS: ALL_AREAS, **levels, **slugs}
        close = difflib.get_close_matches(_folded(word), known, n=1)
        return f" Did you mean {known[close[0]]}?" if close else ""


def chosen_areas(text: str, name: str, params: Params, themes: Iterable[str]) -> tuple[str, ...] | None:
    """The slugs of the areas that a comma list means, the force first; None for all.

    A word is a slug, an area's name in any case, the name of a level (for all of its areas), `force` or `all`. The
    areas are those that any of the themes is reported for. Raises ArgumentsRefused, with `name` as the word's own name,
    for one that means nothing, and for a name that several areas share.
    """
    reported = {area for theme in themes for area in params.report_areas(theme)}
    every = tuple(area for area in params.report_areas() if area in reported)
    known = _Known(params, (*every, *sorted(reported - {*every}, key=lambda area: (area.level, area.slug))))
    asked = [text] if known.meant_by(text) else [part.strip() for part in text.split(",") if part.strip()]
    if not asked:
        raise ArgumentsRefused(f"{name}: '{text}' names no area. Areas: {known.listed}.")
    if any(word.casefold() == ALL_AREAS for word in asked):
        return None
    meant = {area.slug for word in asked for area in _meant(word, name, known)}
    return tuple(area.slug for area in known.areas if area.slug in meant)


def _meant(word: str, name: str, known: _Known) -> tuple[Area, ...]:
    areas = known.meant_by(word)
    if not areas:
        said = f"{name}: '{word}' is not an area of {known.params.force.name} that these reports are made for."
        raise ArgumentsRefused(f"{said}{known.nearest(word)} Areas: {known.listed}.")
    if len(areas) > 1 and not known.is_level(word):
        slugs = " or ".join(f"{area.slug} ({known.params.levels[area.level].title})" for area in areas)
        raise ArgumentsRefused(f"{name}: '{word}' is the name of several areas. Write {slugs}.")
    return areas


def _folded(word: str) -> str:
    return unicodedata.normalize("NFC", word.strip()).casefold()
