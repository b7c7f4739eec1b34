"""Turns the released figures of many subjects into one page: what moved, what is behind it, where, and what to ask."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.displays import FigureCell, IndicatorRow, Indicators, Lead, Question, Questions, Standing, StandingRow
from thematic.displays.drivers import in_words, joined
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
from thematic.measures.figures import Figure, Figures
from thematic.measures.standing import beside_force
from thematic.params.themes import FORCE_ROW
from thematic.report import titles
from thematic.report.indicators import Indicator, behind_of, indicators_of, named
from thematic.report.tables import months_of

MOST_NAMED, MOST_QUESTIONS = 3, 3
FEW = 500
"""A share of fewer is shown with what it is of and its interval."""
_COULD_BE_CHANCE = "A plain Increase or Decrease could be chance: it is not statistically significant at 5%."
_FORCE = "Force: of a count the change, of a percentage the figure."
_MADE_UP = "What is behind a change is arithmetic, not a test, and no cause."


def lead(data: ReportData, figures: Figures, places: str) -> Lead:
    """How many indicators moved significantly, and the three whose change is plainest; of an area's own page also where
    its rates lie well above or below the force's."""
    return Lead(" ".join(part for part in (_what_moved(data, figures, places), _levels(data, figures, places)) if part))


def _what_moved(data: ReportData, figures: Figures, places: str) -> str:
    found = indicators_of(data, figures, places)
    tested = [each for each in found if each.figure.significant is not None]
    moved = sorted((each for each in tested if each.is_significant), key=lambda each: -each.size)
    if not tested:
        return "None of these indicators can be compared with the year before."
    if not moved:
        return f"None of the {in_words(len(tested))} indicators that can be tested moved significantly."
    named = [_clause(data, each) for each in moved[:MOST_NAMED]]
    number = in_words(len(moved))
    start = f"{number[:1].upper()}{number[1:]} of {in_words(len(tested))} indicators moved significantly"
    most = ", most plainly " if len(moved) > MOST_NAMED else ": "
    return f"{start}{most}{joined(named)}."


def _levels(data: ReportData, figures: Figures, places: str) -> str:
    """`The rates of domestic abuse and rape are well above the force's.`"""
    if data.area.is_force or places not in data.theme.sections:
        return ""
    found: dict[str, list[str]] = {}
    for name in data.theme.sections[places].measures:
        word = beside_force(figures.one(name), figures.one(name, FORCE_ROW))
        if word.startswith("well"):
            found.setdefault(word, []).append(inline(_head(data, name, places)))
    said = [
        f"{'Rates' if not place else 'rates'} of {joined(names)} are {word} the force's"
        for place, (word, names) in enumerate(found.items())
    ]
    return f"{'; '.join(said)}." if said else ""


def _clause(data: ReportData, each: Indicator) -> str:
    """`reported anti-social behaviour (up 35.4% to 27,889)`."""
    value, moved = now(each.figure, each.measure).printed(), change(each.figure, each.measure)
    way = "up" if (each.figure.change or 0) > 0 else "down"
    said = f"{way} {_size(each)} to {value}"
    if is_in_units(each.figure, moved):
        said = f"{way} to {value} from {before(each.figure, each.measure).printed()}"
    return f"{inline(each.subject).rstrip(',')} ({said})"


def _size(each: Indicator) -> str:
    return size_of(change(each.figure, each.measure)).replace("percentage point", "point")


def indicators(data: ReportData, figures: Figures, places: str) -> Indicators:
    """Each indicator with its value, change, months, verdict and what is behind it."""
    found = indicators_of(data, figures, places)
    rows = [_row(data, figures, each) for each in found]
    beside = "" if data.area.is_force else "Force"
    title = f"Indicators, {data.area.name}"
    force = [] if data.area.is_force else [_FORCE]
    notes = [*_periods(data, found), *force, _COULD_BE_CHANCE, _MADE_UP]
    return Indicators("indicators", title, rows, beside, notes, data.source)


def _periods(data: ReportData, found: Sequence[Indicator]) -> list[str]:
    """Which indicators have another window than the year to the period."""
    usual = data.period
    others: dict[str, list[str]] = {}
    for each in found:
        window = data.window(each.name)
        if window.end != usual or len(window.months) != 12:
            others.setdefault(window.label, []).append(named(each))
    return [f"{joined(names)}: {label}." for label, names in others.items()]


def _row(data: ReportData, figures: Figures, each: Indicator) -> IndicatorRow:
    force = None
    if not data.area.is_force:
        beside = figures.one(each.name, FORCE_ROW)
        is_count = each.measure.unit == "count"
        force = change(beside, each.measure) if is_count else value_of(beside.value, each.measure, beside.status)
    return IndicatorRow(
        each.group if each.is_first else "",
        inline(each.label) if each.is_first else each.label,
        FigureCell(now(each.figure, each.measure), change(each.figure, each.measure)),
        [month.value for month in months_of(data, figures, each.measure)],
        *_verdict(each),
        "; ".join(part for part in (behind_of(data, figures, each), _spread(each)) if part),
        force,
        _report_on(data, each.name),
    )


def _verdict(each: Indicator) -> tuple[str, str]:
    """The verdict and whether it is favourable; of a percentage of so few that none is printed, that."""
    if each.figure.value is not None and is_of_few(each.figure, each.measure):
        return "Too few to say", ""
    return each.figure.trend or each.figure.status or each.figure.change_status, each.worth


def _spread(each: Indicator) -> str:
    """What a share is of, and its interval, where that is few."""
    cell = with_change(each.figure, each.measure)
    base = cell.base.value if cell.base is not None else None
    return cell.spread if base is not None and base < FEW else ""


def _report_on(data: ReportData, name: str) -> str:
    """The address, in the catalogue of its period, of the report that an indicator is from, of the same area; "" where
    there is none. The catalogue is there wherever a report is, and knows whether that report is."""
    others = {
        slug: theme
        for slug, theme in data.params.themes.items()
        if slug != data.theme_name and name in theme.measures and data.area in data.params.report_areas(slug)
    }
    slug = min(others, key=lambda each: (len(others[each].tables), len(others[each].measures)), default="")
    return f"../index.html#theme={slug}&area={data.area.slug}" if slug else ""


def standing(data: ReportData, figures: Figures, places: str) -> Standing:
    """Each unit's rates beside the force's, in words, the unit with most that lies above first."""
    names = data.theme.sections[places].measures
    forces = {name: titles.of_force(data, figures, name) for name in names}
    heads = [f"{_head(data, name, places)}, force {_printed(data, name, forces[name])}" for name in names]
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
        "Per 1,000 residents. Above and below: the whole 95% interval is there; well: one rate is 1.2 times the "
        "other or more."
    ]
    return Standing("standing", "Where it differs from the force", level.title, heads, rows, notes, data.source)


def _head(data: ReportData, name: str, places: str) -> str:
    """What a rate is called beside others: the title of the section that begins with the count it is made of."""
    for slug, section in data.theme.sections.items():
        if slug != places and data.measure(section.measures[0]).numerator == data.measure(name).numerator:
            return section.title
    return data.measure(name).title


def _printed(data: ReportData, name: str, figure: Figure) -> str:
    return value_of(figure.value, data.measure(name), figure.status).printed()


def questions(data: ReportData, figures: Figures, places: str) -> Questions:
    """Three things to ask about: the plainest significant change of each group of indicators, groups with one for the
    worse first; then where rates are well above the force's."""
    found = indicators_of(data, figures, places)
    moved: dict[str, list[Indicator]] = {}
    for each in found:
        if each.is_significant:
            moved.setdefault(each.group, []).append(each)
    worse = {group for group, several in moved.items() if any(each.worth == "unfavourable" for each in several)}
    plainest = [max(several, key=lambda each: each.size) for several in moved.values()]
    plainest.sort(key=lambda each: (each.group not in worse, _is_told(each), -each.size))
    items = [_question(data, figures, each, found) for each in plainest[:MOST_QUESTIONS]]
    items += _about_places(standing(data, figures, places), data)[: MOST_QUESTIONS - len(items)]
    number = in_words(len(items))
    thing = "thing" if len(items) == 1 else "things"
    title = f"{number[:1].upper()}{number[1:]} {thing} to ask about" if items else "Nothing stands out to ask about"
    return Questions(title, items)


def _is_told(each: Indicator) -> bool:
    """Whether the months of an event make up a change, so that it is no riddle."""
    return any(driver.kind == "months" and driver.name for driver in each.made_of)


def _question(data: ReportData, figures: Figures, each: Indicator, all_: Sequence[Indicator]) -> Question:
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
    reason = behind_of(data, figures, each)
    if reason.startswith(f"{value} after "):
        reason = _first_of(each, all_)
    told = f"{asks} {inline(each.subject).rstrip(',')} {way}, to {value} from {earlier}?"
    return Question(told, f"{reason}." if reason else "")


def _first_of(each: Indicator, all_: Sequence[Indicator]) -> str:
    """What the first indicator of a group did, beside another of it: `Recorded: 1,065 after 1,077 (Stable)`."""
    first = next(one for one in all_ if one.group == each.group)
    if first is each or first.figure.previous_value is None or not first.figure.trend:
        return ""
    value, earlier = now(first.figure, first.measure).printed(), before(first.figure, first.measure).printed()
    return f"{first.label}: {value} after {earlier} ({first.figure.trend})"


def _about_places(table: Standing, data: ReportData) -> list[Question]:
    """Units whose rates are well above the force's, those with most first."""
    found = []
    themes = [head.rsplit(",", 1)[0] for head in table.heads]
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
