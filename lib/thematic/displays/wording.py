"""Turns released figures into cells and words: numbers as boards write them, and sentences that say what they show."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.core.periods import Window
from thematic.displays.values import PERCENT_CHANGE, POINTS, Cell, FigureCell, Format, RangeCell, Value
from thematic.measures.disclosure import CONFIDENTIAL, NOT_APPLICABLE, NOT_AVAILABLE
from thematic.measures.figures import LOW, Figure, Number
from thematic.params.areas import Level
from thematic.params.measures import Measure

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
    return Value(value, format, LOW if format.is_low(value) else "")


def number(value: Number | None, measure: Measure, status: str = "") -> str:
    """A value as it is printed in a sentence."""
    return value_of(value, measure, status).printed()


def now(figure: Figure, measure: Measure) -> Value:
    """The value of a figure's window."""
    return value_of(figure.value, measure, figure.status)


def before(figure: Figure, measure: Measure) -> Value:
    """The value of the window a year before."""
    return value_of(figure.previous_value, measure, figure.change_status)


def change(figure: Figure, measure: Measure) -> Value:
    """The change: `+5.0%`, `-1.0 pp`, in units for a difference; its status where there is none."""
    in_units = Format(measure.decimals, signed=True)
    format = {"pp": POINTS, "units": in_units}.get(figure.change_unit, PERCENT_CHANGE)
    return Value(figure.change, format, figure.change_status if figure.change is None else "")


def margin(figure: Figure, measure: Measure) -> Value | None:
    """Half the width of a share's 95% interval, as boards read it; None for what has none."""
    if measure.unit != "percent" or figure.lower_95 is None or figure.upper_95 is None:
        return None
    return Value((figure.upper_95 - figure.lower_95) / 2, format_of(measure))


def with_change(figure: Figure, measure: Measure) -> FigureCell:
    """The value, its margin and its change: `87.2% ± 5.5% (+1.8 pp)`."""
    return FigureCell(now(figure, measure), margin(figure, measure), change(figure, measure))


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


def movement(figure: Figure, measure: Measure, when: str) -> str:
    """One sentence: how the figure moved from the window before, and whether that is more than chance would give."""
    subject = measure.subject or measure.title
    value = number(figure.value, measure, figure.status)
    if figure.value is None:
        return f"{subject}: {_without_value(figure.status, measure)} {when}."
    if figure.change is None:
        return f"{subject} stood at {value} {when}, {_without_change(figure, measure)}."
    earlier, moved = number(figure.previous_value, measure), change(figure, measure)
    if not moved.printed().startswith(("+", "-")):
        return f"{subject} was much the same {when} at {value} ({earlier} a year before)."
    verb = "rose" if figure.change > 0 else "fell"
    return f"{subject} {verb} by {_size(moved)} to {value} {when}{_weight(figure)}."


def _size(moved: Value) -> str:
    """A change without its sign, points written out."""
    if moved.format != POINTS:
        return moved.printed().lstrip("+-")
    size = moved.printed().lstrip("+-").removesuffix(POINTS.suffix)
    return f"{size}\u00a0percentage point" + ("" if size == "1.0" else "s")


_NOTHING_TO = {"percent": "take a percentage of", "mean": "take a mean of"}


def _nothing_to(measure: Measure) -> str:
    return _NOTHING_TO.get(measure.unit, "divide by")


def _without_value(status: str, measure: Measure) -> str:
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
    if figure.previous_value is None:
        return f"with nothing in the year before to {_nothing_to(measure)} [z]"
    if figure.value == 0:
        return "as in the year before"
    none = "where there was none" if measure.unit == "count" else f"where it was {number(0, measure)}"
    return f"{none} in the year before [z]"


def _weight(figure: Figure) -> str:
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
        return f"{subject}: {_without_value(own.status, measure)} for {own.category}."
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
