"""Turns the declared themes and measures into the catalogue of measures: what each counts, and where it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from md import bullets, code, page, table

from thematic.cubes.bases import is_share, sides_of
from thematic.params import Params
from thematic.params.conditions import Condition
from thematic.params.measures import Count, Measure, MeasureOf, PopulationOf, Target
from thematic.params.tables import Table
from thematic.params.themes import FORCE_ROW, MONTH, ROLLING, TOTAL, Theme
from thematic.params.worded import conditions

_UNITS = {
    "count": "a number",
    "percent": "per cent",
    "per_1000": "per 1,000",
    "per_10000": "per 10,000",
    "mean": "a mean",
    "times": "times",
}
_WINDOWS = {
    "rolling_12": "12 months, compared with the 12 before",
    "rolling_3": "3 months, compared with the same months a year earlier",
    "month": "a month, compared with the same month a year earlier",
    "financial_year_to_date": "from April, compared with the same months a year earlier",
    "calendar_year_to_date": "from January, compared with the same months a year earlier",
    "at_period_end": "a day, the last of the period, compared with the same day a year earlier",
}
_POLARITY = {"lower": "lower is better", "higher": "higher is better", "none": "neither higher nor lower is better"}
_DIMENSIONS = {
    TOTAL: "total",
    MONTH: "month",
    ROLLING: "the window ending with each of the last 24 months",
    FORCE_ROW: "force",
}


def measure_pages(params: Params) -> dict[str, str]:
    """The pages of the catalogue by path: its index, and one for each theme."""
    pages = {f"reference/measures-{slug}.md": _theme(params, slug) for slug in sorted(params.themes)}
    return {"reference/measures.md": _index(params), **pages}


def _index(params: Params) -> str:
    rows = [
        (f"[{code(name)}](measures-{slug}.md#{name})", measure.title, _unit(measure), params.themes[slug].title)
        for slug, name, measure in _used(params)
    ]
    return page(
        "# The measures",
        f"{len(params.measures)} measures are declared under `params/measures/`, each in a file or as one of a family. "
        "These pages are made from them, so they say what the reports count. To change one or add one: "
        "[Write a measure](../write-a-measure.md).",
        table(["measure", "title", "unit", "theme"], rows),
        description="Every measure, its title, unit and theme.",
    )


def _used(params: Params) -> Iterator[tuple[str, str, Measure]]:
    for slug in sorted(params.themes):
        for name in params.themes[slug].measures:
            yield slug, name, params.measures[name]


def _unit(measure: Measure) -> str:
    return _UNITS[measure.unit] + (" residents" if measure.is_rate else "")


def _theme(params: Params, slug: str) -> str:
    theme = params.themes[slug]
    caveats = [each.text for each in theme.caveats if not each.measures]
    entries = [_Entry(params, theme, name).block() for name in theme.measures]
    return page(
        f"# Measures of {theme.title[0].lower() + theme.title[1:]}",
        f"Made by `make thematic {theme.goal}` from `params/themes/{slug}.yaml` and `notebooks/{theme.notebook}`.",
        "## What is counted",
        table(["selection", "rows"], [(code(name), _selected(params, theme, name)) for name in theme.selections]),
        "" if theme.outcome_basis == "outcome" else _RECORDED,
        "## What a reader must know" if caveats else "",
        bullets(caveats),
        *entries,
        description=f"The measures of {theme.title}: definitions, caveats, owners and changes.",
    )


_RECORDED = (
    "`outcome_basis: recorded`: a count with a date of another kind goes by the date of the row itself, and is counted "
    "from when that other date is known."
)


def _selected(params: Params, theme: Theme, name: str) -> str:
    """The rows of a selection in words."""
    selection, declared = theme.selections[name], params.tables[theme.table_of(name)]
    said = f"rows of {code(selection.table)}" if selection.table else f"rows of the selection {code(selection.within)}"
    said += f" where {conditions(selection.where, declared)}" if selection.where else ""
    choices = " or ".join(conditions(each, declared) for each in selection.any_of)
    return said + (f"{' and' if selection.where else ' where'} {choices}" if choices else "")


@dataclass(frozen=True)
class _Entry:
    """One measure of a theme."""

    params: Params
    theme: Theme
    name: str

    @property
    def measure(self) -> Measure:
        return self.params.measures[self.name]

    def block(self) -> str:
        measure = self.measure
        rows = [(f"**{key}**", said) for key, said in self._rows() if said]
        heading = f"## {measure.title} {{ #{self.name} }}"
        return "\n\n".join([heading, " ".join(measure.definition.split()), table(["Name", code(self.name)], rows)])

    def _rows(self) -> Iterator[tuple[str, str]]:
        measure = self.measure
        yield "Numerator", self._numerator()
        yield "Denominator", self._denominator()
        yield "Unit", f"{_unit(measure)}, printed with {_decimals(measure.decimals)}"
        yield "Kind", self._kind()
        yield "Window", _WINDOWS[measure.window] + _lag(measure.lag)
        yield "Polarity", _POLARITY[measure.polarity]
        yield "Target", _target(measure.target)
        yield "Source", measure.source or ""
        yield "Caveats", " ".join([*measure.caveats, *self._caveats()])
        yield "Broken down by", ", ".join(map(self._dimension, self.theme.measures[self.name]))
        yield "Sections of the report", ", ".join(self._sections())
        yield "Owner", measure.owner or ""
        yield "Checked by", measure.checked_by or ""
        yield "Reviewed", _reviewed(measure)
        yield "Changes", "; ".join(f"{each.made_on}: {each.what}" for each in measure.changes)

    def _caveats(self) -> Iterator[str]:
        """Those of the theme that are about this measure."""
        return (each.text for each in self.theme.caveats if self.name in each.measures)

    def _sections(self) -> Iterator[str]:
        return (each.title for each in self.theme.sections.values() if self.name in each.measures)

    def _kind(self) -> str:
        if self.measure.unit != "percent":
            return ""
        if is_share(self.measure, self.theme, self.params.measures):
            return "a share: the numerator is part of the denominator"
        return "a ratio: the numerator is not part of the denominator, so it may exceed 100%"

    def _numerator(self) -> str:
        above = self.measure.numerator
        return self._figure(above) if isinstance(above, MeasureOf) else self._counted(above)

    def _denominator(self) -> str:
        measure = self.measure
        if isinstance(measure.denominator, MeasureOf) and measure.unit == "times":
            return self._figure(measure.denominator)
        below = sides_of(measure, self.params.measures)[1:]
        if not below or below[0] is None:
            return ""
        return _people(below[0]) if isinstance(below[0], PopulationOf) else self._counted(below[0])

    def _figure(self, side: MeasureOf) -> str:
        title = self.params.measures[side.measure].title
        linked = side.measure in self.theme.measures
        return f"the figure of {f'[{code(side.measure)}](#{side.measure})' if linked else code(side.measure)} ({title})"

    def _counted(self, count: Count) -> str:
        """A count in words: what is added up, over which rows, where they are placed."""
        declared = self.params.tables[self.theme.table_of(count.selection)]
        said = f"rows of {code(count.selection)}"
        tests = [*_tests(count.where, declared), *self._more_tests(count, declared)]
        said += f" where {' and '.join(tests)}" if tests else ""
        if count.sum is not None:
            said = f"the sum of {code(count.sum)} over {said}"
        if count.standing is not None:
            said += f", dated by that day, whose {code(count.standing)} is blank or later"
        if count.dated is not None:
            said += f", {self._placed(count.dated, declared)}"
        return said

    def _more_tests(self, count: Count, declared: Table) -> Iterator[str]:
        if count.names is not None:
            yield f"{code(count.names)} is filled in"
        if count.repeats is not None:
            days = f"1 to {count.repeats.within_days} days before, by {code(declared.date)}"
            yield f"{code(count.repeats.of)} is on another row of the selection {days}"
        if count.filled is not None:
            yield f"the column of the category in {code(count.filled)} is filled in"

    def _placed(self, dated: str, declared: Table) -> str:
        if self.theme.outcome_basis == "recorded":
            return f"placed by {code(declared.date)}, once {code(dated)} has come"
        return f"placed by {code(dated)}"

    def _dimension(self, name: str) -> str:
        if name in self.params.levels:
            return self.params.levels[name].title
        if name in _DIMENSIONS:
            return _DIMENSIONS[name]
        first = sides_of(self.measure, self.params.measures)[0]
        if not isinstance(first, Count):
            return name
        return self.params.tables[self.theme.table_of(first.selection)].breakdowns[name].heading.lower()


def _tests(where: Mapping[str, Condition], declared: Table) -> Iterator[str]:
    if where:
        yield conditions(where, declared)


def _people(side: PopulationOf) -> str:
    chosen = "".join(f" of {column.replace('_', ' ')} {code(category)}" for column, category in side.population.items())
    return f"the people{chosen} who live in the area (`params/areas/`)"


def _decimals(number: int) -> str:
    return {0: "no decimals", 1: "one decimal"}.get(number, f"{number} decimals")


def _lag(months: int) -> str:
    if not months:
        return ""
    return f"; it ends {'one month' if months == 1 else f'{months} months'} before the period does"


def _target(target: Target | None) -> str:
    if target is None:
        return ""
    goal = f"{target.value:g}" if target.value is not None else f"the benchmark {code(target.benchmark)}"
    return f"{target.good} {goal} is good"


def _reviewed(measure: Measure) -> str:
    parts = [str(measure.reviewed_on or ""), f"next by {measure.review_due}" if measure.review_due else ""]
    return "; ".join(part for part in parts if part)


def glossary(params: Params) -> str:
    """The page of the terms that reports explain."""
    terms = sorted(params.glossary.terms.items(), key=lambda term: term[0].casefold())
    return page(
        "# Glossary",
        "The terms that reports explain, from `params/glossary.yaml`.",
        *(f"**{term}**\n:   {' '.join(said.split())}" for term, said in terms),
        description="The terms that reports use.",
    )
