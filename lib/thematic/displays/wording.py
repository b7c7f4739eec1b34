"""Turns released figures into cells and words: numbers as boards write them, and sentences that say what they show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from thematic.core.periods import Month, Window
from thematic.displays.base import TOO_FEW
from thematic.displays.values import COUNT, PERCENT_CHANGE, POINTS, Cell, FigureCell, Format, RangeCell, Value
from thematic.measures.disclosure import CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE
from thematic.measures.expectations import MonthsExpected, Run, Side
from thematic.measures.figures import LOW, Figure, Number
from thematic.params.areas import Level
from thematic.params.measures import RATE_SIZES, Measure
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE, would_not_show

_SUFFIXES = {"percent": "%"}
UNIT_HEADINGS = {
    "count": "Count",
    "percent": "Per cent",
    "per_1000": "Per 1,000",
    "per_10000": "Per 10,000",
    "mean": "Mean",
    "times": "Times",
}
"""What heads a column of a measure's values where its title stands above."""


def format_of(measure: Measure) -> Format:
    """How the values of a measure are printed: `3,446`, `17.4%`."""
    return Format(measure.decimals, _SUFFIXES.get(measure.unit, ""))


def value_of(value: Number | None, measure: Measure, status: str = "") -> Value:
    """A value of a measure as a cell; `[low]` where only rounding makes it nothing, its status where there is none."""
    format = format_of(measure)
    if value is None:
        return Value(None, format, status)
    return Value(value, format, LOW if format.is_low(value) or status == LOW else "")


def number(value: Number | None, measure: Measure, status: str = "") -> str:
    """A value as it is printed in a sentence."""
    return value_of(value, measure, status).printed()


FEW, FEW_IN_SHARES, FEW_IN_PASSING = 50, 100, 1000
"""An earlier count under the first has no percentage change in print; bases under the second no change in points,
unless it is significant."""


def now(figure: Figure, measure: Measure) -> Value:
    """The value of a figure's window; a percentage of few as `10 of 10`."""
    said = _of_few(figure, measure, figure.numerator, figure.denominator)
    return value_of(figure.value, measure, figure.status) if said is None else said


def before(figure: Figure, measure: Measure) -> Value:
    """The value of the window a year before; a percentage of few as `10 of 10`."""
    said = None
    if figure.previous_value is not None:
        said = _of_few(figure, measure, figure.earlier_numerator, figure.earlier_denominator)
    status = figure.earlier_status or figure.change_status
    return value_of(figure.previous_value, measure, status) if said is None else said


def _of_few(figure: Figure, measure: Measure, numerator: Number | None, denominator: Number | None) -> Value | None:
    """A percentage of fewer than the measure's `minimum_base`, as the numbers it is made of (of a ratio `5 for 20`);
    None for any other."""
    if measure.unit != "percent" or numerator is None or not denominator or denominator >= measure.minimum_base:
        return None
    word = "for" if figure.lower_95 is None else "of"
    return Value(None, status=f"{COUNT.printed(numerator)} {word} {COUNT.printed(denominator)}")


def is_of_few(figure: Figure, measure: Measure) -> bool:
    """Whether a figure, or the one it is compared with, is a percentage of so few that none is printed."""
    earlier = figure.previous_value is not None and before(figure, measure).value is None
    return (figure.value is not None and now(figure, measure).value is None) or earlier


def of_how_many(figure: Figure, measure: Measure) -> str:
    """The value as a sentence gives it in passing: a share of few with its base (`88.1% of 143`), a ratio to few as
    its numbers (`8 for 93`)."""
    said, base = now(figure, measure), figure.denominator
    if measure.unit != "percent" or said.value is None or base is None or base >= FEW_IN_PASSING:
        return said.printed()
    if figure.lower_95 is not None:
        return f"{said.printed()} of {COUNT.printed(base)}"
    if base >= FEW_IN_SHARES or figure.numerator is None:
        return said.printed()
    return f"{COUNT.printed(figure.numerator)} for {COUNT.printed(base)}"


def change(figure: Figure, measure: Measure) -> Value:
    """The change: `+5.0%`, `-1.0 pp`, in units for a difference; its status where there is none.

    Where the earlier count is under 50, the difference: `+5`. Of a percentage whose bases are not both 100 or more,
    `too few`, unless the change is significant.
    """
    in_units = Format(measure.decimals, signed=True)
    if figure.change is None:
        return Value(None, PERCENT_CHANGE, figure.change_status)
    if figure.change_unit == "pp":
        bases = (figure.denominator, figure.earlier_denominator)
        enough = figure.significant or all(base is None or base >= FEW_IN_SHARES for base in bases)
        points = replace(POINTS, decimals=0) if measure.unit == "percent" and not measure.decimals else POINTS
        return Value(figure.change, points) if enough else Value(None, points, TOO_FEW)
    if figure.change_unit == "units":
        return Value(figure.change, in_units)
    if _is_from_few(figure, measure) and figure.value is not None and figure.previous_value is not None:
        return Value(figure.value - figure.previous_value, in_units)
    return Value(figure.change, PERCENT_CHANGE)


def percent_change(figure: Figure, measure: Measure) -> Value:
    """The change where the difference has a column of its own: `too few` where it would be in its place."""
    moved = change(figure, measure)
    return Value(None, PERCENT_CHANGE, TOO_FEW) if is_in_units(figure, moved) else moved


def difference(figure: Figure, measure: Measure) -> Value:
    """How many more there are than a year before: `+272`; the status of the change where that is not known."""
    in_units = Format(measure.decimals, signed=True)
    if figure.value is None or figure.previous_value is None:
        return Value(None, in_units, figure.change_status or figure.status)
    return Value(figure.value - figure.previous_value, in_units)


def _is_from_few(figure: Figure, measure: Measure) -> bool:
    """Whether the earlier count, or the rows of an earlier mean, are too few for a change in per cent."""
    counted = {"count": figure.previous_value, "mean": figure.earlier_denominator}
    if measure.unit in RATE_SIZES:
        counted[measure.unit] = figure.earlier_numerator
    few = counted.get(measure.unit)
    return few is not None and few < FEW


def with_change(figure: Figure, measure: Measure) -> FigureCell:
    """The value with its change, and of a share what it is of and its interval: `87.2% of 143, 80.9% to 91.8%
    (+1.8 pp)`."""
    value, moved = now(figure, measure), change(figure, measure)
    shown = None if moved.status == TOO_FEW or (value.value is None and figure.value is not None) else moved
    if measure.unit != "percent" or figure.lower_95 is None or figure.upper_95 is None:
        return FigureCell(value, shown)
    ends = Value(figure.lower_95, format_of(measure)), Value(figure.upper_95, format_of(measure))
    return FigureCell(value, shown, Value(figure.denominator), *ends)


def interval(figure: Figure, measure: Measure) -> Cell:
    """The 95% interval, or the status in its place; `[z]` for a figure that has none."""
    if figure.lower_95 is None or figure.upper_95 is None:
        return Value(None, format_of(measure), figure.status if figure.value is None else NOT_APPLICABLE)
    return RangeCell(Value(figure.lower_95, format_of(measure)), Value(figure.upper_95, format_of(measure)))


def significance(figure: Figure, untested: str = NOT_APPLICABLE) -> str:
    """Whether a change is significant, in a table's cell; `untested` where there is a change and no test of it."""
    if figure.change_status or figure.significant is None:
        return figure.change_status or untested
    return "Yes" if figure.significant else "No"


def inline(title: str) -> str:
    """A title as it stands within a sentence: `police district`, but `Basic Command Unit` and `BCU`."""
    first, rest = title[:1], title[1:]
    return title if rest != rest.lower() else f"{first.lower()}{rest}"


def when(measure: Measure, window: Window) -> str:
    """A measure's window in a sentence: `in the 12 months to January 2021`, of a stock `at the end of January 2021`."""
    if measure.window == "at_period_end":
        return f"at the end of {window.end.label}"
    return f"in the {window.span}"


def window_heading(measure: Measure, window: Window) -> str:
    """A measure's window as it heads a column: `Year to Jan 2021`, of a stock `End of Jan 2021`."""
    said = window.short_label
    return f"End of {window.end.short_label}" if measure.window == "at_period_end" else said[:1].upper() + said[1:]


@dataclass(frozen=True)
class Recent:
    """What stands beside a total: the chart of its months and the latest of them, and the smallest rise that would have
    shown, as a fraction of the earlier figure; each None where there is none."""

    chart: MonthsExpected | None = None
    latest: Number | None = None
    rise: float | None = None


def movement(figure: Figure, measure: Measure, when: str, recent: Recent = Recent(), beside: Sequence[str] = ()) -> str:
    """One sentence: how the figure moved from the window before, what the test says of it, what stands out of the
    recent months, and the clauses on what it is held `beside`."""
    held = "".join(f"; {clause}" for clause in beside)
    return f"{_moved(figure, measure, when, recent)}{lately(figure, recent)}{held}."


def _moved(figure: Figure, measure: Measure, when: str, recent: Recent) -> str:
    subject = measure.subject or measure.title
    value = now(figure, measure).printed()
    if figure.value is None:
        return f"{subject.rstrip(',')}: {without_value(figure.status, measure)} {when}"
    if figure.change is None:
        return f"{subject} stood at {value} {when}, {_without_change(figure, measure)}"
    earlier, moved = before(figure, measure).printed(), change(figure, measure)
    if is_of_few(figure, measure):
        return f"{subject} was {value} {when}, after {earlier} a year before: too few for a percentage{weight(figure)}"
    if measure.unit == "times":
        return f"{subject} was {value} {when}, after {earlier} a year before"
    still = is_still(moved)
    if figure.trend == STABLE:
        size = "" if still else f", {moved.printed()}"
        return f"{subject} was little changed {when}, at {value} ({earlier} a year before{size})"
    if figure.trend == NO_CLEAR_CHANGE:
        shown = "" if recent.rise is None else f", and {would_not_show(recent.rise)}"
        return (
            f"{subject} was {value} {when}, after {earlier} a year before: no statistically significant change{shown}"
        )
    if still:
        return f"{subject} was much the same {when} at {value} ({earlier} a year before)"
    if moved.value is None:
        return f"{subject} was {value} {when}, after {earlier} a year before{weight(figure)}"
    verb = "rose" if figure.change > 0 else "fell"
    if is_in_units(figure, moved):
        return f"{subject} {verb} from {earlier} to {value} {when}{weight(figure)}"
    return f"{subject} {verb} by {size_of(moved)} to {value} {when}{weight(figure)}"


def is_still(moved: Value) -> bool:
    """Whether a change is printed as none."""
    return moved.value is not None and not moved.printed().startswith(("+", "-"))


def is_in_units(figure: Figure, moved: Value) -> bool:
    """Whether the difference is printed in the place of a change in per cent, which few could not bear."""
    return figure.change_unit == "percent" and moved.value is not None and moved.format != PERCENT_CHANGE


def lately(figure: Figure, recent: Recent) -> str:
    """The clause on the recent months, after the word that joins it to the verdict; nothing where none stands out."""
    chart = recent.chart
    if chart is None:
        return ""
    last, outside = Month.parse(chart.months[-1]), chart.outside[-1]
    if chart.run is not None:
        run = chart.run
        since = "for a year or more" if run.of_a_year else f"since {_named(run.first, last)}"
        than = f"it has been {_THAN[run.side]} than expected ({_sum(run.observed)} against {_sum(run.expected)})"
        return f"{_joined(figure, run.side)}{since} {than}{_from_before(figure, run.side)}"
    if outside is not None:
        return f"{_joined(figure, outside)}{_named(last, last)} itself {_month_itself(chart, recent.latest)}"
    if chart.ended:
        return f"{_joined(figure, chart.ended[0].side)}{_ended(chart.ended[0], last)}"
    return ""


_THAN: dict[Side, str] = {"high": "higher", "low": "lower"}
_DIRECTIONS: dict[str, Side] = {
    "Significant increase": "high",
    "Increase": "high",
    "Significant decrease": "low",
    "Decrease": "low",
}


def _joined(figure: Figure, side: Side) -> str:
    if figure.significant:
        return ", and " if _DIRECTIONS.get(figure.trend or "") == side else ", but "
    return ", but " if figure.trend in (STABLE, NO_CLEAR_CHANGE) else "; "


def _from_before(figure: Figure, side: Side) -> str:
    """Where the year moved one way and could be chance, and the recent months lie on the other side."""
    way = _DIRECTIONS.get(figure.trend or "")
    if figure.significant or way is None or way == side:
        return ""
    return f": the {'rise' if way == 'high' else 'fall'} is from before"


def _month_itself(chart: MonthsExpected, latest: Number | None) -> str:
    lower, upper = chart.lower[-1] or 0.0, chart.upper[-1] or 0.0
    count = "" if latest is None else f"{_sum(latest)}; "
    if chart.outside[-1] == "high":
        return f"stood out ({count}up to {math.floor(upper):,} expected)"
    return f"was unusually low ({count}{math.ceil(lower):,} or more expected)"


def _ended(run: Run, last: Month) -> str:
    """`June and July were higher than expected`, `June to August 2020 were`."""
    first, to = _named(run.first, run.last), _named(run.last, last)
    span = f"{first} and {to} were" if run.last.index - run.first.index == 1 else f"{first} to {to} were"
    return f"{span} {_THAN[run.side]} than expected ({_sum(run.observed)} against {_sum(run.expected)})"


def _named(month: Month, last: Month) -> str:
    """A month by its name; with its year where that is another than the last month's."""
    return month.label if month.year != last.year else month.label.split()[0]


def _sum(value: Number) -> str:
    return f"{round(value):,}"


def size_of(moved: Value) -> str:
    """A change without its sign, points written out."""
    if moved.format != POINTS:
        return moved.printed().lstrip("+-")
    size = moved.printed().lstrip("+-").removesuffix(POINTS.suffix)
    return f"{size}\u00a0percentage point" + ("" if size == "1.0" else "s")


_NOTHING_TO = {"percent": "take a percentage of", "mean": "take a mean of"}


def _nothing_to(measure: Measure) -> str:
    return _NOTHING_TO.get(measure.unit, "divide by")


def without_value(status: str, measure: Measure) -> str:
    """Why there is no figure, as a sentence goes on with it."""
    words = {
        CONFIDENTIAL: "the figure is confidential",
        NOT_AVAILABLE: "no figure is available",
        NOT_APPLICABLE: f"there is nothing to {_nothing_to(measure)}",
    }
    return f"{words[status]} {status}"


def _without_change(figure: Figure, measure: Measure) -> str:
    match figure.change_status:
        case "[c]":
            return "with a change that is confidential [c]"
        case "[x]":
            return "with no earlier figure to compare it with [x]"
    if figure.previous_value:
        return f"after {before(figure, measure).printed()} a year before"
    if figure.previous_value is None:
        return f"with nothing in the year before to {_nothing_to(measure)} [z]"
    if figure.value == 0:
        return "as in the year before"
    none = "where there was none" if measure.unit == "count" else f"where it was {number(0, measure)}"
    return f"{none} in the year before [z]"


def weight(figure: Figure) -> str:
    """What the verdict says of a change: significant, one that could be chance, or not significant."""
    if figure.significant is None:
        return ""
    if figure.significant:
        return ", a statistically significant change"
    return ", which could be chance" if figure.trend in _COULD_BE_CHANCE else ", no statistically significant change"


_COULD_BE_CHANCE = ("Increase", "Decrease")


def summary(pairs: Sequence[tuple[Measure, Figure]]) -> str:
    """What the indicators of a section say together: which of them changed significantly."""
    tested = [(measure, figure) for measure, figure in pairs if figure.significant is not None]
    if not tested and any(figure.change is not None for _, figure in pairs):
        return "The changes of these indicators are not tested."
    if not tested:
        return "None of these indicators can be compared with the year before."
    moved = [measure.short for measure, figure in tested if figure.significant]
    held = "indicator that can be compared" if len(tested) == 1 else "indicators that can be compared"
    start = f"Of the {len(tested)} {held} with the year before"
    if not moved:
        return f"{start}, none has a statistically significant change."
    have = "has" if len(moved) == 1 else "have"
    return f"{start}, {len(moved)} {have} a statistically significant change: {listed(moved)}."


def where(measure: Measure, level: Level, figures: Sequence[Figure], own: Figure | None, force: Figure) -> str:
    """Where a figure by area of a level is highest and lowest; of an area's own, where it stands among them.

    `figures` are those of the level's areas; `own` is the report's own, None in the force's report.
    """
    found = [(each.value, each) for each in figures if each.value is not None]
    known = sorted(found, key=lambda pair: -pair[0])
    subject = measure.subject or measure.title
    if len(known) < 2:
        return f"{subject} cannot be compared between {inline(level.plural)}."
    if own is None:
        ends = [f"{each.category} ({number(value, measure)})" for value, each in (known[0], known[-1])]
        same = number(known[0][0], measure) == number(known[-1][0], measure)
        return f"{subject} was the same everywhere: {ends[0]}." if same else _between(subject, ends)
    if own.value is None:
        return f"{subject}: {without_value(own.status, measure)} for {own.category}."
    higher = sum(value > own.value for value, _ in known)
    beside = number(force.value, measure, force.status)
    return (
        f"{subject} was {number(own.value, measure)} in {own.category}, {_ranked(higher, len(known))}; "
        f"the force's was {beside}."
    )


def _between(subject: str, ends: Sequence[str]) -> str:
    return f"{subject} was highest in {ends[0]} and lowest in {ends[1]}."


def _ranked(higher: int, among: int) -> str:
    words = {0: "the highest", among - 1: "the lowest"}
    return f"{words[higher]} of {among}" if higher in words else f"with {higher} of {among} higher"


def listed(words: Sequence[str]) -> str:
    """Words in a row: `a`, `a and b`, `a, b and c`; capitals only where the first letter is the word's own."""
    small = [word if word[:2].isupper() else word[0].lower() + word[1:] for word in words]
    return small[0] if len(small) == 1 else f"{', '.join(small[:-1])} and {small[-1]}"
