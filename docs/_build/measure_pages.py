"""Turns the declared themes and measures into the catalogue of measures: what each counts, and where it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from md import bullets, code, codes, page, table

from thematic.params import Params
from thematic.params.models import Between, Count, Filled, Measure, Selection, Theme

_UNITS = {"count": "a count", "percent": "per cent", "per_1000": "per 1,000 residents"}
_WINDOWS = {
    "rolling_12": "the 12 months that end with the period, beside the 12 before",
    "financial_year_to_date": "April to the period, beside the same months a year earlier",
}
_POLARITY = {"lower": "lower is better", "higher": "higher is better", "none": "neither higher nor lower is better"}
_TESTS = {"ratio": "a ratio of two counts", "proportion": "a share: the numerator is part of the denominator"}
_COUNTED = {
    "rows": "{of}",
    "outcomes": "{of} with an outcome {outcomes}",
    "victims": "{of} that name a victim",
    "repeat_victims": "{of} whose victim was named on another of them 1 to 365 days before",
    "characteristics": "{of} that name a victim and record the characteristic",
    "callers": "{of} that name a caller",
    "repeat_callers": "{of} whose caller reported another of them 1 to 365 days before",
}


def measure_pages(params: Params) -> dict[str, str]:
    """The pages of the catalogue by path: its index, and one for each theme."""
    pages = {f"reference/measures-{slug}.md": _theme(params, slug) for slug in sorted(params.themes)}
    return {"reference/measures.md": _index(params), **pages}


def _index(params: Params) -> str:
    rows = [
        (f"[{code(name)}](measures-{slug}.md#{name})", measure.title, _UNITS[measure.unit], params.themes[slug].title)
        for slug, name, measure in _used(params)
    ]
    return page(
        "# The measures",
        f"{len(params.measures)} measures are declared, each in `params/measures/<measure>.yaml`. The pages are made "
        "from these files, so they say what the reports count. To change one or add one: "
        "[Write a measure](../write-a-measure.md).",
        table(["measure", "title", "unit", "theme"], rows),
        description="Every measure, its title, unit and theme.",
    )


def _used(params: Params) -> Iterator[tuple[str, str, Measure]]:
    for slug in sorted(params.themes):
        for name in params.themes[slug].measures:
            yield slug, name, params.measures[name]


def _theme(params: Params, slug: str) -> str:
    theme = params.themes[slug]
    chosen = [(code(name), _selected(theme, name)) for name in theme.selections]
    basis = "the day of the outcome" if theme.outcome_basis == "outcome" else "the day the crime was recorded"
    return page(
        f"# Measures of {theme.title[0].lower() + theme.title[1:]}",
        f"Made by `make thematic {theme.goal}` from `params/themes/{slug}.yaml` and `notebooks/{theme.notebook}`. "
        f"Outcomes go by {basis}.",
        "## What is counted",
        table(["selection", "rows"], chosen),
        "## What a reader must know",
        bullets(theme.caveats),
        *(_entry(params, theme, name) for name in theme.measures),
        description=f"The measures of {theme.title}: definitions, caveats, owners and changes.",
    )


def _entry(params: Params, theme: Theme, name: str) -> str:
    measure = params.measures[name]
    sections = [section.title for section in theme.sections.values() if name in section.measures]
    rows = [
        ("Numerator", _counted(params, theme, measure.numerator)),
        ("Denominator", _denominator(params, theme, measure)),
        ("Unit", f"{_UNITS[measure.unit]}, printed with {_decimals(measure.decimals)}"),
        ("Kind", _TESTS.get(measure.test or "", "")),
        ("Window", _WINDOWS[measure.window]),
        ("Polarity", _POLARITY[measure.polarity]),
        ("Source", measure.source),
        ("Caveats", " ".join(measure.caveats)),
        ("Broken down by", ", ".join(each.replace("_", " ") for each in theme.measures[name])),
        ("Sections of the report", ", ".join(sections)),
        ("Owner", measure.owner),
        ("Checked by", measure.checked_by),
        ("Reviewed", f"{measure.reviewed_on}; next by {measure.review_due}"),
        ("Changes", "; ".join(f"{each.made_on}: {each.what}" for each in measure.changes)),
    ]
    return "\n\n".join(
        [
            f"## {measure.title} {{ #{name} }}",
            " ".join(measure.definition.split()),
            table(["Name", code(name)], [(f"**{key}**", said) for key, said in rows if said]),
        ]
    )


def _decimals(number: int) -> str:
    return {0: "no decimals", 1: "one decimal"}.get(number, f"{number} decimals")


def _denominator(params: Params, theme: Theme, measure: Measure) -> str:
    if measure.denominator == "population":
        return "the people who live in the area (`params/force.yaml`)"
    return _counted(params, theme, measure.denominator) if isinstance(measure.denominator, Count) else ""


def _counted(params: Params, theme: Theme, count: Count) -> str:
    of = f"rows of {code(count.selection)}" + (f" where {_all(count.where)}" if count.where else "")
    if count.sum is not None:
        return f"the sum of {code(count.sum)} over {of}"
    return _COUNTED[count.counted].format(of=of, outcomes=_outcomes(params, count.outcomes))


def _outcomes(params: Params, wanted: str | int | None) -> str:
    if wanted is None:
        return "of any kind"
    if isinstance(wanted, int):
        return f"of code {wanted}"
    return f"of {code(wanted)} ({', '.join(map(str, params.outcomes.groups[wanted]))})"


def _selected(theme: Theme, name: str) -> str:
    """The rows of a selection in words."""
    selection: Selection = theme.selections[name]
    said = f"rows of {code(selection.table)}" if selection.table else f"rows of the selection {code(selection.within)}"
    said += f" where {_all(selection.where)}" if selection.where else ""
    choices = " or ".join(_all(each) for each in selection.any_of)
    return said + (f"{' and' if selection.where else ' where'} {choices}" if choices else "")


def _all(conditions: Mapping[str, Any]) -> str:
    return " and ".join(f"{code(column)} {_held(condition)}" for column, condition in conditions.items())


def _held(condition: Any) -> str:
    match condition:
        case Filled():
            return "is filled in"
        case Between(at_least=None, under=under):
            return f"is under {under}"
        case Between(at_least=least, under=None):
            return f"is {least} or more"
        case Between(at_least=least, under=under):
            return f"is {least} or more and under {under}"
        case list():
            return f"is one of {codes(condition)}"
    return f"is {code(condition)}"


def glossary(params: Params) -> str:
    """The page of the terms that reports explain."""
    terms = sorted(params.glossary.terms.items(), key=lambda term: term[0].casefold())
    return page(
        "# Glossary",
        "The terms that reports explain, from `params/glossary.yaml`.",
        *(f"**{term}**\n:   {' '.join(said.split())}" for term, said in terms),
        description="The terms that reports use.",
    )
