"""Reads params/, whole and at once: either everything it declares, or every problem in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from thematic.core.areas import FORCE, MISSING, Area
from thematic.core.errors import ParamsRefused, Problem
from thematic.core.hexagons import Shape
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.params.areas import AreaParams, Level
from thematic.params.assurance import AssuranceParams, SignOff, read_assurance
from thematic.params.benchmarks import Benchmark, latest, read_benchmarks
from thematic.params.boundaries import read_boundaries
from thematic.params.brand import Brand, read_brand
from thematic.params.checks import cross_check, unknown_themes
from thematic.params.checks.causes import by_cause
from thematic.params.commentary import Commentary, CommentaryKey, read_commentary
from thematic.params.corrections import FILE as CORRECTIONS
from thematic.params.corrections import Correction, Corrections
from thematic.params.families import FOLDER, Family, fill
from thematic.params.force import DisclosureParams, EventsParams, ForceParams, GlossaryParams
from thematic.params.lists import CodeList, read_lists
from thematic.params.measures import Measure
from thematic.params.outlines import Outlines, read_outlines
from thematic.params.pack import PackParams, read_papers, unknown_papers
from thematic.params.reading import read_model, read_yaml
from thematic.params.recommendations import Recommendation, RecommendationList
from thematic.params.sources import SOURCES, SourcesParams, read_sources
from thematic.params.tables import ByColumn, ByColumns, Lookup, Table
from thematic.params.themes import Theme

Model = TypeVar("Model", bound=BaseModel)
Found = TypeVar("Found")

BLANK = "No entry"
"""What a reader sees for rows that leave the column of a breakdown blank; a code may be called "Not recorded"."""

_SINGLE_FILES: dict[str, type[BaseModel]] = {
    "force": ForceParams,
    "events": EventsParams,
    "disclosure": DisclosureParams,
}


@dataclass(frozen=True)
class Params:
    """All of params/: tables, levels of areas, themes and measures by name, code lists by theirs.

    `recommendations` are by theme, for those that have any; `commentary` is by theme, period and area; `boundaries` are
    the areas of units by name, none where the force declares none; `outlines` are those of small areas, where a level
    declares them; `pack` is the board's meeting, and `sources` the databases that the extract comes from, where there
    are any; `corrections` are by the month that is booked; `brand` is the force's own face; `assurance` is what public
    editions need, and `signed_off` who signed off the releases, by month.
    """

    force: ForceParams
    tables: dict[str, Table]
    levels: dict[str, Level]
    lists: dict[str, CodeList]
    events: EventsParams
    disclosure: DisclosureParams
    glossary: GlossaryParams
    themes: dict[str, Theme]
    measures: dict[str, Measure]
    recommendations: dict[str, tuple[Recommendation, ...]] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    commentary: dict[CommentaryKey, Commentary] = field(default_factory=dict)
    boundaries: dict[str, Shape] = field(default_factory=dict)
    outlines: Outlines | None = None
    benchmarks: tuple[Benchmark, ...] = ()
    pack: PackParams | None = None
    sources: SourcesParams | None = None
    corrections: dict[str, Correction] = field(default_factory=dict)
    brand: Brand = field(default_factory=Brand)
    assurance: AssuranceParams = field(default_factory=AssuranceParams)
    signed_off: dict[str, SignOff] = field(default_factory=dict)

    @property
    def units(self) -> str:
        """The level of areas that parts the force."""
        return self.force.units

    @property
    def unit(self) -> Level:
        """The level that parts the force, with its words."""
        return self.levels[self.units]

    @property
    def force_area(self) -> Area:
        return Area(FORCE, self.force.name)

    @cached_property
    def _by_level(self) -> dict[str, tuple[Area, ...]]:
        return areas_of(self.levels)

    def areas(self, level: str) -> tuple[Area, ...]:
        """The areas of a level, in declared order."""
        return self._by_level[level]

    @property
    def unit_areas(self) -> tuple[Area, ...]:
        return self.areas(self.units)

    def report_areas(self, theme: str | None = None) -> tuple[Area, ...]:
        """The areas that reports are made for: the force, its units, then those of other levels with reports.

        A theme may name the levels it is reported for; otherwise it is reported for those in which one at least of its
        tables places its rows.
        """
        levels = sorted(self.levels, key=lambda level: level != self.units)
        wanted = [level for level in levels if self._is_reported(level, theme)]
        return (self.force_area, *(area for level in wanted for area in self.areas(level)))

    def _is_reported(self, level: str, theme: str | None) -> bool:
        if theme is None or not self.levels[level].reports or level == self.units:
            named = None if theme is None else self.themes[theme].areas
            return self.levels[level].reports and (named is None or level in named)
        declared = self.themes[theme]
        if declared.areas is not None:
            return level in declared.areas
        placed = {each for table in declared.tables for each in self.tables[table].levels}
        return any(area.counted_at[0] in placed for area in self.areas(level))

    def area(self, slug: str) -> Area:
        """The area of a slug that is known to exist."""
        everywhere = (self.force_area, *(area for level in self.levels for area in self.areas(level)))
        return next(area for area in everywhere if area.slug == slug)

    def lies_in(self, area: Area, other: Area) -> bool:
        """Whether an area lies in another, or in one that does."""
        inner: Area | None = area
        while inner is not None and inner.within is not None and inner.within != other.slug:
            inner = self.area(inner.within)
        return inner is not None and inner.within == other.slug

    def parts_of(self, area: Area) -> tuple[Area, ...]:
        """The area itself, or the areas that it is the sum of."""
        if area.members_level is None:
            return (area,)
        return tuple(each for each in self.areas(area.members_level) if each.name in area.members)

    def _declared(self, area: Area) -> AreaParams:
        return next(each for each in self.levels[area.level].areas if each.slug == area.slug)

    def population(self, area: Area, on: date) -> int | None:
        """The residents of an area as known on a day, or None: of the latest year whose 30 June is not after it, else
        of the earliest. An area with members, and the force, may be the sum of theirs."""
        if area.is_force:
            return _sum([self.population(each, on) for each in self.counted_from(area, None, on)])
        year = year_of(self._declared(area).population, on)
        if year is not None:
            return self._declared(area).population[year]
        parts = self.parts_of(area)
        return None if parts == (area,) else _sum([self.population(each, on) for each in parts])

    def population_of(self, area: Area, column: str, category: str, on: date) -> int | None:
        """The residents of one category, such as an ethnicity, by the same rule; the force's from another level that
        parts it where its units do not give them."""
        if area.is_force:
            return _sum([self.population_of(each, column, category, on) for each in self._counted_by(column, on)])
        known = self._declared(area).population_by.get(column, {})
        year = year_of(known, on)
        if year is not None:
            return known[year].get(category)
        parts = self.parts_of(area)
        return None if parts == (area,) else _sum([self.population_of(each, column, category, on) for each in parts])

    def _counted_by(self, column: str, on: date) -> tuple[Area, ...]:
        """The open areas whose people by a column add up to the force's: its units, or where these do not give them
        the areas of another level that do and have as many residents as the force."""
        month = Month.containing(on)
        levels = [self.units, *(level for level in self.levels if level != self.units)]
        parts = [tuple(each for each in self.areas(level) if each.open_in(month)) for level in levels]
        residents = _sum([self.population(each, on) for each in parts[0]])
        for areas in parts:
            if all(column in self._declared(each).population_by for each in areas) and (
                areas is parts[0] or _sum([self.population(each, on) for each in areas]) == residents
            ):
                return areas
        return parts[0]

    def counted_from(self, area: Area, column: str | None, on: date) -> tuple[Area, ...]:
        """The areas whose residents (by a column, where one is named) add up to those of an area on a day: the open
        ones of a level that parts the force, those that an area is the sum of, or the area itself."""
        if not area.is_force:
            return self.parts_of(area)
        if column is not None:
            return self._counted_by(column, on)
        return tuple(each for each in self.unit_areas if each.open_in(Month.containing(on)))

    def without_people_by(self, area: Area, column: str, on: date) -> tuple[Area, ...]:
        """The areas for want of whose people by a column those of an area are not known: itself, or some of those that
        it is the sum of; none where all give them."""
        parts = self.counted_from(area, column, on)
        if not area.is_force and column in self._declared(area).population_by:
            return ()
        silent = tuple(each for each in parts if column not in self._declared(each).population_by)
        return (area,) if silent == parts else silent

    def people_year(self, area: Area, column: str, on: date) -> int | None:
        """The latest of the years whose numbers make up the people of an area by a column on a day."""
        if not area.is_force and (known := self._declared(area).population_by.get(column)):
            return year_of(known, on)
        parts = self.counted_from(area, column, on)
        years = [self.people_year(each, column, on) for each in parts if each != area]
        return max((year for year in years if year is not None), default=None)

    def population_year(self, area: Area, on: date) -> int | None:
        """The latest of the years whose numbers make up the population of an area on a day."""
        if area.is_force:
            parts: tuple[Area, ...] = self.unit_areas
        else:
            own = year_of(self._declared(area).population, on)
            if own is not None:
                return own
            parts = tuple(part for part in self.parts_of(area) if part != area)
        years = [self.population_year(each, on) for each in parts]
        return max((year for year in years if year is not None), default=None)

    def counts_people_by(self, column: str) -> bool:
        """Whether any area gives its population by this column."""
        return any(column in area.population_by for level in self.levels.values() for area in level.areas)

    def category_label(self, table: str, breakdown: str, category: str) -> str:
        """A category as a reader knows it: the title of its code, or its words without underscores."""
        by = self.tables[table].breakdowns[breakdown]
        if category == MISSING:
            return BLANK
        if isinstance(by, ByColumns):
            parts = category.split(" / ")
            pairs = zip(by.columns, parts, strict=len(parts) == len(by.columns))
            return " / ".join(BLANK if part == MISSING else self._title(table, name, part) for name, part in pairs)
        if isinstance(by, ByColumn) and not by.renamed:
            return self._title(table, by.column, category)
        return _words(category)

    def _title(self, table: str, column: str, value: str) -> str:
        declared = self.tables[table].columns.get(column)
        if declared is None:
            return value
        if declared.kind == "flag":
            return {"Y": "Yes", "N": "No"}.get(value, value)
        if value in declared.codes:
            return declared.codes[value]
        if declared.list is not None:
            said = self.lists[declared.list].rows.get(value, {})
            return said.get("title", value)
        return value

    def hexagon_km(self, theme: str) -> float:
        """The width of the hexagons by which a theme's counts are mapped."""
        hotspots = self.themes[theme].hotspots
        return (hotspots and hotspots.hexagon_km) or self.force.hexagon_km

    def benchmarks_of(self, measure: str, on: date) -> dict[str, Benchmark]:
        """By group the latest benchmark of a measure that is about no day after `on`."""
        return latest(self.benchmarks, measure, on)

    def commentary_on(self, theme: str, period: Month, area: Area) -> Commentary | None:
        """The analyst's words for one report, or None where there are none."""
        return self.commentary.get((theme, str(period), area.slug))

    def with_whole_per_cents(self) -> Params:
        """The same with percentages printed without decimals, as rounded counts bear them."""
        measures = {
            name: each.model_copy(update={"decimals": 0}) if each.unit == "percent" else each
            for name, each in self.measures.items()
        }
        return replace(self, measures=measures)

    def with_words_for(self, theme: str, period: Month, area: Area) -> Params:
        """The same with no commentary but that of one report: what the report may see."""
        own = self.commentary_on(theme, period, area)
        return replace(self, commentary={} if own is None else {(theme, str(period), area.slug): own})


def _words(category: str) -> str:
    words = category.replace("_", " ")
    return words[:1].upper() + words[1:]


def _sum(people: list[int | None]) -> int | None:
    known = [each for each in people if each is not None]
    return sum(known) if known and len(known) == len(people) else None


def year_of(years: dict[int, Any], on: date) -> int | None:
    """The year whose numbers hold on a day: the latest whose 30 June is not after it, else the earliest."""
    past = [year for year in years if date(year, 6, 30) <= on]
    return max(past) if past else min(years, default=None)


def areas_of(levels: dict[str, Level]) -> dict[str, tuple[Area, ...]]:
    """The areas of each level, in declared order; one that is the sum of others is open while all of them are."""
    named = {area.slug: (level, area) for level, said in levels.items() for area in said.areas}

    def area(level: str, said: AreaParams) -> Area:
        parts = [named[slug][1] for slug in said.members] or [said]
        opened = max((part.valid_from for part in parts if part.valid_from), default=None)
        closed = min((part.valid_to for part in parts if part.valid_to), default=None)
        members = tuple(part.name for part in parts) if said.members else ()
        members_level = named[said.members[0]][0] if said.members else None
        return Area(said.slug, said.name, level, opened, closed, said.within, members, members_level)

    return {level: tuple(area(level, each) for each in said.areas) for level, said in levels.items()}


class _Reading:
    """Reads files of params/ and keeps every problem."""

    def __init__(self, workbook: Workbook) -> None:
        self.workbook = workbook
        self.problems: list[Problem] = []

    def model(self, path: Path, model: type[Model]) -> Model | None:
        found, wrong = read_model(path, self.workbook.shown(path), model)
        self.problems.extend(wrong)
        return found

    def optional(self, name: str, model: type[Model]) -> Model | None:
        """The file of a name; None where there is none, or it cannot be read."""
        path = self.workbook.params / name
        return self.model(path, model) if path.exists() else None

    def kept(self, read: tuple[Found, Iterable[Problem]]) -> Found:
        """What was read; its problems are kept."""
        found, wrong = read
        self.problems.extend(wrong)
        return found

    def models(self, folder: str, model: type[Model]) -> dict[str, Model | None]:
        """The files of a folder by name; None for one that cannot be read."""
        return {path.stem: self.model(path, model) for path in _yaml_files(self.workbook, folder)}

    def glossary(self) -> GlossaryParams | None:
        """The terms of the product with those of the force over them, or the one file that there is."""
        paths = self.workbook.layers("params/glossary.yaml")
        if len(paths) < 2:
            return self.model(self.workbook.file("params/glossary.yaml"), GlossaryParams)
        below, own = (self.model(path, GlossaryParams) for path in paths)
        if below is None or own is None:
            return None
        paragraphs = {**below.paragraphs, **own.paragraphs}
        return GlossaryParams(terms={**below.terms, **own.terms}, paragraphs=paragraphs)

    def _keys(self, path: Path) -> dict[str, Any] | None:
        """What a file of keys and values says; None where it cannot be read."""
        shown = self.workbook.shown(path)
        said, wrong = read_yaml(path, shown)
        if not wrong and not isinstance(said, dict):
            wrong = [Problem(shown, "holds no keys and values.", "Write them, or remove the file.")]
        self.problems.extend(wrong)
        return None if wrong else said

    def measures(self) -> tuple[dict[str, Measure], set[str]]:
        """The measures that can be read, and the names that single files give (whether or not they can)."""
        families = {
            self.workbook.shown(path): family
            for path in _yaml_files(self.workbook, f"measures/{FOLDER}")
            if (family := self.model(path, Family)) is not None
        }
        own: dict[str, tuple[str, dict[str, Any]]] = {}
        unread: set[str] = set()
        for path in _yaml_files(self.workbook, "measures"):
            layers = [self._keys(layer) for layer in self.workbook.layers(f"params/measures/{path.name}")]
            said = [each for each in layers if each is not None]
            if len(said) < len(layers):
                unread.add(path.stem)
            else:
                own[path.stem] = self.workbook.shown(path), {key: each[key] for each in said for key in each}
        measures, wrong = fill(families, own)
        self.problems.extend(wrong)
        return measures, {*own, *unread}


def load_params(workbook: Workbook, *, with_commentary: bool = True) -> Params:
    """Everything under params/, or all but the commentary, so that it can be mended.

    Raises ParamsRefused that lists every problem, each with file, key, value and fix.
    """
    reading = _Reading(workbook)
    problems = reading.problems
    single: dict[str, BaseModel | None] = {
        name: reading.model(workbook.file(f"params/{name}.yaml"), model) for name, model in _SINGLE_FILES.items()
    }
    single["glossary"] = reading.glossary()
    tables = reading.models("tables", Table)
    levels = reading.models("areas", Level)
    themes = reading.models("themes", Theme)
    measures, own = reading.measures()
    for folder, found, what in (("tables", tables, "table"), ("areas", levels, "level"), ("themes", themes, "theme")):
        if not found:
            problems.append(Problem(workbook.shown(workbook.params / folder), f"holds no {what}.", "Add one."))
    lists = reading.kept(read_lists(workbook, _list_names(tables)))
    between = cross_check(workbook, single, tables, levels, themes, measures, own, lists)
    problems.extend(by_cause(between, levels))
    benchmarks = reading.kept(read_benchmarks(workbook, measures, frozenset(own - measures.keys())))
    recommendations = reading.models("recommendations", RecommendationList)
    force = single["force"] if isinstance(single["force"], ForceParams) else None
    known = {name: level for name, level in levels.items() if level is not None}
    places = _report_areas(known, force) if force is not None and len(known) == len(levels) else None
    commentary = reading.kept(read_commentary(workbook, themes, places) if with_commentary else ({}, []))
    units = known.get(force.units) if force is not None else None
    boundaries = reading.kept(read_boundaries(workbook, force, units))
    outlines = reading.kept(read_outlines(workbook, levels))
    pack = reading.optional("pack.yaml", PackParams)
    problems.extend(unknown_papers(pack, themes, places) if pack is not None else [])
    problems.extend(unknown_themes(recommendations, {*themes, *(pack.plans if pack is not None else ())}))
    papers = reading.kept(read_papers(workbook, pack) if pack is not None else ({}, []))
    corrections = reading.optional(CORRECTIONS, Corrections)
    brand = reading.kept(read_brand(workbook))
    sources = reading.kept(_sources(workbook, tables))
    assurance, signed_off, wrong = read_assurance(workbook)
    problems.extend(wrong)
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ParamsRefused(f"params/ cannot be used: {count}.{_whose(workbook, problems)}", problems)
    words = {slug: tuple(told.root) for slug, told in recommendations.items() if told is not None}
    written = {
        "recommendations": words,
        "commentary": commentary,
        "boundaries": boundaries,
        "benchmarks": benchmarks,
        "outlines": outlines,
        "papers": papers,
        "brand": brand,
        "assurance": assurance,
        "signed_off": signed_off,
        "corrections": {} if corrections is None else dict(corrections.root),
    }
    declared = {"tables": tables, "levels": levels, "lists": lists, "themes": themes, "measures": measures}
    return Params(**single, **declared, **written, pack=pack, sources=sources)  # type: ignore[arg-type]


def _whose(workbook: Workbook, problems: list[Problem]) -> str:
    """How to change the product's own files, where there are problems with them."""
    places = {problem.where.partition(",")[0] for problem in problems}
    theirs = sorted(name for name in places if workbook.layers(name) and not (workbook.root / name).is_file())
    if not theirs:
        return ""
    rest = f" (and {len(theirs) - 1} more)" if len(theirs) > 1 else ""
    return f" {theirs[0]}{rest} is the product's own: to change it, run thematic init --own {theirs[0]} first."


def _sources(workbook: Workbook, tables: dict[str, Table | None]) -> tuple[SourcesParams | None, list[Problem]]:
    path = workbook.params / SOURCES
    if not path.exists():
        return None, []
    return read_sources(
        path, workbook.shown(path), {name: table for name, table in tables.items() if table is not None}
    )


def _report_areas(levels: dict[str, Level], force: ForceParams) -> tuple[Area, ...] | None:
    """The areas with reports; None where an area names members that there are not."""
    try:
        areas = areas_of(levels)
    except KeyError:
        return None
    named = (area for level, said in levels.items() if said.reports for area in areas[level])
    return (Area(FORCE, force.name), *named)


def _list_names(tables: dict[str, Table | None]) -> set[str]:
    """The lists that columns and lookups name."""
    names: set[str] = set()
    for table in tables.values():
        if table is not None:
            names.update(column.list for column in table.columns.values() if column.list is not None)
            names.update(each.lookup.source for each in table.derived.values() if isinstance(each, Lookup))
    return names


def _yaml_files(workbook: Workbook, folder: str) -> list[Path]:
    return workbook.files(f"params/{folder}", "*.yaml")
