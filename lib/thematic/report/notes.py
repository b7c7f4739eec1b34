"""Turns declarations and the account of the extract's rows into the notes of a report."""

from __future__ import annotations

from typing import Any

import pandas as pd

from thematic.core.areas import NO_LOCATION
from thematic.core.periods import Month
from thematic.cubes.bases import table_of
from thematic.cubes.tallies import ThemeCubes
from thematic.displays import SHORTHAND, Column, Notes, Table
from thematic.measures.disclosure import NOT_AVAILABLE
from thematic.measures.figures import Figures
from thematic.params import Params
from thematic.params.models import Audience, Measure, Theme

_FATES = ("kept", "duplicate", "quarantined", "left_out")
_QUALITY_MONTHS = 24


def quality_table(theme: Theme, cubes: ThemeCubes, period: Month) -> Table:
    """How the rows dated in the 24 months up to the period fared, a row for each table the theme counts."""
    seen = _seen(theme, cubes, period)
    columns = [
        Column("Table", "left"),
        Column("Rows"),
        *(Column(fate.replace("_", " ").capitalize()) for fate in _FATES),
    ]
    rows = []
    for table, found in seen[seen["status"].isin(_FATES)].groupby("table"):
        sizes = [int(found.loc[found["status"] == fate, "n"].sum()) for fate in _FATES]
        rows.append([str(table).replace("_", " ").capitalize(), f"{sum(sizes):,}", *(f"{size:,}" for size in sizes)])
    first = (period - (_QUALITY_MONTHS - 1)).label
    notes = [f"Quarantined: {row.n:,} of {row.table.replace('_', ' ')}, {row.reason}." for row in _quarantined(seen)]
    notes += _unplaced(seen)
    notes.append("Rows without a readable date are not in this table; the build's summary counts them.")
    title = f"Rows of the extract dated {first} to {period.label}"
    return Table("data-quality", title, columns, rows, notes=notes, source=cubes.index.title)


def _quarantined(seen: pd.DataFrame) -> list[Any]:
    found = seen[seen["status"] == "quarantined"].groupby(["table", "reason"])["n"].sum().reset_index()
    return list(found.sort_values(["n", "table", "reason"], ascending=[False, True, True]).itertuples())


def _unplaced(seen: pd.DataFrame) -> list[str]:
    found = seen[seen["status"] == "unplaced"]
    told = []
    for table, rows in found.groupby("table"):
        places = sorted(rows["reason"].unique())
        shown = ", ".join(places[:12]) + (f" and {len(places) - 12} more" if len(places) > 12 else "")
        told.append(
            f"{int(rows['n'].sum()):,} rows of {str(table).replace('_', ' ')} lie in {len(places)} places that the "
            f"lookup does not know ({shown}); they count for the force under {NO_LOCATION}."
        )
    return told


def _seen(theme: Theme, cubes: ThemeCubes, period: Month) -> pd.DataFrame:
    """The account of the rows of the theme's tables, by month up to the period."""
    wanted = {table_of(theme, selection) for selection in theme.selections}
    dated = cubes.quality.dropna(subset=["month"])
    first, last = str(period - (_QUALITY_MONTHS - 1)), str(period)
    return dated[dated["table"].isin(wanted) & (dated["month"] >= first) & (dated["month"] <= last)]


def counts(theme: Theme, cubes: ThemeCubes, period: Month) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of each table the theme counts, dated in the 24 months up to the period: all, and those quarantined."""
    seen = _seen(theme, cubes, period)
    fared = seen[seen["status"].isin(_FATES)]
    rows = {str(table): int(size) for table, size in fared.groupby("table")["n"].sum().items()}
    bad = fared[fared["status"] == "quarantined"].groupby("table")["n"].sum()
    return rows, {table: int(bad.get(table, 0)) for table in rows}


def data_notes(params: Params, theme: Theme, cubes: ThemeCubes, figures: Figures, period: Month) -> Notes:
    """Source, populations, what is not available and why, and the theme's caveats."""
    index = cubes.index
    items = [f"Source: {index.title}."]
    if index.synthetic:
        items.append("The data are synthetic: made to look like a force's, and no record is of a real crime or person.")
    items.append(_populations(params, cubes))
    reasons = dict.fromkeys(reason for told in figures.reasons.values() for reason in told)
    items += [f"{NOT_AVAILABLE} {SHORTHAND[NOT_AVAILABLE]}: {reason}." for reason in reasons]
    return Notes([*items, *theme.caveats])


def _populations(params: Params, cubes: ThemeCubes) -> str:
    if cubes.index.populations is not None:
        return "Populations are sums over the LSOA lookup that came with the data."
    sources = {(lpu.population_source, lpu.population_date) for lpu in params.force.lpus if lpu.population}
    told = "; ".join(f"{source}, {day:%d %B %Y}" for source, day in sorted(sources, key=str) if source and day)
    return f"Populations: {told}." if told else "No populations are given, so rates are not available."


def method_notes(params: Params, theme: Theme, audience: Audience) -> Notes:
    """How the figures are worked out, in the words of a reader."""
    basis = "the date of the outcome" if theme.outcome_basis == "outcome" else "the date the crime was recorded"
    from_april = any(measure.window != "rolling_12" for measure in _declared(params, theme))
    items = [
        "Figures are for the 12 months that end with the period and are compared with the 12 months before"
        + ("; those counted from April say so." if from_april else "."),
        "Each window is seen as it stood at its own end: what was recorded, cancelled or given an outcome later had "
        "not happened yet. So like is compared with like, and the figure before is the one last year's report gave.",
    ]
    if any(measure.numerator.counted == "outcomes" for measure in _declared(params, theme)):
        items.append(f"Outcome percentages go by {basis}. A crime with no outcome yet is in no group.")
    items += [
        "Counts and rates are tested by pairing the same months of the two windows, allowing for more spread than "
        "chance gives; outcome percentages by an exact binomial test; shares by a score test of two proportions. A "
        "change is called significant at 5%, two-sided; in a table by place, offence or outcome the tests are adjusted "
        "together (Benjamini-Hochberg).",
        "The trend holds the last 12 months against the level of the 12 months before, with the season of the two "
        "years before, or against the same months a year earlier where the data begin later. It is significant where "
        "the latest month is unlike that by more than months vary (XmR limits, runs of 7, two of three far out), and "
        "an increase or a decrease where 6 of the last 7 months lie on one side.",
        "Intervals are 95%: exact Poisson for rates, Wilson for shares. The margin of a survey is half its interval.",
        "; ".join(f"{sign} {meaning}" for sign, meaning in SHORTHAND.items() if sign != "[low]") + ".",
    ]
    if audience == "public":
        rules = params.disclosure
        items.append(
            f"To protect people, counts from 1 to {rules.threshold - 1} are withheld, other counts are rounded to the "
            f"nearest {rules.base}, and percentages, rates and changes are worked out from the rounded counts; a "
            f"percentage of fewer than {rules.minimum_denominator} is withheld. Rounded figures may not add up."
        )
    return Notes(items)


def _declared(params: Params, theme: Theme) -> list[Measure]:
    return [params.measures[name] for name in theme.measures]
