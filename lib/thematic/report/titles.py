"""Turns released figures into titles of charts: what moved, or where a figure is highest and lowest."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.core.errors import ArgumentsRefused
from thematic.displays.headlines import MOST_WORDS, headline
from thematic.displays.wording import inline, listed, number
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import MONTH, TOTAL
from thematic.report.beside import checked, measure_named

_YEAR = 12
_MOST_DECIMALS = 3


def of_measures(data: ReportData, figures: Figures, names: Sequence[str], by: str) -> str:
    """The title of measures' totals, or of one measure's figures by month or by a level of areas.

    Raises ArgumentsRefused for no measure, for several by place, and for what is no level.
    """
    if not names:
        raise ArgumentsRefused('report.headline needs a measure, such as report.headline("MEASURE").')
    for name in names:
        measure_named(data, name)
    checked(data, by, *names)
    if by == TOTAL:
        return of_total(data, figures, names[0]) if len(names) == 1 else _of_several(data, figures, names)
    if by != MONTH and by not in data.params.levels:
        known = listed([f'"{each}"' for each in (MONTH, *data.params.levels)])
        raise ArgumentsRefused(f"report.headline: by='{by}' is not one of {known}.")
    if len(names) > 1:
        raise ArgumentsRefused("report.headline takes one measure where it says by=.")
    measure = data.measure(names[0])
    if by == MONTH:
        return _of_months(measure, figures.of(names[0], by))
    areas = {area.name for area in data.params.areas(by)}
    return of_places(data, measure, [row for row in figures.of(names[0], by) if row.category in areas], by)


def of_total(data: ReportData, figures: Figures, name: str) -> str:
    """What moved, which way and by how much."""
    return headline(figures.one(name), data.measure(name), data.window(name))


def _of_months(measure: Measure, found: Sequence[Figure]) -> str:
    """In how many of the last months a measure was above the same month a year before."""
    subject, recent = measure.subject or measure.title, found[-_YEAR:]
    pairs = [(row.value, row.previous_value) for row in recent]
    above = [now > before for now, before in pairs if now is not None and before is not None]
    if not above or len(above) < len(recent):
        return f"{subject}, each month and the same month a year before"
    months = f"all of the last {len(above)}" if all(above) else f"{sum(above) or 'none'} of the last {len(above)}"
    return f"{subject} was above the same month a year before in {months} months"


def of_places(data: ReportData, measure: Measure, found: Sequence[Figure], level: str) -> str:
    """Where a measure is highest and lowest."""
    known = sorted((row for row in found if row.value is not None), key=lambda row: row.value or 0, reverse=True)
    if not known:
        return f"{measure.title}: no {'rates' if measure.is_rate else 'figures'} are available"
    subject = "The rate" if measure.unit in RATE_SIZES else measure.subject or measure.title
    highest, lowest = known[0], known[-1]
    measure = finely(data, measure, [highest, lowest])
    values = [number(row.value, measure) for row in (highest, lowest)]
    if len(known) > 1 and highest.value == lowest.value:
        return f"{subject} was {values[0]} in each {inline(data.params.levels[level].title)} that has one"
    return f"{subject} was highest in {highest.category} ({values[0]}) and lowest in {lowest.category} ({values[1]})"


def finely(data: ReportData, measure: Measure, found: Sequence[Figure]) -> Measure:
    """A rate with as many decimals as those that differ need to print differently, three at most; another measure, and
    one for the public, as it is."""
    if not measure.is_rate or data.rounding is not None:
        return measure
    values = {row.value for row in found if row.value is not None}
    tried = range(measure.decimals, max(_MOST_DECIMALS, measure.decimals))
    enough = (places for places in tried if len({f"{value:.{places}f}" for value in values}) == len(values))
    places = next(enough, max(_MOST_DECIMALS, measure.decimals))
    return measure.model_copy(update={"decimals": places})


def _of_several(data: ReportData, figures: Figures, names: Sequence[str]) -> str:
    """Which of several measures changed significantly, and which way; their names where no change is tested."""
    found = [(data.measure(name).short.partition(":")[0], figures.one(name)) for name in names]
    named = listed([short for short, _ in found])
    moved = {
        verb: [short for short, row in found if row.significant and (row.change or 0) * sign > 0]
        for verb, sign in (("rose", 1), ("fell", -1))
    }
    said = [(listed(shorts), len(shorts), verb) for verb, shorts in moved.items() if shorts]
    if all(row.significant is None for _, row in found):
        tried = [named]
    elif not said:
        tried = [f"{named}: none changed significantly", f"None of these {len(found)} changed significantly"]
    else:
        tried = [
            " and ".join(f"{shorts} {verb} significantly" for shorts, _, verb in said),
            " and ".join(f"{n} of these {len(found)} {verb} significantly" for _, n, verb in said),
        ]
    title = next((each for each in tried if len(each.split()) <= MOST_WORDS), tried[-1])
    return title[0].upper() + title[1:]
