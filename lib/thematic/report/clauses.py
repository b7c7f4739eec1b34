"""Turns the figures of one measure into the sentences of a report's main points: its total, what makes up its change,
the units that moved, and its level beside the force's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    now,
    size_of,
    without_value,
)
from thematic.measures.data import ReportData
from thematic.measures.drivers import Driver, Part, months_of
from thematic.measures.figures import Figure, Figures
from thematic.params.themes import MONTH
from thematic.report.beside import is_ratio
from thematic.report.contrasts import MOST_UNITS, contrast, differs, ends, is_too_few, of_force, units_that_moved, verb
from thematic.report.subjects import Subject
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE, would_not_show

MOST_WORDS = 40


def sentences(
    data: ReportData, figures: Figures, each: Subject, is_first: bool, beside: Subject | None = None
) -> Iterator[str]:
    """What is said of one measure: its total, with that of the measure `beside` it that moved for the same good or
    ill; then what its change is made of, then the units that moved."""
    total = _total(data, figures, each)
    drivers = each.made_of[: 2 if is_first else 1]
    joins = next((driver for driver in drivers if driver.kind == "named" and not each.figure.significant), None)
    more = [f"; {_beside(beside)}"] if beside is not None else []
    more += [f": {_named(joins)}"] if joins is not None else []
    more += [f"; {of_force(each, each.force)}"] if each.force is not None and differs(figures, each) else []
    yield _closed(total, *more, _after(_caveat(data, each.name)))
    for driver in drivers:
        if driver is not joins and (said := _driver(data, each, driver)):
            yield _closed(said, _after(_of_named_units(data, figures, each, driver)))
    units = units_that_moved(data, figures, each.name)
    if units and not each.figure.significant:
        yield _of_units(data, each, units)


def _closed(said: str, *more: str) -> str:
    """The sentence with those of the further clauses that leave it short enough."""
    for clause in more:
        if len((said + clause).split()) <= MOST_WORDS:
            said += clause
    return f"{said}."


def _after(clause: str) -> str:
    return f"; {clause}" if clause else ""


def _beside(each: Subject) -> str:
    """`no suspect identified fell from 7.7% to 6.7%, also significant`."""
    return f"{inline(each.measure.short)} {verb(each.figure)} from {ends(each.figure, each.measure)}, also significant"


def _of_named_units(data: ReportData, figures: Figures, each: Subject, driver: Driver) -> str:
    """Of units that make up a percentage's change: whether each changed significantly, and the unit that went the
    other way, if one did, by half as much as the force or more."""
    if driver.kind != "make up" or driver.dimension != data.params.units or each.measure.unit == "count":
        return ""
    moved = {row.category for row in units_that_moved(data, figures, each.name)}
    names = [part.name for part in driver.parts]
    word = "increase" if driver.change > 0 else "decrease"
    both = {1: f"its {word} is", 2: f"both {word}s are"}.get(len(names), f"each {word} is")
    said = [f"{both} significant"] if set(names) <= moved else []
    against = contrast(figures, each, data.params.units)
    if against is not None:
        said.append(f"{against.category} {verb(against)} ({ends(against, each.measure)}){weight(against)}")
    return ", while ".join(said)


def _caveat(data: ReportData, name: str) -> str:
    """The caveat that changes the reading of a measure, as it stands within a sentence."""
    for caveat in data.theme.caveats:
        if caveat.where == "sentence" and name in caveat.measures:
            return inline(caveat.text).rstrip(".")
    return ""


def _total(data: ReportData, figures: Figures, each: Subject) -> str:
    """One clause on a measure's total, and on what stands out of its recent months."""
    months = figures.of(each.name, MONTH)
    recent = Recent(figures.charts.get(each.name), months[-1].value if months else None, figures.rises.get(each.name))
    return f"{_moved(data, each, recent)}{lately(each.figure, recent)}"


def _moved(data: ReportData, each: Subject, recent: Recent) -> str:
    figure, measure, subject = each.figure, each.measure, each.subject
    if figure.value is None:
        return f"{subject.rstrip(',')}: {without_value(figure.status, measure)}"
    value = now(figure, measure).printed()
    if figure.change is None:
        return f"{subject} was {value}"
    earlier, moved = before(figure, measure).printed(), change(figure, measure)
    if is_of_few(figure, measure):
        return f"{subject} was {value}, after {earlier}: too few for a percentage"
    if is_too_few(each):
        return f"{subject} was {value}, after {earlier}: too few to compare"
    if figure.trend == NO_CLEAR_CHANGE:
        shown = "" if recent.rise is None else f"; {would_not_show(recent.rise)}"
        return f"{subject} was {value}, after {earlier}{shown}"
    if figure.trend == STABLE or is_still(moved):
        return f"{subject} was little changed at {value}, after {earlier}"
    if moved.value is None and moved.status == TOO_FEW:
        return f"{subject} was {value}, after {earlier}{weight(figure)}"
    way = verb(figure)
    if figure.change_unit == "pp":
        return f"{subject} {way} from {earlier} to {value}{_numerators(data, each)}{weight(figure)}"
    if is_in_units(figure, moved):
        return f"{subject} {way} from {earlier} to {value}{weight(figure)}"
    return f"{subject} {way} by {size_of(moved)} to {value}{weight(figure)}"


def _numerators(data: ReportData, each: Subject) -> str:
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


def weight(figure: Figure) -> str:
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


def _driver(data: ReportData, each: Subject, driver: Driver) -> str:
    """What makes up a change that is significant, or could be chance, in a sentence of its own."""
    more = f"{'more' if driver.change > 0 else 'fewer'}{_of_what(each)}"
    part, whole = f"{abs(driver.part):,.0f}", f"{abs(driver.change):,.0f}"
    if data.rounding is not None and driver.kind in ("make up", "months"):
        return _mostly(data, each, driver)
    match driver.kind:
        case "make up":
            makes = "makes" if len(driver.parts) == 1 else "make"
            parts = joined([part.name for part in driver.parts])
            return f"{_by(data, each, driver)}{parts} {makes} up {part} of the {whole} {more}"
        case "months" if driver.name:
            verb = "accounts" if len(driver.parts) == 1 else "account"
            return f"The {_months_of_event(driver)} {verb} for {part} of the {whole} {more}"
        case "months":
            came = f"{part} came in {span(months_of(driver))} ({_now_and_before(driver)})"
            return f"Of the {whole} {more}, {came}"
        case "alike" if driver.dimension == data.params.units:
            verb = "rose" if driver.change > 0 else "fell"
            return f"{each.subject} {verb} alike in all {in_words(len(driver.parts))} {inline(data.params.unit.plural)}"
        case "named" if each.figure.significant and each.measure.unit == "count":
            return _named(driver)
    return ""


def _mostly(data: ReportData, each: Subject, driver: Driver) -> str:
    """What makes up most of a change of rounded counts, without a share of it, which rounding would blur."""
    most = f"most of the {'rise' if driver.change > 0 else 'fall'}{_of_what(each)}"
    if driver.kind == "months":
        came = f"{most[:1].upper()}{most[1:]} came in"
        if driver.name:
            return f"{came} the {_months_of_event(driver)}: {_now_and_before(driver)}"
        return f"{came} {span(months_of(driver))} ({_now_and_before(driver)})"
    parts = joined([_with_change(part) for part in driver.parts])
    return f"{_by(data, each, driver)}{parts} {'makes' if len(driver.parts) == 1 else 'make'} up {most}"


def _by(data: ReportData, each: Subject, driver: Driver) -> str:
    """`By offence, `; nothing where the parts are the force's units."""
    if driver.dimension == data.params.units:
        return ""
    return f"By {inline(data.heading(each.name, driver.dimension))}, "


def _months_of_event(driver: Driver) -> str:
    """`six lockdown months (March to June 2020, November 2020 and January 2021)`."""
    months = "month" if len(driver.parts) == 1 else "months"
    return f"{in_words(len(driver.parts))} {driver.name} {months} ({spans(months_of(driver))})"


def _now_and_before(driver: Driver) -> str:
    now_, earlier = sum(part.now for part in driver.parts), sum(part.before for part in driver.parts)
    return f"{now_:,.0f} after {earlier:,.0f}"


def _of_what(each: Subject) -> str:
    """What a percentage's parts are of, so that nobody takes them for the whole: ` (solved)`."""
    return f" ({inline(each.measure.short)})" if each.measure.unit != "count" else ""


def _of_units(data: ReportData, each: Subject, units: Sequence[Figure]) -> str:
    """Which units changed significantly where the force did not."""
    told = [f"{row.category} ({ends(row, each.measure)})" for row in units[:MOST_UNITS]]
    more = len(units) - len(told)
    if more:
        told.append(f"{in_words(more)} more")
    subject = inline(each.subject).rstrip(",")
    if len(units) == 1:
        unit = inline(data.params.unit.title)
        return f"{each.subject.rstrip(',')} {verb(units[0])} significantly in one {unit} alone: {told[0]}."
    return f"In {joined(told)} {subject} changed significantly."
