"""Turns what is known of a report's measures into what stands beside their figures: reasons, caveats, ratios."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.core.areas import NO_LOCATION
from thematic.core.errors import ArgumentsRefused
from thematic.cubes.bases import base_of, counts_of, is_share
from thematic.displays import SHORTHAND
from thematic.displays.wording import listed
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_AVAILABLE
from thematic.measures.figures import Figure, Figures
from thematic.params.measures import Measure
from thematic.params.reading import nearest
from thematic.params.themes import MONTH, ROLLING

_LOOKS_BACK, _BEGIN = "it looks back to ", "the data begin in "


def measure_named(data: ReportData, name: str) -> Measure:
    """The measure of that name. Raises ArgumentsRefused where the theme has none."""
    if name not in data.theme.measures:
        fix = nearest(name, {each: each for each in data.theme.measures})
        raise ArgumentsRefused(f"There is no measure '{name}' in the theme. {fix}")
    return data.measure(name)


def checked(data: ReportData, dimension: str, *names: str) -> None:
    """Raises ArgumentsRefused where the theme does not break one of the measures down that way."""
    for name in names:
        measure_named(data, name)
        declared = data.theme.measures[name]
        if dimension not in declared:
            _refuse_area(data, dimension)
            raise ArgumentsRefused(
                f"'{name}' has no figures by '{dimension}': params/themes/{data.theme_name}.yaml lists "
                f"{', '.join(declared)} for it. Add {dimension} there, or name one of these."
            )


def _refuse_area(data: ReportData, dimension: str) -> None:
    """Raises ArgumentsRefused where a dimension is the name of an area: its row is among those of its level."""
    for level in data.params.levels:
        if any(dimension in (area.slug, area.name) for area in data.params.areas(level)):
            fix = f'by="{level}" has a row for it'
            raise ArgumentsRefused(f"'{dimension}' is an area, and by= takes what a measure is broken down by: {fix}.")


def is_tested(data: ReportData, name: str) -> bool:
    """Whether changes of a measure are tested: those of means, stocks, sums of numbers and ratios of two are not."""
    measure = data.measure(name)
    if measure.unit in ("mean", "times") or measure.window == "at_period_end":
        return False
    counts = counts_of(measure, data.params.measures)
    return all(base_of(count, data.theme, data.params.tables).scale == 1 for count in counts)


def is_ratio(data: ReportData, name: str) -> bool:
    """Whether a measure is a percentage whose numerator is no part of its denominator."""
    measure = data.measure(name)
    return measure.unit == "percent" and not is_share(measure, data.theme, data.params.measures)


def beside(data: ReportData, figures: Figures, dimension: str, *names: str) -> list[str]:
    """Why figures of the measures are not available, what is to be known of those that are, and which are ratios."""
    keys = [(name, dimension) for name in names]
    told = [reason_note(reason) for key in keys for reason in _few(figures.reasons.get(key, []), dimension)]
    told += [f"Read with care: {note}." for key in keys for note in figures.notes.get(key, [])]
    told += theme_caveats(data, *names)
    ratios = [name for name in names if is_ratio(data, name) and not _of_sums(data, name)]
    told += [_ratios_said(data, ratios)] if ratios else []
    told += [_past_100(data, name) for name in ratios if _passes_100(figures.of(name, dimension))]
    return list(dict.fromkeys(told))


def _of_sums(data: ReportData, name: str) -> bool:
    """Whether a percentage is of sums, whose rows say nothing of what is part of what."""
    return any(count.sum is not None for count in data.measure(name).counts)


def _ratios_said(data: ReportData, names: Sequence[str]) -> str:
    shorts = list(dict.fromkeys(data.measure(name).short for name in names))
    what = "is a ratio, not a share" if len(shorts) == 1 else "are ratios, not shares"
    said = listed(shorts)
    return (
        f"{said[:1].upper()}{said[1:]} {what}: what is counted is not part of what it is compared with, so that "
        "percentages need not add up to 100%."
    )


def _passes_100(found: Sequence[Figure]) -> bool:
    """Whether a percentage of more than 100 is printed, of either window."""
    return any(value is not None and value > 100 for row in found for value in (row.value, row.previous_value))


def _past_100(data: ReportData, name: str) -> str:
    """Why a ratio can be more than 100%."""
    said = data.measure(name).short
    why = (
        "more of what was recorded, some of it before the window, got that far in the window than was recorded in it"
        if goes_by_another_date(data, name)
        else "more is counted than what it is a percentage of"
    )
    return f"{said[:1].upper()}{said[1:]} passes 100% where {why}."


def goes_by_another_date(data: ReportData, name: str) -> bool:
    """Whether the rows above the line of a measure are placed by another date than those below it."""
    dates = [count.dated for count in data.measure(name).counts]
    return data.theme.outcome_basis == "outcome" and len(dates) == 2 and dates[0] is not None and dates[0] != dates[1]


def theme_caveats(data: ReportData, *names: str) -> list[str]:
    """What the theme has readers know of the measures."""
    return [caveat.text for caveat in data.theme.caveats if set(caveat.measures) & set(names)]


def _few(reasons: Sequence[str], dimension: str) -> list[str]:
    """The reasons; of those of single months, which can be as many, the first and the last, but of looking back too far
    the last alone, which says when the data begin as well."""
    if dimension not in (MONTH, ROLLING):
        return [each for each in reasons if not any(other.startswith(f"{each}, ") for other in reasons)]
    back = [each for each in reasons if each.startswith(_LOOKS_BACK)]
    others = [each for each in reasons if each not in back and not (back and each.startswith(_BEGIN))]
    return [*back[-1:], *(others if len(others) < 3 else [others[0], others[-1]])]


def of_places(data: ReportData, figures: Figures, name: str) -> list[str]:
    """What is said of the units' figures; that nobody lives at no location is of no use beside them."""
    return [told for told in beside(data, figures, data.params.units, name) if NO_LOCATION not in told]


def reason_note(reason: str) -> str:
    """A reason why figures are not available, after the shorthand that stands for them."""
    return f"{NOT_AVAILABLE} {SHORTHAND[NOT_AVAILABLE]}: {reason}."
