"""Turns the manifests of a folder of reports into its catalogue: one page that links every report in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from thematic.areas import FORCE
from thematic.editions import DEFAULT_FORMATS, FORMATS, NOTEBOOK
from thematic.manifest import SUFFIX, Manifest, read_manifest
from thematic.periods import Month
from thematic.placing import write_whole

PAGE = "index.html"
_FAILED = "failed"
_MONTHS = "[0-9][0-9][0-9][0-9]-[0-9][0-9]"
_Place = tuple[str, str, str]
"""A period, a theme and an area, as they stand in the path of a report."""


@dataclass(frozen=True)
class Cell:
    """What there is of one theme for one area: links (a format's name and its address), and what must be said of it."""

    name: str
    links: tuple[tuple[str, str], ...] = ()
    marks: tuple[str, ...] = ()
    headline: tuple[str, ...] = ()
    failed: str | None = None


@dataclass(frozen=True)
class Column:
    """A theme of one period; `marks` are said of the whole column when they hold for every report in it."""

    title: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One period: a row for each area (its name and a cell for each column, None where nothing was made)."""

    period: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True)
class Catalogue:
    """The reports of a folder by period, theme and area, and the notebooks of those that failed."""

    reports: Mapping[_Place, Manifest]
    failures: frozenset[_Place] = field(default_factory=frozenset)

    @cached_property
    def areas(self) -> dict[str, str]:
        """The names of areas by slug, the force first, then by name; an area that has only failed goes by its slug."""
        names = {slug: slug for _, _, slug in self.failures}
        names |= {slug: report.area_name for (_, _, slug), report in sorted(self.reports.items())}
        return dict(sorted(names.items(), key=lambda item: (item[0] != FORCE, item[1].casefold())))

    @cached_property
    def themes(self) -> dict[str, str]:
        """The titles of themes by slug, in the order of their titles."""
        titles = {theme: theme for _, theme, _ in self.failures}
        titles |= {theme: report.theme_title for (_, theme, _), report in sorted(self.reports.items())}
        return dict(sorted(titles.items(), key=lambda item: item[1].casefold()))

    @property
    def sections(self) -> list[Section]:
        """A section for each period, the latest first."""
        places = {*self.reports, *self.failures}
        return [self._section(period, places) for period in sorted({place[0] for place in places}, reverse=True)]

    @property
    def sources(self) -> list[str]:
        return sorted({report.source for report in self.reports.values()})

    @property
    def synthetic(self) -> bool:
        return any(report.synthetic for report in self.reports.values())

    @property
    def force(self) -> str:
        return self.areas.get(FORCE, "") if self.areas.get(FORCE) != FORCE else ""

    def _section(self, period: str, places: Iterable[_Place]) -> Section:
        here = {(theme, area) for month, theme, area in places if month == period}
        themes = [theme for theme in self.themes if any(theme == each for each, _ in here)]
        areas = [area for area in self.areas if any(area == each for _, each in here)]
        cells = {(theme, area): self._cell((period, theme, area)) for theme in themes for area in areas}
        shared = {theme: _shared_marks(cells[theme, area] for area in areas) for theme in themes}
        columns = tuple(Column(self.themes[theme], shared[theme]) for theme in themes)
        rows = tuple(
            (self.areas[area], tuple(_without(cells[theme, area], shared[theme]) for theme in themes)) for area in areas
        )
        return Section(period, Month.parse(period).label, columns, rows)

    def _cell(self, place: _Place) -> Cell | None:
        period, theme, area = place
        name = f"{self.themes[theme]}, {self.areas[area]}, {Month.parse(period).label}"
        address = f"{period}/{theme}/{area}"
        failed = f"{_FAILED}/{address}.{NOTEBOOK}" if place in self.failures else None
        report = self.reports.get(place)
        if report is None:
            return Cell(name, failed=failed) if failed else None
        links = [(suffix.upper(), f"{address}.{suffix}") for suffix in _shown_first(report.formats)]
        marks = [
            *(["synthetic data"] if report.synthetic else []),
            *(["public"] if report.audience == "public" else []),
        ]
        return Cell(name, tuple(links), tuple(marks), tuple(report.headline), failed)


def read_catalogue(out: Path) -> Catalogue:
    """What lies in the folder: its manifests (an unreadable one is passed over) and the notebooks under failed/."""
    found = {_place(path): read_manifest(path) for path in out.glob(f"{_MONTHS}/*/*.{SUFFIX}")}
    reports = {place: report for place, report in found.items() if report is not None}
    failures = {_place(path) for path in (out / _FAILED).glob(f"{_MONTHS}/*/*.{NOTEBOOK}")}
    return Catalogue(reports, frozenset(failures))


def render(catalogue: Catalogue) -> bytes:
    """The catalogue as a page that needs no other file, asks nothing of the network and runs no script."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("catalogue.html.j2").render(catalogue=catalogue, sections=catalogue.sections)
    return (page.rstrip("\n") + "\n").encode()


def write_catalogue(out: Path) -> Path | None:
    """Writes index.html where it would change. Its path, or None where the folder holds no report."""
    catalogue = read_catalogue(out)
    if not catalogue.reports and not catalogue.failures:
        return None
    path, page = out / PAGE, render(catalogue)
    if not path.is_file() or path.read_bytes() != page:
        write_whole(path, page)
    return path


def _place(path: Path) -> _Place:
    return path.parts[-3], path.parts[-2], path.stem


def _shown_first(formats: Iterable[str]) -> list[str]:
    """The formats that people open, pages before figures; the notebook behind them is not linked."""
    order = [*DEFAULT_FORMATS, *sorted(set(FORMATS) - set(DEFAULT_FORMATS))]
    return [suffix for suffix in order if suffix in set(formats)]


def _shared_marks(cells: Iterable[Cell | None]) -> tuple[str, ...]:
    made = [cell.marks for cell in cells if cell is not None and cell.links]
    return tuple(mark for mark in made[0] if all(mark in marks for marks in made)) if made else ()


def _without(cell: Cell | None, shared: tuple[str, ...]) -> Cell | None:
    if cell is None:
        return None
    marks = tuple(mark for mark in cell.marks if mark not in shared)
    return Cell(cell.name, cell.links, marks, cell.headline, cell.failed)
