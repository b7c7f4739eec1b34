"""Finds the indicators of the page over all subjects, and says in a few words what is behind the change of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from thematic.core.areas import NO_LOCATION
from thematic.displays.drivers import behind, joined
from thematic.displays.glance import worth_of
from thematic.displays.wording import before, inline, is_of_few, now
from thematic.measures.data import ReportData
from thematic.measures.drivers import Driver, drivers
from thematic.measures.figures import Figure, Figures
from thematic.measures.standing import plainness
from thematic.params.measures import Measure
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE, would_not_show


@dataclass(frozen=True)
class Indicator:
    """One indicator of the page; `group` is its section's title, `is_first` whether the section begins with it."""

    group: str
    is_first: bool
    name: str
    measure: Measure
    figure: Figure
    made_of: Sequence[Driver]
    label: str

    @property
    def is_significant(self) -> bool:
        return bool(self.figure.significant)

    @property
    def worth(self) -> str:
        return worth_of(self.figure.trend or "", self.measure.polarity)

    @property
    def size(self) -> float:
        return plainness(self.figure)

    @property
    def subject(self) -> str:
        return self.measure.subject or self.measure.title


def indicators_of(data: ReportData, figures: Figures, places: str) -> list[Indicator]:
    found = []
    for slug, section in data.theme.sections.items():
        if slug == places:
            continue
        shorts = Counter(data.measure(name).short for name in section.measures)
        for place, name in enumerate(section.measures):
            measure, made_of = data.measure(name), drivers(data, figures, name)
            label = measure.title if place and shorts[measure.short] > 1 else measure.short
            found.append(Indicator(section.title, not place, name, measure, figures.one(name), made_of, label))
    return found


def behind_of(data: ReportData, figures: Figures, each: Indicator) -> str:
    """What is behind an indicator's change: its parts, else the units that moved, else how much would have shown."""
    figure, measure = each.figure, each.measure
    if figure.value is None:
        return next(iter(figures.reasons.get((each.name, "total"), [])), "Not available").capitalize()
    if is_of_few(figure, measure):
        return ""
    if each.made_of:
        return _of_parts(data, each, each.made_of[0])
    units = _units_that_moved(data, figures, each)
    if units:
        return units
    if figure.trend == NO_CLEAR_CHANGE and (rise := figures.rises.get(each.name)) is not None:
        said = would_not_show(rise).replace("a change of less than", "a change under")
        return f"{said[:1].upper()}{said[1:]}"
    if figure.trend == STABLE or figure.trend is None:
        return ""
    if measure.unit == "percent":
        return _counted(figure)
    if measure.unit == "count" and figure.previous_value is not None:
        return f"{figure.value:,} after {figure.previous_value:,}"
    return ""


def _counted(figure: Figure) -> str:
    """What a percentage is made of, now and a year before: `520 of 794, after 513 of 722`, of a ratio `5 for 20`."""
    sides = (figure.numerator, figure.denominator), (figure.earlier_numerator, figure.earlier_denominator)
    if any(not isinstance(count, int) for side in sides for count in side):
        return ""
    word = "for" if figure.lower_95 is None else "of"
    return ", after ".join(f"{above:,} {word} {below:,}" for above, below in sides)


def _of_parts(data: ReportData, each: Indicator, driver: Driver) -> str:
    kinds = data.params.unit.plural if driver.dimension == data.params.units else "parts"
    return behind(driver, inline(kinds))


def _units_that_moved(data: ReportData, figures: Figures, each: Indicator) -> str:
    """The units whose own change is significant, two each way: `rose significantly in North (59.6% to 62.6%)`."""
    units = data.params.units
    if not data.area.is_force or units not in data.theme.measures[each.name]:
        return ""
    moved = [row for row in figures.of(each.name, units) if row.significant and row.category != NO_LOCATION]
    moved.sort(key=lambda row: -abs(row.change or 0))
    ways = [(verb, [row for row in moved if ((row.change or 0) > 0) == up]) for verb, up in _WAYS]
    said = "; ".join(f"{verb} in {_with_ends(rows, each.measure)}" for verb, rows in ways if rows)
    return f"Significantly {said}" if said else ""


_WAYS = (("up", True), ("down", False))


def _with_ends(rows: Sequence[Figure], measure: Measure) -> str:
    """`North (59.6% to 62.6%), South (8.8% to 9.9%) and 2 more`."""
    told = [f"{row.category} ({before(row, measure).printed()} to {now(row, measure).printed()})" for row in rows[:2]]
    return joined([*told, *([f"{len(rows) - 2} more"] if len(rows) > 2 else [])])


def named(each: Indicator) -> str:
    return f"{each.group}: {inline(each.label)}"
