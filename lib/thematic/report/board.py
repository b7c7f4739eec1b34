"""Turns the released figures of many subjects into one page: what moved, what is behind it, where, and what to ask."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from thematic.core.areas import NO_LOCATION
from thematic.displays import FigureCell, IndicatorRow, Indicators, Lead, Question, Questions, Standing, StandingRow
from thematic.displays.drivers import behind, in_words, joined
from thematic.displays.glance import worth_of
from thematic.displays.wording import (
    before,
    change,
    inline,
    is_in_units,
    is_of_few,
    now,
    size_of,
    value_of,
    with_change,
)
from thematic.measures.data import ReportData
from thematic.measures.drivers import Driver, drivers
from thematic.measures.figures import Figure, Figures
from thematic.measures.standing import beside_force
from thematic.params.measures import Measure
from thematic.params.themes import FORCE_ROW
from thematic.report.tables import months_of
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE, would_not_show

MOST_NAMED, MOST_QUESTIONS = 3, 3
FEW = 500
"""A share of fewer is shown with what it is of and its interval."""
_COULD_BE_CHANCE = "A plain Increase or Decrease could be chance: it is not statistically significant at 5%."
_MADE_UP = "What is behind a change is arithmetic, not a test, and no cause."


@dataclass(frozen=True)
class _Indicator:
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
        """How far it moved, the same up and down."""
        now, earlier = self.figure.value, self.figure.previous_value
        return abs(math.log(now / earlier)) if now and earlier else 0.0

    @property
    def subject(self) -> str:
        return self.measure.subject or self.measure.title


def _indicators(data: ReportData, figures: Figures, places: str) -> list[_Indicator]:
    found = []
    for slug, section in data.theme.sections.items():
        if slug == places:
            continue
        shorts = Counter(data.measure(name).short for name in section.measures)
        for place, name in enumerate(section.measures):
            measure, made_of = data.measure(name), drivers(data, figures, name)
            label = measure.title if place and shorts[measure.short] > 1 else measure.short
            found.append(_Indicator(section.title, not place, name, measure, figures.one(name), made_of, label))
    return found


def lead(data: ReportData, figures: Figures, places: str) -> Lead:
    """How many indicators moved significantly, and the three that moved most."""
    found = _indicators(data, figures, places)
    tested = [each for each in found if each.figure.significant is not None]
    moved = sorted((each for each in tested if each.is_significant), key=lambda each: -each.size)
    if not tested:
        return Lead("None of these indicators can be compared with the year before.")
    if not moved:
        return Lead(f"None of the {in_words(len(tested))} indicators that can be tested moved significantly.")
    named = [_clause(data, each) for each in moved[:MOST_NAMED]]
    number = in_words(len(moved))
    start = f"{number[:1].upper()}{number[1:]} of {in_words(len(tested))} indicators moved significantly"
    most = ", most of all " if len(moved) > MOST_NAMED else ": "
    return Lead(f"{start}{most}{joined(named)}.")


def _clause(data: ReportData, each: _Indicator) -> str:
    """`reported anti-social behaviour (up 35.4% to 27,889)`."""
    value, moved = now(each.figure, each.measure).printed(), change(each.figure, each.measure)
    way = "up" if (each.figure.change or 0) > 0 else "down"
    said = f"{way} {_size(each)} to {value}"
    if is_in_units(each.figure, moved):
        said = f"{way} to {value} from {before(each.figure, each.measure).printed()}"
    return f"{inline(each.subject).rstrip(',')} ({said})"


def _size(each: _Indicator) -> str:
    return size_of(change(each.figure, each.measure)).replace("percentage point", "point")


def indicators(data: ReportData, figures: Figures, places: str) -> Indicators:
    """Each indicator with its value, change, months, verdict and what is behind it."""
    found = _indicators(data, figures, places)
    rows = [_row(data, figures, each) for each in found]
    beside = "" if data.area.is_force else "Force"
    title = f"Indicators, {data.area.name}"
    notes = [*_periods(data, found), _COULD_BE_CHANCE, _MADE_UP]
    return Indicators("indicators", title, rows, beside, notes, data.source)


def _periods(data: ReportData, found: Sequence[_Indicator]) -> list[str]:
    """Which indicators have another window than the year to the period."""
    usual = data.period
    others: dict[str, list[str]] = {}
    for each in found:
        window = data.window(each.name)
        if window.end != usual or len(window.months) != 12:
            others.setdefault(window.label, []).append(_named(each))
    return [f"{joined(names)}: {label}." for label, names in others.items()]


def _named(each: _Indicator) -> str:
    return f"{each.group}: {inline(each.label)}"


def _row(data: ReportData, figures: Figures, each: _Indicator) -> IndicatorRow:
    force = None
    if not data.area.is_force:
        beside = figures.one(each.name, FORCE_ROW)
        force = value_of(beside.value, each.measure, beside.status)
    return IndicatorRow(
        each.group if each.is_first else "",
        inline(each.label) if each.is_first else each.label,
        FigureCell(now(each.figure, each.measure), change(each.figure, each.measure)),
        [month.value for month in months_of(data, figures, each.measure)],
        each.figure.trend or each.figure.status or each.figure.change_status,
        each.worth,
        "; ".join(part for part in (_behind(data, figures, each), _spread(each)) if part),
        force,
        _report_on(data, each.name),
    )


def _spread(each: _Indicator) -> str:
    """What a share is of, and its interval, where that is few."""
    cell = with_change(each.figure, each.measure)
    base = cell.base.value if cell.base is not None else None
    return cell.spread if base is not None and base < FEW else ""


def _report_on(data: ReportData, name: str) -> str:
    """The address of the report that an indicator is from, of the same area and period; "" where there is none."""
    others = {
        slug: theme
        for slug, theme in data.params.themes.items()
        if slug != data.theme_name and name in theme.measures and data.area in data.params.report_areas(slug)
    }
    slug = min(others, key=lambda each: (len(others[each].tables), len(others[each].measures)), default="")
    return f"../{slug}/{data.area.slug}.html" if slug else ""


def _behind(data: ReportData, figures: Figures, each: _Indicator) -> str:
    """What is behind an indicator's change: its parts, else the units that moved, else how much would have shown."""
    figure, measure = each.figure, each.measure
    if figure.value is None:
        return next(iter(figures.reasons.get((each.name, "total"), [])), "Not available").capitalize()
    if is_of_few(figure, measure):
        return "Too few for a percentage"
    if each.made_of:
        return _of_parts(data, each, each.made_of[0])
    units = _units_that_moved(data, figures, each)
    if units:
        return units
    if figure.trend == NO_CLEAR_CHANGE and (rise := figures.rises.get(each.name)) is not None:
        said = would_not_show(rise).removeprefix("a change of ")
        return f"{said[:1].upper()}{said[1:]}"
    if figure.trend == STABLE or figure.trend is None:
        return ""
    counted = (
        (figure.numerator, figure.earlier_numerator)
        if measure.unit == "percent"
        else (figure.value, figure.previous_value)
    )
    if measure.unit in ("percent", "count") and None not in counted:
        return f"{counted[0]:,} after {counted[1]:,}"
    return ""


def _of_parts(data: ReportData, each: _Indicator, driver: Driver) -> str:
    kinds = data.params.unit.plural if driver.dimension == data.params.units else "parts"
    return behind(driver, inline(kinds))


def _units_that_moved(data: ReportData, figures: Figures, each: _Indicator) -> str:
    """The units whose own change is significant, two at most: `North 59.6% to 52.6%: significant`."""
    units = data.params.units
    if not data.area.is_force or units not in data.theme.measures[each.name]:
        return ""
    moved = [row for row in figures.of(each.name, units) if row.significant and row.category != NO_LOCATION]
    moved.sort(key=lambda row: -abs(row.change or 0))
    said = [
        f"{row.category} {before(row, each.measure).printed()} to {now(row, each.measure).printed()}"
        for row in moved[:2]
    ]
    more = f" and {len(moved) - 2} more" if len(moved) > 2 else ""
    return f"{'; '.join(said)}{more}: significant" if said else ""


def standing(data: ReportData, figures: Figures, places: str) -> Standing:
    """Each unit's rates beside the force's, in words, the unit with most that lies above first."""
    names = data.theme.sections[places].measures
    forces = {name: _of_force(data, figures, name) for name in names}
    heads = [f"{_head(data, name, places)} {_printed(data, name, forces[name])}" for name in names]
    found = {name: {row.category: row for row in figures.of(name, data.params.units)} for name in names}
    rows = []
    for unit in data.params.areas(data.params.units):
        cells = [found[name].get(unit.name) for name in names]
        rates = [
            (value_of(row.value, data.measure(name), row.status), beside_force(row, forces[name]))
            for name, row in zip(names, cells, strict=True)
            if row is not None
        ]
        if len(rates) == len(names):
            rows.append(StandingRow(unit.name, rates, unit == data.area))
    weights = {"well above": 2, "above": 1, "below": -1, "well below": -2}
    rows.sort(key=lambda row: (-sum(weights.get(word, 0) for _, word in row.rates), row.name))
    level = data.params.unit
    notes = [
        "Per 1,000 residents. Above and below: the whole 95% interval lies there; well: by a fifth or more of the "
        "force's rate."
    ]
    return Standing("standing", "Where it differs from the force", level.title, heads, rows, notes, data.source)


def _head(data: ReportData, name: str, places: str) -> str:
    """What a rate is called beside others: the title of the section that begins with the count it is made of."""
    for slug, section in data.theme.sections.items():
        if slug != places and data.measure(section.measures[0]).numerator == data.measure(name).numerator:
            return section.title
    return data.measure(name).title


def _of_force(data: ReportData, figures: Figures, name: str) -> Figure:
    return figures.one(name) if data.area.is_force else figures.one(name, FORCE_ROW)


def _printed(data: ReportData, name: str, figure: Figure) -> str:
    return value_of(figure.value, data.measure(name), figure.status).printed()


def questions(data: ReportData, figures: Figures, places: str) -> Questions:
    """Three things to ask about: significant changes for the worse first, then the others, then where rates are well
    above the force's; one for each group of indicators."""
    found = [each for each in _indicators(data, figures, places) if each.is_significant]
    found.sort(key=lambda each: (each.worth != "unfavourable", _is_told(each), -each.size))
    items: list[Question] = []
    asked: set[str] = set()
    for each in found:
        if each.group not in asked and len(items) < MOST_QUESTIONS:
            asked.add(each.group)
            items.append(_question(data, figures, each))
    items += _about_places(standing(data, figures, places), data)[: MOST_QUESTIONS - len(items)]
    number = in_words(len(items))
    thing = "thing" if len(items) == 1 else "things"
    title = f"{number[:1].upper()}{number[1:]} {thing} to ask about" if items else "Nothing stands out to ask about"
    return Questions(title, items)


def _is_told(each: _Indicator) -> bool:
    """Whether the months of an event make up a change, so that it is no riddle."""
    return any(driver.kind == "months" and driver.name for driver in each.made_of)


def _question(data: ReportData, figures: Figures, each: _Indicator) -> Question:
    place = next((one for one in each.made_of if one.dimension == data.params.units and one.kind == "make up"), None)
    if each.worth == "favourable" and place is not None:
        whose = joined([part.name for part in place.parts])
        makes = "it makes" if len(place.parts) == 1 else "they make"
        more = "more" if place.change > 0 else "fewer"
        said = f"{makes} up {abs(place.part):,.0f} of the {abs(place.change):,.0f} {more}"
        return Question(f"What did {whose} do?", f"{each.group}, {inline(each.label)}: {said}.")
    way = "rise" if (each.figure.change or 0) > 0 else "fall"
    value, earlier = now(each.figure, each.measure).printed(), before(each.figure, each.measure).printed()
    asks = "How did" if each.worth == "favourable" else "Why did"
    reason = _behind(data, figures, each)
    told = f"{asks} {inline(each.subject).rstrip(',')} {way}, to {value} from {earlier}?"
    return Question(told, f"{reason}." if reason else "")


def _about_places(table: Standing, data: ReportData) -> list[Question]:
    """Units whose rates are well above the force's, those with most first."""
    found = []
    themes = [head.rsplit(" ", 1)[0] for head in table.heads]
    for row in table.rows:
        if not data.area.is_force and not row.own:
            continue
        above = [
            f"{inline(theme)} {rate.printed()}"
            for theme, (rate, word) in zip(themes, row.rates, strict=True)
            if word == "well above"
        ]
        if above:
            question = f"Why are the rates of {row.name} well above the force's?"
            found.append((len(above), Question(question, f"Per 1,000 residents: {', '.join(above)}.")))
    return [each for _, each in sorted(found, key=lambda pair: -pair[0])]
