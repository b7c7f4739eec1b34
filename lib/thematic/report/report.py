"""Turns released figures into the displays of one report; a notebook narrates and calls these."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from thematic.core.areas import NO_LOCATION, Area
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month, Window
from thematic.cubes.tallies import ThemeCubes
from thematic.displays import (
    Chart,
    Commentary,
    Cover,
    Glance,
    Glossary,
    Notes,
    Recommendations,
    Sentence,
    Table,
    Term,
)
from thematic.displays import Figures as FigureList
from thematic.displays.wording import movement, summary, where
from thematic.measures.breakdowns import FORCE_ROW, Setting
from thematic.measures.disclosure import AUDIENCES, Gate
from thematic.measures.evaluation import evaluate, window_of
from thematic.measures.figures import FIGURE_COLUMNS, Figures
from thematic.params import Params
from thematic.params.commentary import Commentary as Words
from thematic.params.models import Audience, Section, Theme
from thematic.params.reading import nearest
from thematic.report import authored, drawings, funnels, hotspots, maps, notes, previewing, tables
from thematic.report.context import Context, context_for


def open_report(theme: str, period: str, area: str, audience: str = "internal") -> Report:
    """The report of a theme (its file's name in params/themes/) for a period `YYYY-MM` and an area.

    `area` is "force" or the slug of a Local Policing Unit; `audience` is "internal" or "public" (small numbers
    withheld). Raises ArgumentsRefused, which says what exists, for any other.
    """
    context = context_for(theme)
    month = Month.parse(period)
    if month not in context.index.periods:
        first, last = context.index.first_period, context.index.latest_period
        raise ArgumentsRefused(f"The data have no complete month {period}: they run from {first} to {last}.")
    place = next((known for known in _areas(context.params) if known.slug == area), None)
    if place is None:
        slugs = ", ".join(known.slug for known in _areas(context.params))
        raise ArgumentsRefused(f"There is no area '{area}'. Areas: {slugs}.")
    heard: Audience | None = next((known for known in AUDIENCES if known == audience), None)
    if heard is None:
        raise ArgumentsRefused(f"There is no audience '{audience}'. Audiences: {', '.join(AUDIENCES)}.")
    if context.audience == "public" != heard:
        raise ArgumentsRefused(
            f"This report is for the public, and open_report(..., audience='{audience}') would show what they may not "
            "see. Give it the notebook's parameter: audience=audience."
        )
    return Report(context, place, month, heard)


def _areas(params: Params) -> tuple[Area, ...]:
    return (params.force_area, *params.lpu_areas)


class Report:
    """One report. Every method gives a display; what is shown has passed the disclosure gate."""

    def __init__(self, context: Context, area: Area, period: Month, audience: Audience) -> None:
        self.area, self.period, self.audience = area, period, audience
        self.params: Params = context.params
        self._index = context.index
        self._cubes: ThemeCubes = context.theme_cubes()

    @cached_property
    def figures(self) -> Figures:
        """Every released figure of the report, grain measure x dimension x category."""
        return evaluate(self._setting, self._gate)

    @property
    def _setting(self) -> Setting:
        return Setting(self.params, self._cubes, self.area, self.period)

    @property
    def _gate(self) -> Gate:
        return Gate(self.params.disclosure, self.audience)

    @property
    def theme(self) -> Theme:
        return self.params.themes[self._cubes.theme]

    @property
    def _sheet(self) -> tables.Sheet:
        return tables.Sheet(self.params, self.figures, self.area, self.period, self._index.title)

    def cover(self) -> Cover:
        """The title block: force, marking, theme, area, period, and how fresh the data are."""
        return Cover(
            force=self.params.force.name,
            marking=getattr(self.params.force.marking, self.audience),
            theme=self.theme.title,
            area=self.area.name,
            period=Window.rolling_12(self.period).label,
            as_at=f"{self.period.last_day.day} {self.period.label}",
            audience=self.audience,
            source=self._index.title,
            synthetic=self._index.synthetic,
            licence=self._index.licence,
        )

    def _section(self, name: str) -> Section:
        if name not in self.theme.sections:
            fix = nearest(name, {slug: slug for slug in self.theme.sections})
            raise ArgumentsRefused(f"The theme has no section '{name}'. {fix}")
        return self.theme.sections[name]

    def at_a_glance(self, section: str = "at_a_glance") -> Glance:
        """The indicators of a section of the theme: value, change, trend, and whether the change is significant."""
        found = self._section(section)
        return tables.at_a_glance(self._sheet, found.title, section, found.measures)

    def summary(self, section: str = "at_a_glance") -> Sentence:
        """Which indicators of a section changed by more than chance would give."""
        names = self._section(section).measures
        return Sentence(summary([(self._sheet.measure(name), self.figures.one(name)) for name in names]))

    def says_where(self, measure: str) -> Sentence:
        """Where a measure is highest and lowest among the Local Policing Units, or where the report's own stands."""
        declared = self._sheet.measure(measure)
        figures = [figure for figure in self.figures.of(measure, "lpu") if figure["category"] != NO_LOCATION]
        own = None if self.area.is_force else self.figures.one(measure, "lpu", self.area.name)
        force = self.figures.one(measure, "total" if self.area.is_force else FORCE_ROW)
        return Sentence(where(declared, figures, own, force))

    def says(self, *measures: str) -> Sentence:
        """What the figures say, a sentence for each measure."""
        said = []
        for name in measures:
            window = window_of(self._sheet.measure(name), self.period)
            said.append(movement(self.figures.one(name), self._sheet.measure(name), window.span))
        return Sentence("\n\n".join(said))

    def months(self, measure: str) -> Chart | Sentence:
        """The months of history up to the period, 36 at most, as a line; the numbers are behind it."""
        return drawings.months(self._sheet, measure)

    def rates(self, measure: str) -> Chart:
        """The rate of each Local Policing Unit with its 95% interval, the report's own area standing out."""
        return drawings.rates(self._sheet, measure)

    def funnel(self, measure: str) -> Chart | Sentence:
        """The rate of each Local Policing Unit against its population, and what lies outside the limits of chance."""
        return funnels.funnel(self._sheet, measure)

    def map(self, measure: str) -> Chart | Sentence:
        """The rate of each Local Policing Unit on a map, the report's own area standing out."""
        return maps.rates(self._sheet, self._setting, measure)

    def hotspots(self, measure: str) -> Chart | Sentence:
        """A count by hexagon on a map of the report's area, and where it is more than chance would give."""
        return hotspots.hotspots(self._sheet, self._setting, self._gate, measure)

    def breakdown(self, measure: str, by: str, top: int | None = None, title: str = "") -> Table | Sentence:
        """A measure by offence, outcome, strand, type or characteristic, largest first; `top` cuts the list."""
        return tables.breakdown(self._sheet, measure, by, top, title)

    def by_place(self, by: str, *measures: str, title: str = "") -> Table | None:
        """Measures by `lpu` or `local_authority`: each window and the change (authorities only for the force)."""
        if by == "local_authority" and not self.area.is_force:
            return None
        return tables.by_place(self._sheet, by, measures, title)

    def section_by_place(self, by: str, section: str) -> Table | None:
        """The measures of a section by place, the current window only, one column each."""
        if by == "local_authority" and not self.area.is_force:
            return None
        found = self._section(section)
        return tables.counts_by_place(self._sheet, by, found.measures, found.title)

    def counts(
        self, title: str, counts: Mapping[str, int], *, period: str, area: str, by: str = "", of: str = "Crimes"
    ) -> Table | None:
        """Counts that an analyst worked out from the records, by category, once they have passed the disclosure gate.

        They are of one period and area, and show in that report alone; None, which shows nothing, in any other. `by`
        heads the column of categories, `of` that of counts. Raises ArgumentsRefused for what is not a count.
        """
        if (Month.parse(period), area) != (self.period, self.area.slug):
            return None
        return tables.counts(self._sheet, self._gate, title, counts, by, of)

    def commentary(self) -> Commentary | None:
        """The analyst's words from params/commentary/; None, which shows nothing, where there are none to show.

        In a public report only those that say `audience: public`, for typed words pass no disclosure gate, and that
        are not stale; in an internal one stale words are told as such.
        """
        if self._words is None or (self._stale and self.audience == "public"):
            return None
        return authored.commentary_display(self._words, self._stale)

    @property
    def _words(self) -> Words | None:
        """The analyst's words that the audience may see."""
        said = self.params.commentary_on(self._cubes.theme, self.period, self.area)
        return said if said is not None and said.shown_to(self.audience) else None

    @cached_property
    def _stale(self) -> bool:
        """Whether the words were written about other figures, which are those of the internal report in either."""
        if self._words is None or self._words.figures is None:
            return False
        internal = self.audience == "internal"
        figures = self.figures if internal else evaluate(self._setting, Gate(self.params.disclosure, "internal"))
        return self._words.figures != figures.fingerprint

    def recommendations(self) -> Recommendations | None:
        """The theme's recommendations from params/recommendations/, overdue or not at the period's end; else None."""
        known = self.params.recommendations.get(self._cubes.theme)
        return authored.recommendations_display(known, self.period) if known else None

    def data_quality(self) -> Table:
        """How the extract's rows of the two windows fared: kept, duplicate, quarantined, left out."""
        return notes.quality_table(self.theme, self._cubes, self.period)

    def data_notes(self) -> Notes:
        """What a reader must know of the data: source, populations, what is missing and why, caveats."""
        return notes.data_notes(self.params, self.theme, self._cubes, self.figures, self.period)

    def method(self) -> Notes:
        """How the figures are worked out: windows, as-at rule, outcome basis, tests, shorthand, disclosure."""
        return notes.method_notes(self.params, self.theme, self.audience)

    def definitions(self) -> Glossary:
        """What each measure of the theme counts."""
        declared = [self._sheet.measure(name) for name in self.theme.measures]
        return Glossary([Term(measure.title, measure.definition) for measure in declared])

    def glossary(self) -> Glossary:
        """The terms the theme uses."""
        return Glossary([Term(term, self.params.glossary.terms[term]) for term in self.theme.glossary])

    def all_figures(self) -> FigureList:
        """Every released figure, carried in the notebook for the CSV; pages do not show it."""
        rows, quarantined = notes.counts(self.theme, self._cubes, self.period)
        counts = {"rows": rows, "quarantined": quarantined}
        return FigureList(list(FIGURE_COLUMNS), self.figures.csv_rows(), counts, self._stale)

    def preview(self, height: int = 900) -> previewing.Framed | None:
        """The whole report as a reader will see it, in a frame `height` pixels high; nothing in a batch.

        It is made from the notebook as it was saved last, for the period, area and audience of this report. Raises
        UserError where a cell fails, and where it is not known which notebook this is.
        """
        return previewing.framed(self._cubes.theme, str(self.period), self.area.slug, self.audience, height)
