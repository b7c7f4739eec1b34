"""Turns manifests into the grid of one period: a row for each area, a column for each theme, a cell for each report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, get_args

from thematic.core.areas import FORCE
from thematic.core.formats import DEFAULT_FORMATS
from thematic.core.look import HOUSE, Look
from thematic.core.periods import Month
from thematic.displays import shorthand_in
from thematic.outputs.editions import FAILED, FORMATS, NOTEBOOK, PAGE
from thematic.outputs.manifest import Indicator, Manifest

Place = tuple[str, str, str]
"""A period, a theme and an area, as they stand in the path of a report."""

State = Literal["up to date", "out of date", "failed"]


@dataclass(frozen=True)
class Cell:
    """What there is of one theme for one area: links (a format's name and its address), and what must be said of it.

    Addresses run from the folder of all reports. `audience` is "" and `indicator` None for a report that only failed;
    of one that failed later the last good one is there, and `outdated`.
    """

    name: str
    state: State
    audience: str = ""
    indicator: Indicator | None = None
    links: tuple[tuple[str, str, str], ...] = ()
    marks: tuple[str, ...] = ()
    failed: str | None = None
    outdated: bool = False


@dataclass(frozen=True)
class Column:
    """A theme of one period; `marks`, and the indicator's name, stand here when they hold for every report in it."""

    theme: str
    title: str
    marks: tuple[str, ...]
    indicator: str


@dataclass(frozen=True)
class Row:
    """An area: a cell for each column, None where nothing was made."""

    area: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Choice:
    """A filter: its name in the address, its label, the words for no choice, and each choice with its words."""

    name: str
    label: str
    none: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Grid:
    """The reports of one period."""

    period: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        return Month.parse(self.period).label

    @property
    def cells(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells if cell is not None]

    @property
    def states(self) -> dict[State, int]:
        """How many reports are in each state that any is in."""
        found = [cell.state for cell in self.cells]
        return {state: found.count(state) for state in get_args(State) if state in found}

    @property
    def choices(self) -> list[Choice]:
        """What the reports can be filtered by, where there is more than one to choose from."""
        audiences = sorted({cell.audience for cell in self.cells if cell.audience})
        every = [
            Choice("theme", "Theme", "All themes", {column.theme: column.title for column in self.columns}),
            Choice("area", "Area", "All areas", {row.area: row.name for row in self.rows}),
            Choice("audience", "Audience", "All audiences", {each: each.capitalize() for each in audiences}),
            Choice("state", "State", "All states", {each: each.capitalize() for each in self.states}),
        ]
        return [choice for choice in every if len(choice.options) > 1]

    @property
    def notes(self) -> list[str]:
        """What the shorthand in the cells means."""
        shown = [cell.indicator for cell in self.cells if cell.indicator is not None]
        return shorthand_in(" ".join((each.value, each.change, each.trend)) for each in shown)


@dataclass(frozen=True)
class Verdict:
    """A figure as it is printed, the verdict on its change, and whether that is favourable."""

    value: str
    trend: str
    worth: str

    @property
    def is_significant(self) -> bool:
        return self.trend.startswith("Significant")


@dataclass(frozen=True)
class MovedFigure:
    """A headline figure of the force's report on a theme whose verdict is another than it was."""

    theme: str
    title: str
    before: Verdict
    now: Verdict

    @property
    def is_significant(self) -> bool:
        """Whether one of the verdicts is; a change between two that are not may be nothing but chance."""
        return self.before.is_significant or self.now.is_significant


@dataclass(frozen=True)
class Moved:
    """What changed in the internal reports of a `period` since those of the month `before`, of which so many are
    `outdated`: headline figures, how many `others` in breakdowns, and the titles of measures that are `new` or `gone`.
    """

    period: str
    before: str
    figures: tuple[MovedFigure, ...]
    others: int
    new: tuple[str, ...]
    gone: tuple[str, ...]
    outdated: int

    @property
    def since(self) -> str:
        return Month.parse(self.before).label

    @property
    def now(self) -> str:
        return Month.parse(self.period).label


@dataclass(frozen=True)
class Catalogue:
    """The reports of a folder by period, theme and area, those of them that are out of date, and those that failed.

    `levels` gives the force's word for each level of areas, in the order in which they are listed; `look` is its own
    face, and `contact` whom to ask. Files that are `handed_on` have names that cannot be confused. What has
    `moved` is for those who make the reports.
    """

    reports: Mapping[Place, Manifest]
    failures: frozenset[Place] = field(default_factory=frozenset)
    outdated: frozenset[Place] = field(default_factory=frozenset)
    levels: Mapping[str, str] = field(default_factory=dict)
    look: Look = HOUSE
    contact: Mapping[str, str] = field(default_factory=dict)
    handed_on: bool = False
    moved: Moved | None = None

    @cached_property
    def areas(self) -> dict[str, str]:
        """The names of areas by slug: the force first, then level by level, by name.

        An area that has only failed goes by its slug. Where there are areas of several levels, each name bears its own.
        """
        found = {slug: (report.level, report.area_name) for (_, _, slug), report in sorted(self.reports.items())}
        several = len({level for level, _ in found.values() if level}) > 1
        order = {level: place for place, level in enumerate(self.levels)}

        def place(slug: str) -> tuple[bool, int, str]:
            level, name = found.get(slug, ("", slug))
            return slug != FORCE, order.get(level, len(order)), name.casefold()

        slugs = sorted({*found, *(slug for _, _, slug in self.failures)}, key=place)
        return {slug: self._name(*found.get(slug, ("", slug)), several) for slug in slugs}

    def _name(self, level: str, name: str, several: bool) -> str:
        return f"{name} ({self.levels.get(level, level)})" if several and level else name

    @cached_property
    def themes(self) -> dict[str, str]:
        """The titles of themes by slug, in the order of their titles."""
        titles = {theme: theme for _, theme, _ in self.failures}
        titles |= {theme: report.theme_title for (_, theme, _), report in sorted(self.reports.items())}
        return dict(sorted(titles.items(), key=lambda item: item[1].casefold()))

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The periods that have a report, or a failed one, the latest first."""
        return tuple(sorted({period for period, _, _ in (*self.reports, *self.failures)}, reverse=True))

    def grid(self, period: str) -> Grid:
        """The reports of a period; themes and areas that have none are left out."""
        places = sorted(place for place in {*self.reports, *self.failures} if place[0] == period)
        cells = {(theme, area): self._cell((period, theme, area)) for _, theme, area in places}
        themes, areas = {theme for theme, _ in cells}, {area for _, area in cells}
        columns = tuple(
            self._column(theme, [cell for (each, _), cell in cells.items() if each == theme])
            for theme in self.themes
            if theme in themes
        )
        rows = tuple(
            Row(area, name, tuple(_under(column, cells.get((column.theme, area))) for column in columns))
            for area, name in self.areas.items()
            if area in areas
        )
        return Grid(period, columns, rows)

    def address(self, place: Place, suffix: str) -> str:
        """The path of a report's file from the folder of all reports."""
        period, theme, area = place
        return f"{period}/{theme}/{self.reports[place].file if self.handed_on else area}.{suffix}"

    def _column(self, theme: str, cells: Iterable[Cell]) -> Column:
        made = [cell for cell in cells if cell.links]
        marks = tuple(mark for mark in (made[0].marks if made else ()) if all(mark in cell.marks for cell in made))
        names = {cell.indicator.name if cell.indicator else "" for cell in made}
        return Column(theme, self.themes[theme], marks, names.pop() if len(names) == 1 else "")

    def _cell(self, place: Place) -> Cell:
        period, theme, area = place
        name = f"{self.themes[theme]}, {self.areas[area]}, {Month.parse(period).label}"
        failed = f"{FAILED}/{period}/{theme}/{area}.{NOTEBOOK}" if place in self.failures else None
        state: State = "failed" if failed else "out of date" if place in self.outdated else "up to date"
        report = self.reports.get(place)
        if report is None:
            return Cell(name, state, failed=failed)
        links = tuple(
            (suffix.upper(), self.address(place, suffix), "" if suffix == PAGE else f"{report.file}.{suffix}")
            for suffix in shown_first(report.formats)
        )
        marks = [
            *(["synthetic data"] if report.synthetic else []),
            *(["public"] if report.audience == "public" else []),
        ]
        outdated = place in self.outdated
        return Cell(name, state, report.audience, report.indicator, links, tuple(marks), failed, outdated)


def shown_first(formats: Iterable[str]) -> list[str]:
    """The formats that people open, pages before figures; the notebook behind them is not among them."""
    order = [*DEFAULT_FORMATS, *sorted(set(FORMATS) - set(DEFAULT_FORMATS))]
    return [suffix for suffix in order if suffix in set(formats)]


def _under(column: Column, cell: Cell | None) -> Cell | None:
    """The cell without the marks that its column bears."""
    if cell is None:
        return None
    return replace(cell, marks=tuple(mark for mark in cell.marks if mark not in column.marks))
