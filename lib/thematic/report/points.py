"""Turns the released figures of a report into its main points: four to six sentences on what moved or stands out.

A figure that did not move and does not stand out is silent. The first measure of the theme always speaks, and one
sentence names the first indicators without a significant change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thematic.core.areas import NO_LOCATION
from thematic.displays import Points
from thematic.displays.base import TOO_FEW
from thematic.displays.drivers import in_words, joined, span, spans
from thematic.displays.wording import (
    Recent,
    before,
    change,
    inline,
    is_in_units,
    is_of_few,
    is_still,
    lately,
    listed,
    now,
    number,
    size_of,
    without_value,
)
from thematic.measures.data import ReportData
from thematic.measures.drivers import Driver, Part, drivers, months_of
from thematic.measures.figures import Figure, Figures
from thematic.measures.references import references_of
from thematic.measures.references import standing as beside_reference
from thematic.measures.standing import beside_force, plainness
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import FORCE_ROW, MONTH, TOTAL
from thematic.report.beside import is_ratio
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE, would_not_show

MOST, MOST_WORDS, MOST_MOVED, MOST_UNITS, MOST_SILENT = 6, 40, 3, 3, 3
FEW_COUNTS = 20
"""Two counts under it are too few to be compared."""
SIGNIFICANT, STANDS_OUT, APART, LEVEL = 4, 3, 2, 2
"""What a total that moved significantly scores, one that stands out otherwise, a unit that moved where the force did
not beside that, and a level well above or below the force's."""


@dataclass(frozen=True)
class _Subject:
    """A measure with its total, what its change is made of, and its place in the theme."""

    place: int
    name: str
    measure: Measure
    figure: Figure
    made_of: Sequence[Driver]

    @property
    def subject(self) -> str:
        return self.measure.subject or self.measure.title

    @property
    def size(self) -> float:
        return plainness(self.figure)


@dataclass(frozen=True)
class _Said:
    """A sentence, and how soon it is left out where there are too many: the largest rank first."""

    text: str
    rank: int


def main_points(data: ReportData, figures: Figures) -> Points:
    """The sentences, what moved significantly first; in an area's own report its first measure and its level first."""
    found = list(_subjects(data, figures))
    first, others = found[0], found[1:]
    moved = sorted((each for each in found if each.figure.significant), key=lambda each: (-each.size, each.place))
    scored = [(score, each) for each in others if each not in moved and (score := _score(data, figures, each))]
    rest = [each for _, each in sorted(scored, key=lambda pair: (-pair[0], -pair[1].size, pair[1].place))]
    order = [*moved, *([first] if first not in moved else []), *rest]
    if not data.area.is_force:
        order = [first, *(each for each in order if each is not first)]
    said: list[_Said] = []
    for each in order:
        speaks = each is first or each in moved[:MOST_MOVED]
        for place, sentence in enumerate(_sentences(data, figures, each, first)):
            said.append(_Said(sentence, place + (0 if speaks else 2)))
        if each is first and (level := _level(data, figures, first)):
            said.append(_Said(level, 1))
    last = _silent(found, data, {each.name for each in order})
    return Points("Main points", [*_kept(said, MOST - len(last)), *last])


def _kept(said: Sequence[_Said], room: int) -> list[str]:
    """As many sentences as there is room for, those that are left out last, in their order."""
    by_rank = sorted(range(len(said)), key=lambda place: (said[place].rank, place))
    return [said[place].text for place in sorted(by_rank[:room])]


def _subjects(data: ReportData, figures: Figures) -> Iterator[_Subject]:
    """The measures that have a total, the first of the first section first; of a count and its rates, and of rates of
    one count (or of counts that are the same, such as over two censuses), the first."""
    section = next(iter(data.theme.sections.values()), None)
    names = [*(section.measures if section else ()), *data.theme.measures]
    counted = [data.measure(name).numerator for name in names if data.measure(name).unit == "count"]
    same: set[tuple[float | None, float | None]] = set()
    place = 0
    for name in dict.fromkeys(names):
        measure = data.measure(name)
        is_rate = measure.unit in RATE_SIZES
        if not figures.of(name, TOTAL) or (is_rate and measure.numerator in counted):
            continue
        figure = figures.one(name)
        if is_rate:
            counted.append(measure.numerator)
            if (numbers := (figure.numerator, figure.earlier_numerator)) in same and figure.numerator:
                continue
            same.add(numbers)
        yield _Subject(place, name, measure, figure, drivers(data, figures, name))
        place += 1


def _score(data: ReportData, figures: Figures, each: _Subject) -> int:
    """How much a figure that did not move significantly has to say."""
    score = 0
    chart = figures.charts.get(each.name)
    if chart is not None and (chart.run is not None or chart.outside[-1] is not None):
        score = STANDS_OUT
    for reference in references_of(data, each.name):
        found = beside_reference(data, each.name, each.figure, reference) if reference.is_target else None
        if found is not None and found.significant:
            score = STANDS_OUT
    if _units_that_moved(data, figures, each.name):
        score = STANDS_OUT + APART
    return score


def _sentences(data: ReportData, figures: Figures, each: _Subject, first: _Subject) -> Iterator[str]:
    """What is said of one measure: its total, then what its change is made of, then the units that moved."""
    total = _total(data, figures, each)
    told = each.made_of[: 2 if each is first else 1]
    joins = next((driver for driver in told if driver.kind == "named" and not each.figure.significant), None)
    with_parts = f"{total}: {_named(joins)}" if joins is not None else total
    yield _closed(with_parts if _words(with_parts) <= MOST_WORDS else total, _caveat(data, each.name))
    for driver in told:
        if driver is not joins and (said := _driver(data, each, driver)):
            yield said
    units = _units_that_moved(data, figures, each.name)
    if units and not each.figure.significant:
        yield _of_units(data, each, units)


def _words(said: str) -> int:
    return len(said.split())


def _closed(said: str, caveat: str) -> str:
    """The sentence with its caveat, where that leaves it short enough."""
    whole = f"{said}; {caveat}" if caveat else said
    return f"{whole if _words(whole) <= MOST_WORDS else said}."


def _caveat(data: ReportData, name: str) -> str:
    """The caveat that changes the reading of a measure, as it stands within a sentence."""
    for caveat in data.theme.caveats:
        if caveat.where == "sentence" and name in caveat.measures:
            return inline(caveat.text).rstrip(".")
    return ""


def _total(data: ReportData, figures: Figures, each: _Subject) -> str:
    """One clause on a measure's total, and on what stands out of its recent months."""
    months = figures.of(each.name, MONTH)
    recent = Recent(figures.charts.get(each.name), months[-1].value if months else None, figures.rises.get(each.name))
    return f"{_moved(data, each, recent)}{lately(each.figure, recent)}"


def _moved(data: ReportData, each: _Subject, recent: Recent) -> str:
    figure, measure, subject = each.figure, each.measure, each.subject
    if figure.value is None:
        return f"{subject.rstrip(',')}: {without_value(figure.status, measure)}"
    value = now(figure, measure).printed()
    if figure.change is None:
        return f"{subject} was {value}"
    earlier, moved = before(figure, measure).printed(), change(figure, measure)
    if is_of_few(figure, measure):
        return f"{subject} was {value}, after {earlier}: too few for a percentage"
    counts = (figure.value, figure.previous_value)
    if measure.unit == "count" and all(count is not None and count < FEW_COUNTS for count in counts):
        return f"{subject} was {value}, after {earlier}: too few to compare"
    if figure.trend == NO_CLEAR_CHANGE:
        shown = "" if recent.rise is None else f"; {would_not_show(recent.rise)}"
        return f"{subject} was {value}, after {earlier}{shown}"
    if figure.trend == STABLE or is_still(moved):
        return f"{subject} was little changed at {value}, after {earlier}"
    if moved.value is None and moved.status == TOO_FEW:
        return f"{subject} was {value}, after {earlier}{_weight(figure)}"
    verb = "rose" if figure.change > 0 else "fell"
    if figure.change_unit == "pp":
        return f"{subject} {verb} from {earlier} to {value}{_numerators(data, each)}{_weight(figure)}"
    if is_in_units(figure, moved):
        return f"{subject} {verb} from {earlier} to {value}{_weight(figure)}"
    return f"{subject} {verb} by {size_of(moved)} to {value}{_weight(figure)}"


def _numerators(data: ReportData, each: _Subject) -> str:
    """What a percentage counts, now and a year before: ` (1,746 after 1,475)`; also of how many, where it moved the
    other way than they did."""
    now_, earlier = each.figure.numerator, each.figure.earlier_numerator
    if not isinstance(now_, int) or not isinstance(earlier, int):
        return ""
    base, before_base = each.figure.denominator, each.figure.earlier_denominator
    if base is None or before_base is None or (now_ - earlier) * (each.figure.change or 0) > 0:
        return f" ({now_:,} after {earlier:,})"
    of = "for" if is_ratio(data, each.name) else "of"
    return f" ({now_:,} {of} {base:,}, after {earlier:,} {of} {before_base:,})"


def _weight(figure: Figure) -> str:
    if figure.significant is None:
        return ""
    if figure.significant:
        return f", a statistically significant {'increase' if (figure.change or 0) > 0 else 'decrease'}"
    return ", which could be chance"


def _named(driver: Driver) -> str:
    """`North (+156) and South (+87) rose most, West (-63) fell`."""
    up = driver.change > 0
    most = joined([_with_change(part) for part in driver.parts])
    said = f"{most} {'rose' if up else 'fell'} most"
    return said if driver.against is None else f"{said}, {_with_change(driver.against)} {'fell' if up else 'rose'}"


def _with_change(part: Part) -> str:
    return f"{part.name} ({part.change:+,.0f})"


def _driver(data: ReportData, each: _Subject, driver: Driver) -> str:
    """What makes up a change that is significant, or could be chance, in a sentence of its own."""
    more = f"{'more' if driver.change > 0 else 'fewer'}{_of_what(each)}"
    part, whole = f"{abs(driver.part):,.0f}", f"{abs(driver.change):,.0f}"
    match driver.kind:
        case "make up":
            makes = "makes" if len(driver.parts) == 1 else "make"
            parts = joined([part.name for part in driver.parts])
            by = (
                ""
                if driver.dimension == data.params.units
                else f"By {inline(data.heading(each.name, driver.dimension))}, "
            )
            return f"{by}{parts} {makes} up {part} of the {whole} {more}."
        case "months" if driver.name:
            months = "month" if len(driver.parts) == 1 else "months"
            verb = "accounts" if len(driver.parts) == 1 else "account"
            which = f"{in_words(len(driver.parts))} {driver.name} {months} ({spans(months_of(driver))})"
            return f"The {which} {verb} for {part} of the {whole} {more}."
        case "months":
            counted = sum(part.now for part in driver.parts), sum(part.before for part in driver.parts)
            came = f"{part} came in {span(months_of(driver))} ({counted[0]:,.0f} after {counted[1]:,.0f})"
            return f"Of the {whole} {more}, {came}."
        case "alike" if driver.dimension == data.params.units:
            verb = "rose" if driver.change > 0 else "fell"
            return (
                f"{each.subject} {verb} alike in all {in_words(len(driver.parts))} {inline(data.params.unit.plural)}."
            )
        case "named" if each.figure.significant and each.measure.unit == "count":
            return f"{_named(driver)}."
    return ""


def _of_what(each: _Subject) -> str:
    """What a percentage's parts are of, so that nobody takes them for the whole: ` (solved)`."""
    return f" ({inline(each.measure.short)})" if each.measure.unit != "count" else ""


def _units_that_moved(data: ReportData, figures: Figures, name: str) -> list[Figure]:
    """In the force's report the units whose own change is significant, the largest first."""
    if not data.area.is_force or data.params.units not in data.theme.measures[name]:
        return []
    found = [row for row in figures.of(name, data.params.units) if row.significant and row.category != NO_LOCATION]
    return sorted(found, key=lambda row: (-abs(row.change or 0), row.category))


def _of_units(data: ReportData, each: _Subject, units: Sequence[Figure]) -> str:
    """Which units changed significantly where the force did not."""
    told = [
        f"{row.category} ({before(row, each.measure).printed()} to {now(row, each.measure).printed()})"
        for row in units[:MOST_UNITS]
    ]
    more = len(units) - len(told)
    if more:
        told.append(f"{in_words(more)} more")
    subject = inline(each.subject).rstrip(",")
    only = f", the only {inline(data.params.unit.title)} to do so" if len(units) == 1 else ""
    return f"In {joined(told)} {subject} changed significantly{only}."


def _level(data: ReportData, figures: Figures, first: _Subject) -> str:
    """Where the rate of the first count lies: the units well above the force's, or the report's own beside it."""
    name = next(
        (
            each
            for each in data.theme.measures
            if data.measure(each).unit in RATE_SIZES and data.measure(each).numerator == first.measure.numerator
        ),
        None,
    )
    units = data.params.units
    if name is None or units not in data.theme.measures[name] or not figures.of(name, TOTAL):
        return ""
    measure, per = data.measure(name), inline(data.measure(name).short)
    if not data.area.is_force:
        return _own_level(figures, name, measure, per)
    force = figures.one(name)
    above = [row for row in figures.of(name, units) if beside_force(row, force) == "well above"]
    above.sort(key=lambda row: (-(row.value or 0), row.category))
    if not above or len(above) > MOST_UNITS:
        return ""
    told = [f"{row.category} ({number(row.value, measure)})" for row in above]
    verb = "lies" if len(above) == 1 else "lie"
    return f"{joined(told)} {verb} well above the force's {number(force.value, measure)} {per}."


def _own_level(figures: Figures, name: str, measure: Measure, per: str) -> str:
    own, force = figures.one(name), figures.one(name, FORCE_ROW)
    word = beside_force(own, force)
    if word in ("", "near") or own.lower_95 is None or own.upper_95 is None:
        return ""
    ends = f"{number(own.lower_95, measure)} to {number(own.upper_95, measure)}"
    value, theirs = number(own.value, measure), number(force.value, measure)
    return f"The rate, {value} {per} ({ends}), is {word} the force's {theirs}."


def _silent(found: Sequence[_Subject], data: ReportData, told: set[str]) -> list[str]:
    """One sentence on the first indicators that did not change significantly, three at most."""
    section = next(iter(data.theme.sections.values()), None)
    names = [
        f"{inline(each.measure.short)} ({now(each.figure, each.measure).printed()})"
        for each in found
        if section is not None
        and each.name in section.measures
        and each.name not in told
        and each.figure.significant is False
        and each.figure.value is not None
    ]
    return [f"Not statistically significant: {listed(names[:MOST_SILENT])}."] if names else []
