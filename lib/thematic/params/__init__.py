"""Reads params/, whole and at once: either everything it declares, or every problem in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from thematic.core.areas import FORCE, Area
from thematic.core.errors import ParamsRefused, Problem
from thematic.core.hexagons import Shape
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.boundaries import read_boundaries
from thematic.params.checks import cross_check, unknown_themes
from thematic.params.commentary import Commentary, CommentaryKey, read_commentary
from thematic.params.models import (
    DisclosureParams,
    EventsParams,
    ForceParams,
    GlossaryParams,
    Measure,
    OutcomesParams,
    Theme,
)
from thematic.params.pack import PackParams, unknown_papers
from thematic.params.reading import read_model
from thematic.params.recommendations import Recommendation, RecommendationList
from thematic.params.sources import SOURCES, SourcesParams, read_sources

Model = TypeVar("Model", bound=BaseModel)

_SINGLE_FILES: dict[str, type[BaseModel]] = {
    "force": ForceParams,
    "outcomes": OutcomesParams,
    "events": EventsParams,
    "disclosure": DisclosureParams,
    "glossary": GlossaryParams,
}


@dataclass(frozen=True)
class Params:
    """All of params/: themes by slug, measures by name.

    `recommendations` are by theme, for those that have any; `commentary` is by theme, period and area; `boundaries` are
    the areas of LPUs by name, none where the force declares none; `pack` is the board's meeting, and `sources` the
    databases that the extract comes from, where there are any.
    """

    force: ForceParams
    outcomes: OutcomesParams
    events: EventsParams
    disclosure: DisclosureParams
    glossary: GlossaryParams
    themes: dict[str, Theme]
    measures: dict[str, Measure]
    recommendations: dict[str, tuple[Recommendation, ...]] = field(default_factory=dict)
    commentary: dict[CommentaryKey, Commentary] = field(default_factory=dict)
    boundaries: dict[str, Shape] = field(default_factory=dict)
    pack: PackParams | None = None
    sources: SourcesParams | None = None

    @property
    def force_area(self) -> Area:
        return Area(FORCE, self.force.name)

    @property
    def lpu_areas(self) -> tuple[Area, ...]:
        return tuple(Area(lpu.slug, lpu.name, lpu.valid_from, lpu.valid_to) for lpu in self.force.lpus)

    def area(self, slug: str) -> Area:
        """The area of a slug that is known to exist."""
        return next(area for area in (self.force_area, *self.lpu_areas) if area.slug == slug)

    def hexagon_km(self, theme: str) -> float:
        """The width of the hexagons by which a theme's counts are mapped."""
        hotspots = self.themes[theme].hotspots
        return (hotspots and hotspots.hexagon_km) or self.force.hexagon_km

    def commentary_on(self, theme: str, period: Month, area: Area) -> Commentary | None:
        """The analyst's words for one report, or None where there are none."""
        return self.commentary.get((theme, str(period), area.slug))

    def with_words_for(self, theme: str, period: Month, area: Area) -> Params:
        """The same with no commentary but that of one report: what the report may see."""
        own = self.commentary_on(theme, period, area)
        return replace(self, commentary={} if own is None else {(theme, str(period), area.slug): own})


def load_params(workbook: Workbook, *, with_commentary: bool = True) -> Params:
    """Everything under params/, or all but the commentary, so that it can be mended.

    Raises ParamsRefused that lists every problem, each with file, key, value and fix.
    """
    problems: list[Problem] = []

    def read(path: Path, model: type[Model]) -> Model | None:
        found, wrong = read_model(path, workbook.shown(path), model)
        problems.extend(wrong)
        return found

    single = {name: read(workbook.params / f"{name}.yaml", model) for name, model in _SINGLE_FILES.items()}
    themes = {path.stem: read(path, Theme) for path in _yaml_files(workbook, "themes")}
    measures = {path.stem: read(path, Measure) for path in _yaml_files(workbook, "measures")}
    if not themes:
        problems.append(Problem(workbook.shown(workbook.params / "themes"), "holds no theme.", "Add one."))
    problems.extend(cross_check(workbook, single, themes, measures))
    recommendations = {path.stem: read(path, RecommendationList) for path in _yaml_files(workbook, "recommendations")}
    problems.extend(unknown_themes(recommendations, themes))
    force = single["force"] if isinstance(single["force"], ForceParams) else None
    commentary, wrong = read_commentary(workbook, themes, force) if with_commentary else ({}, [])
    problems.extend(wrong)
    boundaries, wrong = read_boundaries(workbook, force)
    problems.extend(wrong)
    pack_file = workbook.params / "pack.yaml"
    pack = read(pack_file, PackParams) if pack_file.exists() else None
    problems.extend(unknown_papers(pack, themes, force) if pack is not None else [])
    sources_file = workbook.params / SOURCES
    sources, wrong = read_sources(sources_file, workbook.shown(sources_file)) if sources_file.exists() else (None, [])
    problems.extend(wrong)
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ParamsRefused(f"params/ cannot be used: {count}.", problems)
    words = {slug: tuple(told.root) for slug, told in recommendations.items() if told is not None}
    written = {"recommendations": words, "commentary": commentary, "boundaries": boundaries}
    return Params(**single, themes=themes, measures=measures, **written, pack=pack, sources=sources)  # type: ignore[arg-type]


def _yaml_files(workbook: Workbook, folder: str) -> list[Path]:
    return sorted((workbook.params / folder).glob("*.yaml"))
