"""Turns declarations and the account of the extract's rows into the notes of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from thematic.core.areas import NO_LOCATION
from thematic.core.periods import Month
from thematic.displays import SHORTHAND, Cell, Column, DisplayTable, Notes, Value
from thematic.displays.wording import inline, listed
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.params import year_of
from thematic.params.areas import AreaParams
from thematic.params.measures import Measure, PopulationOf
from thematic.params.tables import HISTORY_FLOOR, ByColumn
from thematic.params.themes import MONTH, ROLLING, TOTAL
from thematic.report import public
from thematic.report.beside import goes_by_another_date, is_ratio, is_tested, reason_note
from thematic.stats.power import power, power_words

_FATES = ("kept", "duplicate", "quarantined", "left_out")
_QUALITY_MONTHS = 24
UNTOLD = "How many rows of the extract were checked, and put aside, is not published: those counts are exact."
_PLACES_NAMED = 12
_HALF = 0.5
_LIST = re.compile(r"(params/areas|data/reference)/\w+\.(yaml|csv)")
_COLUMN = re.compile(r"^\w+|\b\w+_\w+\b|(?<= and )\w+|(?<=contradicts )\w+")
"""Where a reason may name a column."""


def quality_table(data: ReportData) -> DisplayTable:
    """How the rows dated in the 24 months up to the period fared, a row for each table the theme counts."""
    seen = _seen(data)
    heads = [fate.replace("_", " ").capitalize() for fate in _FATES]
    columns = [Column("Table", "left"), Column("Rows"), *map(Column, heads)]
    rows: list[list[Cell]] = []
    for table, found in seen[seen["status"].isin(_FATES)].groupby("table"):
        sizes = [int(found.loc[found["status"] == fate, "n"].sum()) for fate in _FATES]
        rows.append([_title(data, table), Value(sum(sizes)), *map(Value, sizes)])
    notes = [
        f"Quarantined: {row.n:,} of {_inner(data, row.table)}, {_in_words(data, row.table, row.reason)}."
        for row in _quarantined(seen)
    ]
    notes += _unplaced(data, seen)
    notes.append("Rows without a readable date are not in this table; the build's summary counts them.")
    title = f"Rows dated in the 12 months to {data.period.label} and in the 12 months before"
    return DisplayTable("data-quality", title, columns, rows, notes=notes, source=data.source)


def _in_words(data: ReportData, table: object, reason: str) -> str:
    """A reason why rows were put aside, for readers: without the names of columns and files."""
    words = {name: column.words for name, column in data.params.tables[str(table)].columns.items()}
    words |= {HISTORY_FLOOR: "the earliest day that is taken"}
    reason = _LIST.sub("the list of its names", reason)
    return _COLUMN.sub(lambda found: words.get(found[0], found[0]), reason)


def _title(data: ReportData, table: object) -> str:
    return data.params.tables[str(table)].title


def _inner(data: ReportData, table: object) -> str:
    """A table's title as it stands within a sentence."""
    return inline(_title(data, table))


def _quarantined(seen: pd.DataFrame) -> list[Any]:
    found = seen[seen["status"] == "quarantined"].groupby(["table", "reason"])["n"].sum().reset_index()
    return list(found.sort_values(["n", "table", "reason"], ascending=[False, True, True]).itertuples())


def _unplaced(data: ReportData, seen: pd.DataFrame) -> list[str]:
    """A sentence for each table with rows that have no place: the codes that are not known, and the other reasons."""
    told = []
    for table, rows in seen[seen["status"] == "unplaced"].groupby("table"):
        sizes = rows.groupby("reason")["n"].sum()
        why = [f"{reason}: {int(n):,}" for reason, n in sizes.items() if " " in str(reason)]
        codes = [str(reason) for reason in sizes.index if " " not in str(reason)]
        if codes:
            more = len(codes) - _PLACES_NAMED
            shown = ", ".join(codes[:_PLACES_NAMED]) + (f" and {more} more" if more > 0 else "")
            why.insert(0, f"in places that the lookup does not know: {int(sizes[codes].sum()):,}, {shown}")
        many = int(sizes.sum())
        count = "1 row of {} has no place and counts" if many == 1 else f"{many:,} rows of {{}} have no place and count"
        told.append(f"{count.format(_inner(data, table))} for the force under {NO_LOCATION} ({'; '.join(why)}).")
    return told


def _seen(data: ReportData) -> pd.DataFrame:
    """The account of the rows of the theme's tables, by month up to the period."""
    dated = data.cubes.quality.dropna(subset=["month"])
    first, last = str(data.period - (_QUALITY_MONTHS - 1)), str(data.period)
    return dated[dated["table"].isin(data.theme.tables) & (dated["month"] >= first) & (dated["month"] <= last)]


def counts(data: ReportData) -> tuple[dict[str, int], dict[str, int]]:
    """Rows of each table the theme counts, dated in the 24 months up to the period: all, and those quarantined."""
    seen = _seen(data)
    fared = seen[seen["status"].isin(_FATES)]
    rows = {str(table): int(size) for table, size in fared.groupby("table")["n"].sum().items()}
    bad = fared[fared["status"] == "quarantined"].groupby("table")["n"].sum()
    return rows, {table: int(bad.get(table, 0)) for table in rows}


def data_notes(data: ReportData, figures: Figures) -> Notes:
    """Source, populations, what is not available and why, and the theme's caveats."""
    items = [f"Source: {data.source}."]
    if data.index.synthetic:
        items.append("The data are synthetic: made to look like a force's, and no record is of a real event or person.")
    items += _populations(data)
    items += [
        f"{_title(data, table)}: cancelled records are not taken off, for the source does not say which they are."
        for table in data.theme.tables
        if table in data.index.not_ended
    ]
    if str(data.period) < data.index.latest_period:
        items += [
            f"{_title(data, table)}: {said}" for table, said in data.index.earlier.items() if table in data.theme.tables
        ]
    items += [
        f"Before {Month.parse(month).label} was published, records of earlier months changed ({why}). What had been "
        "published stays as it was, and does not hold them."
        for month, why in data.index.corrected.items()
        if data.rounding is not None and str(data.period) >= month > str(data.period - _QUALITY_MONTHS)
    ]
    items += [
        f"From {Month.parse(month).label} on the published numbers are drawn with a new key. Those of a window with "
        "months before and after its beginning can be off by twice as much as others."
        for month in data.index.rekeyed
        if data.rounding is not None and str(data.period) >= month > str(data.period - _QUALITY_MONTHS)
    ]
    items += map(reason_note, _reasons(figures))
    items += _power(data, figures)
    return Notes([*items, *(caveat.text for caveat in data.theme.caveats if not caveat.measures)])


def _power(data: ReportData, figures: Figures) -> list[str]:
    """How often a rise of a fifth in the yearly counts of the theme's first section would be found, in one line, where
    that is in less than half of years: of so few, no significant change is no sign that nothing has changed."""
    told = []
    for name in next(iter(data.theme.sections.values())).measures if data.theme.sections else ():
        measure = data.measure(name)
        found = figures.of(name, TOTAL)
        if found and measure.unit == "count" and measure.window == "rolling_12" and is_tested(data, name):
            figure = found[0]
            events = figure.value if figure.previous_value is None else figure.previous_value
            chance = None if events is None else power(events, tests=_tests(data, name))
            if chance is not None and chance < _HALF:
                told.append(
                    f"in {inline(measure.subject or measure.title)} (from {events:,} a year) {power_words(chance)}"
                )
    if not told:
        return []
    said, places = "; ".join(told), "" if data.area.is_force else inline(data.params.levels[data.area.level].plural)
    together = f" and the {places} tested together" if places else ""
    return [
        f"With numbers this small{together}, a rise of a fifth would be found {said}. That no change is significant "
        "does not show that there was none."
    ]


def _tests(data: ReportData, name: str) -> int:
    """How many figures the test of a report's own total is adjusted for: those of its level's open areas and of No
    location recorded; the force's stands alone."""
    if data.area.is_force:
        return 1
    month = data.window(name).end
    return sum(area.open_in(month) for area in data.params.areas(data.area.level)) + 1


def _reasons(figures: Figures) -> list[str]:
    """Why figures are not available; of single months and windows, where that is said beside them alone."""
    told = [why for (_, dimension), why in figures.reasons.items() if dimension not in (MONTH, ROLLING)]
    return list(dict.fromkeys(reason for why in told for reason in why))


def _populations(data: ReportData) -> list[str]:
    """Where the populations of the theme's rates come from, and of which year they are; nothing where it has none."""
    rates = [name for name in data.theme.measures if data.measure(name).is_rate]
    if not rates:
        return []
    if data.index.populations is not None:
        return ["Populations are sums over the lookup that came with the data."]
    named = {by for name in rates for by in data.theme.measures[name]}
    levels = [level for key, level in data.params.levels.items() if key == data.params.units or key in named]
    on, columns = data.period.last_day, _columns_of_people(data, rates)
    told = {level.plural: said for level in levels if (said := _areas_population(level.areas, on, columns))}
    if data.area.level in data.params.levels and data.params.levels[data.area.level] not in levels:
        own = _areas_population(_own(data), on, columns)
        told |= {data.area.name: own} if own else {}
    if not told:
        return ["No populations are given, so rates are not available."]
    named_levels = len(told) > 1
    parts = [f"{_inner_name(data, name)}: {said}" if named_levels else said for name, said in told.items()]
    return [f"Populations: {'; '.join(parts)}."]


def _columns_of_people(data: ReportData, rates: Sequence[str]) -> dict[str, str]:
    """The columns whose categories of people rates are over, with the words for them."""
    found: dict[str, str] = {}
    for name in rates:
        for base in data.bases_of(name):
            for key, by in base.table.breakdowns.items():
                if isinstance(by, ByColumn) and data.params.counts_people_by(by.column):
                    asked = key in data.theme.measures[name] or by.column in _population_of(data.measure(name))
                    found |= {by.column: inline(by.heading)} if asked else {}
    return found


def _population_of(measure: Measure) -> Mapping[str, str]:
    return measure.denominator.population if isinstance(measure.denominator, PopulationOf) else {}


def _inner_name(data: ReportData, name: str) -> str:
    """The word for a level's areas as it stands within a sentence, or the name of the report's area as it is."""
    return name if name == data.area.name else inline(name)


def _own(data: ReportData) -> Sequence[AreaParams]:
    """The declaration that the population of the report's area is from, or those of the areas it is the sum of."""
    declared = {area.slug: area for level in data.params.levels.values() for area in level.areas}
    own = declared[data.area.slug]
    return [own] if own.population else [declared[part.slug] for part in data.params.parts_of(data.area)]


def _areas_population(areas: Sequence[AreaParams], on: date, columns: Mapping[str, str]) -> str:
    """The sources of the populations of areas, each with the days that they are of; by column with the years."""
    found: dict[str, dict[str, set[int]]] = {}
    for area in areas:
        known: dict[str, dict[int, Any]] = {"": area.population}
        known |= {words: dict(area.population_by.get(by, {})) for by, words in columns.items()}
        for words, years in known.items():
            if (year := year_of(years, on)) is not None:
                found.setdefault(area.source or "", {}).setdefault(words, set()).add(year)
    return "; ".join(
        ", ".join([*([source] if source else []), *(_dated(words, sorted(years), on) for words, years in told.items())])
        for source, told in found.items()
    )


def _dated(words: str, years: Sequence[int], on: date) -> str:
    """The days that populations are of, or the years of those by a column, whose `words` these are."""
    said = listed([str(year) if words else f"30 June {year}" for year in years])
    later = ", the earliest known" if any(date(year, 6, 30) > on for year in years) else ""
    return f"by {words} {said}{later}" if words else f"{said}{later}"


def method_notes(data: ReportData) -> Notes:
    """How the figures are worked out, in the words of a reader."""
    return Notes(
        [*_windows(data), *_ratios(data), *_TESTS, *_widened(data), *_beside(data), _SHORTHAND, *_protection(data)]
    )


def _windows(data: ReportData) -> Iterator[str]:
    usual = {measure.window == "rolling_12" and not measure.lag for measure in _declared(data)}
    if True in usual:
        others = "; those for another window say so." if False in usual else "."
        usually = "Figures are for the 12 months that end with the period and are compared with the 12 months before"
        yield f"{usually}{others}"
    else:
        yield "Each figure says what window it is for, and is compared with the same window a year earlier."
    if data.rounding is not None:
        yield (
            "A number is of what was recorded in its window, less what was cancelled in it; what became known later is "
            "in the month in which it was booked. Numbers that were published are not revised."
        )
        return
    yield (
        "Each window is seen as it stood at its own end: what was recorded, cancelled or decided later had not "
        "happened yet. So like is compared with like, and the figure before is the one last year's report gave."
    )


def _ratios(data: ReportData) -> Iterator[str]:
    """What is to be known of percentages whose numerator is no part of their denominator."""
    ratios = [name for name in data.theme.measures if is_ratio(data, name)]
    dates = dict.fromkeys(
        _meaning(data, count.dated, count.selection)
        for name in ratios
        if goes_by_another_date(data, name)
        for count in data.measure(name).counts[:1]
        if count.dated is not None
    )
    if dates:
        fix = " `outcome_basis: recorded` in the theme's file gives that share."
        yield (
            f"A percentage that goes by another date ({listed(list(dates))}) is a ratio: what got that far in the "
            "window, whenever it was recorded, for every 100 recorded in the window; so it can be over 100%. The true "
            "share, of those recorded in the window the part that has got that far since, is lower for recent months, "
            f"which have had less time.{fix if data.rounding is None else ''}"
        )
    elif ratios:
        yield ("A percentage that is a ratio counts other rows above the line than below it; so it can be over 100%.")
    if data.theme.outcome_basis == "recorded":
        counts = [count for measure in _declared(data) for count in measure.counts]
        dated = [(count.dated, count.selection) for count in counts if count.dated is not None]
        for meaning in dict.fromkeys(_meaning(data, *each) for each in dated):
            yield f"What goes by another date ({meaning}) is counted by the date of the row itself."


def _meaning(data: ReportData, column: str, selection: str) -> str:
    table = data.params.tables[data.theme.table_of(selection)]
    declared = table.columns.get(column)
    return inline(declared.words) if declared is not None else column.replace("_", " ")


_TESTS = (
    "Counts and rates are tested by pairing the same months of the two windows, allowing for more spread than "
    "chance gives; percentages that are ratios by an exact binomial test and by a jackknife over the pairs of "
    "months, whichever finds less; shares by a score test of two proportions. A change is called significant at 5%, "
    "two-sided; in a table by place or category the tests are adjusted together (Benjamini-Hochberg). Means, sums "
    "of fractions and counts of what is there on a day are not tested.",
    "The trend is the verdict on the change. Significant increase or decrease: more than chance and the season "
    "explain. Increase or decrease: it moved, but it could be chance. Stable: little change, where a change of a "
    "fifth would have shown. No clear change: all else.",
    "A change is worked out before numbers are rounded for print, so that it can differ in its last place from what "
    "the printed numbers give.",
    "Intervals are 95%: exact Poisson for rates, Wilson for shares. pp: percentage points.",
)
_WIDENED = "For the public, intervals are widened on either side for the rounding of the counts."


def _widened(data: ReportData) -> list[str]:
    return [] if data.rounding is None else [_WIDENED]


def _beside(data: ReportData) -> Iterator[str]:
    """What above and below mean of areas' rates, where the report has any."""
    if any(
        data.measure(name).is_rate and set(by) & set(data.params.levels) for name, by in data.theme.measures.items()
    ):
        yield (
            "A rate is above (below) the force's where its whole 95% interval is there, and well above (below) where "
            "it is also at least a fifth higher (lower). That allows for chance alone."
        )


_SHORTHAND = "; ".join(f"{sign} {meaning}" for sign, meaning in SHORTHAND.items() if sign != "[low]") + "."


def _protection(data: ReportData) -> Iterator[str]:
    if data.rounding is not None:
        yield from public.method(data.rounding)


def _declared(data: ReportData) -> list[Measure]:
    return [data.measure(name) for name in data.theme.measures]
