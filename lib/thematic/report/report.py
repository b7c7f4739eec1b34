"""Turns released figures into the displays of one report; a notebook narrates and calls these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from thematic.core import palette
from thematic.core.areas import NO_LOCATION, Area
from thematic.core.errors import ArgumentsRefused
from thematic.core.periods import Month, Window
from thematic.displays import (
    Chart,
    Commentary,
    Cover,
    DisplayTable,
    FigureList,
    Glance,
    Glossary,
    Indicators,
    Lead,
    Notes,
    Points,
    Questions,
    Recommendations,
    Sentence,
    Standing,
    Term,
)
from thematic.displays.wording import inline, summary, where
from thematic.measures.breakdowns import shows
from thematic.measures.data import ReportData
from thematic.measures.figures import FIGURE_COLUMNS
from thematic.params import Params
from thematic.params.commentary import Commentary as Words
from thematic.params.declared import Audience
from thematic.params.reading import nearest
from thematic.params.themes import TOTAL, Section, Theme
from thematic.report import (
    authored,
    beside,
    board,
    calls,
    drawings,
    funnels,
    hotspots,
    made,
    maps,
    notes,
    ownership,
    parts,
    points,
    previewing,
    public,
    publication,
    rates,
    tables,
    titles,
)
from thematic.report.absent import absence
from thematic.report.context import data_for
from thematic.report.opened import OpenFigures


@calls.checked_call("open_report")
def open_report(theme: str, period: str, area: str, audience: str = "internal") -> Report:
    """The report of a theme (its file's name in params/themes/) for a period `YYYY-MM` and an area.

    `area` is "force" or the slug of an area that reports are made for; `audience` is "internal" or "public" (small
    numbers withheld). Raises ArgumentsRefused, which says what exists, for any other.
    """
    return Report(data_for(theme, period, area, audience))


@calls.checked
@made.remembering("counts", "preview")
class Report(OpenFigures):
    """One report. Every method gives a display; a public report knows no counts but those that were released."""

    def __init__(self, data: ReportData) -> None:
        self.data = data
        palette.wear(data.params.brand.look.palette)

    @property
    def area(self) -> Area:
        return self.data.area

    @property
    def period(self) -> Month:
        return self.data.period

    @property
    def audience(self) -> Audience:
        return self.data.audience

    @property
    def params(self) -> Params:
        return self.data.params

    @property
    def theme(self) -> Theme:
        return self.data.theme

    def cover(self) -> Cover:
        """The title block: force, marking, theme, area, period, and how fresh the data are."""
        marking = getattr(self.params.force.marking, self.audience)
        return Cover(
            force=self.params.force.name,
            marking=marking,
            theme=self.theme.title,
            area=self.area.name,
            period=Window.rolling_12(self.period).label,
            as_at=f"{self.period.last_day.day} {self.period.label}",
            audience=self.audience,
            source=self.data.source,
            synthetic=self.data.index.synthetic,
            licence=self.data.index.licence,
            **publication.about(self.data, marking),
            rounding=public.at_the_top(self.data.rounding, self._exact) if self.audience == "public" else "",
        )

    @property
    def _exact(self) -> list[str]:
        """The titles of the theme's tables whose sums are public as they are."""
        tables = [self.params.tables[name] for name in self.theme.tables]
        return [inline(table.title) for table in tables if table.public == "sums"]

    def _section(self, name: str) -> Section:
        if name not in self.theme.sections:
            fix = nearest(name, {slug: slug for slug in self.theme.sections})
            raise ArgumentsRefused(f"The theme has no section '{name}'. {fix}")
        return self.theme.sections[name]

    def at_a_glance(self, section: str = "at_a_glance") -> Glance | Sentence:
        """The indicators of a section of the theme: value, change, trend, and whether the change is significant.

        A sentence that says why where none of them is available, as in the tables by place.
        """
        found = self._section(section)
        none = absence(self.data, self.figures, found.title, TOTAL, found.measures)
        return none or tables.at_a_glance(self.data, self.figures, found.title, section, found.measures)

    def summary(self, section: str = "at_a_glance") -> Sentence:
        """Which indicators of a section changed by more than chance would give."""
        names = self._section(section).measures
        return Sentence(summary([(self.data.measure(name), self.figures.one(name)) for name in names]))

    def lead(self, places: str = "places") -> Lead:
        """One sentence over the indicators of all sections but `places`: how many moved significantly, which most."""
        return board.lead(self.data, self.figures, places)

    def indicators(self, places: str = "places") -> Indicators:
        """The indicators of all sections but `places`: value, change, months, verdict and what is behind each."""
        return board.indicators(self.data, self.figures, places)

    def standing(self, places: str = "places") -> Standing:
        """Each unit's rates of a section's measures in words beside the force's: above, well above, near."""
        self._section(places)
        return board.standing(self.data, self.figures, places)

    def questions(self, places: str = "places") -> Questions:
        """What to ask about, worked out from the verdicts and from where rates are well above the force's."""
        self._section(places)
        return board.questions(self.data, self.figures, places)

    def main_points(self) -> Points:
        """What moved or stands out, in up to six sentences: significant changes first, the theme's first measure
        always, what makes the changes up, which units moved, and the first indicators that did not."""
        return points.main_points(self.data, self.figures)

    def says_where(self, measure: str) -> Sentence:
        """Where a measure is highest and lowest among the units of the force, or where the report's own stands."""
        declared, units = beside.measure_named(self.data, measure), self.params.units
        beside.checked(self.data, units, measure)
        figures = [figure for figure in self.figures.of(measure, units) if figure.category != NO_LOCATION]
        own = self.figures.one(measure, units, self.area.name) if self.area.level == units else None
        return Sentence(
            where(declared, self.params.unit, figures, own, titles.of_force(self.data, self.figures, measure))
        )

    def says(self, *measures: str) -> Sentence:
        """What the figures say, a sentence for each measure."""
        said = []
        for name in measures:
            beside.measure_named(self.data, name)
            said.append(drawings.said(self.data, self.figures, name))
        return Sentence("\n\n".join(said))

    def months(self, measure: str) -> Chart | Sentence:
        """The months up to the measure's last one, 36 at most, as a line; the numbers are behind it.

        `report.recipe("months", ...)` prints a cell that draws it in seaborn, to change.
        """
        return drawings.months(self.data, self.figures, measure)

    def rolling(self, measure: str) -> Chart | Sentence:
        """A measure's own window ending with each of the last 24 months as a line, a share before its 95% interval.

        `report.recipe("rolling", ...)` prints a cell that draws it in seaborn, to change.
        """
        return drawings.rolling(self.data, self.figures, measure)

    def parts(self, whole: str, *measures: str) -> Chart | Sentence:
        """What a count was made of, this year and the year before: the counts behind measures, which share no row.

        `report.recipe("parts", ...)` prints a cell that draws it in seaborn, to change.
        """
        return parts.parts(self.data, self.figures, whole, measures)

    def rates(self, measure: str) -> Chart:
        """The rate of each unit of the force with its 95% interval, the report's own area standing out.

        `report.recipe("rates", ...)` prints a cell that draws it in seaborn, to change.
        """
        return rates.rates(self.data, self.figures, measure)

    def funnel(self, measure: str) -> Chart | Sentence:
        """The rate of each unit of the force against its population, and what lies outside the limits of chance."""
        return funnels.funnel(self.data, self.figures, measure)

    def map(self, measure: str) -> Chart | Sentence:
        """The rate of each unit of the force on a map, the report's own area standing out."""
        return maps.rates(self.data, self.figures, measure)

    def hotspots(self, measure: str) -> Chart | Sentence:
        """A count by hexagon on a map of the report's area, and where it is more than chance would give."""
        return hotspots.hotspots(self.data, self.figures, measure)

    def breakdown(
        self, measure: str, by: str, top: int | None = None, title: str = ""
    ) -> DisplayTable | Sentence | None:
        """A measure by a breakdown of its table or by a level of areas, in declared order or the largest first.

        `top` cuts the list. None, which shows nothing, for a level that the report's area does not hold.
        """
        return tables.breakdown(self.data, self.figures, measure, by, top, title)

    def by_place(self, by: str, *measures: str, title: str = "") -> DisplayTable | Sentence | None:
        """Measures by a level of areas: each window and the change.

        None, which shows nothing, for a level that the report's area does not hold.
        """
        if not self._has_level(by, *measures):
            return None
        none = self._absent(by, measures, title)
        return none or tables.by_place(self.data, self.figures, by, measures, title)

    def section_by_place(self, by: str, section: str) -> DisplayTable | Sentence | None:
        """The measures of a section by a level of areas, the current window only, one column each."""
        found = self._section(section)
        if not self._has_level(by, *found.measures):
            return None
        none = self._absent(by, found.measures, found.title)
        return none or tables.counts_by_place(self.data, self.figures, by, found.measures, found.title)

    def _absent(self, by: str, measures: Sequence[str], title: str) -> Sentence | None:
        """Why a table by a level of areas has no figure, where it has none."""
        if not measures:
            return None
        title = title or beside.measure_named(self.data, measures[0]).title
        return absence(self.data, self.figures, f"{title} by {inline(self.params.levels[by].title)}", by, measures)

    def _has_level(self, by: str, *measures: str) -> bool:
        if by not in self.params.levels:
            fix = nearest(by, {level: level for level in self.params.levels})
            raise ArgumentsRefused(f"There is no level of areas '{by}'. {fix}")
        for name in measures:
            beside.measure_named(self.data, name)
        return all(shows(self.data, by, name) for name in measures)

    def counts(
        self, title: str, counts: Mapping[str, int], *, period: str, area: str, by: str = "", of: str = "Number"
    ) -> DisplayTable | None:
        """Counts that an analyst worked out from the records, by category, as they are: a public report refuses them,
        unless their cell was checked (`checked-for-disclosure`).

        They are of one period and area, and show in that report alone; None, which shows nothing, in any other. `by`
        heads the column of categories, `of` that of counts. Raises ArgumentsRefused for what is not a count.
        """
        if (Month.parse(period), area) != (self.period, self.area.slug):
            return None
        return tables.counts(self.data, title, counts, by, of)

    def commentary(self) -> Commentary | None:
        """The analyst's words from params/commentary/; None, which shows nothing, where there are none to show.

        In a public report only those that say `audience: public`, for nothing checks the numbers in typed
        words; in an internal one stale words are told as such.
        """
        if self._words is None or (self._stale and self.audience == "public"):
            return None
        return authored.commentary_display(self._words, self._stale)

    @property
    def _words(self) -> Words | None:
        """The analyst's words that the audience may see."""
        said = self.params.commentary_on(self.data.theme_name, self.period, self.area)
        return said if said is not None and said.shown_to(self.audience) else None

    @cached_property
    def _stale(self) -> bool:
        """Whether the words were written about other figures. They are those of the internal report, and a public one
        does not know them."""
        if self._words is None or self._words.figures is None or self.audience == "public":
            return False
        return self._words.figures != self.figures.fingerprint

    def recommendations(self) -> Recommendations | None:
        """The theme's recommendations from params/recommendations/, overdue or not at the period's end; else None.

        For the public those alone that are `public: true`.
        """
        every = self.params.recommendations.get(self.data.theme_name, ())
        known = [each for each in every if each.public or self.data.audience == "internal"]
        return authored.recommendations_display(known, self.period.last_day) if known else None

    def data_quality(self) -> DisplayTable | Sentence:
        """How the extract's rows of the two windows fared: kept, duplicate, quarantined, left out; a public report,
        which knows no exact count, says where that is told."""
        return notes.quality_table(self.data) if self.data.rounding is None else Sentence(notes.UNTOLD)

    def data_notes(self) -> Notes:
        """What a reader must know of the data: source, populations, what is missing and why, caveats."""
        return notes.data_notes(self.data, self.figures)

    def method(self) -> Notes:
        """How the figures are worked out: windows, as-at rule, tests, shorthand, disclosure."""
        return notes.method_notes(self.data)

    def definitions(self) -> Glossary:
        """What each measure of the theme counts, with its caveats, its source and its owner."""
        return ownership.definitions(self.data)

    def reviews(self) -> Sentence:
        """Who owns the theme's measures, how many a second analyst has checked, and which reviews were overdue when
        the period ended."""
        return ownership.reviews(self.data)

    def glossary(self) -> Glossary:
        """The terms the theme uses, and, where it has reports for areas, the force's own word for its units, by the
        alphabet."""
        unit = self.params.unit
        terms = {term: self.params.glossary.terms[term] for term in self.theme.glossary}
        short = "" if unit.short.casefold() == unit.title.casefold() else f" ({unit.short})"
        if self.theme.areas != ():
            terms.setdefault(unit.title, f"One of the areas into which the force divides itself{short}.")
        return Glossary([Term(term, said) for term, said in sorted(terms.items(), key=lambda each: each[0].casefold())])

    def paragraph(self, name: str) -> Sentence:
        """A paragraph that several reports have, by its name in params/glossary.yaml."""
        known = self.params.glossary.paragraphs
        if name not in known:
            fix = nearest(name, {each: each for each in known})
            raise ArgumentsRefused(f"params/glossary.yaml has no paragraph '{name}'. {fix}")
        return Sentence(known[name])

    def all_figures(self) -> FigureList:
        """Every released figure, carried in the notebook for the CSV; pages do not show it."""
        rows, quarantined = notes.counts(self.data)
        counts = {"rows": rows, "quarantined": quarantined}
        typed = [[_datum(getattr(figure, name)) for name in FIGURE_COLUMNS] for figure in self.figures.rows]
        return FigureList(list(FIGURE_COLUMNS), typed, counts, self._stale)

    def preview(self, height: int = 900) -> previewing.Framed | None:
        """The whole report as a reader will see it, in a frame `height` pixels high; nothing in a batch.

        It is made from the notebook as it was saved last, for the period, area and audience of this report. Raises
        UserError where a cell fails, and where it is not known which notebook this is.
        """
        return previewing.framed(self.data.theme_name, str(self.period), self.area.slug, self.audience, height)


def _datum(said: Any) -> Any:
    """A field of a figure as JSON has it."""
    return said.isoformat() if isinstance(said, date) else said
