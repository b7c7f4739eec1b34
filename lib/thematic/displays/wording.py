"""Turns released figures into words: numbers as boards write them, and sentences that say what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thematic.measures.disclosure import CONFIDENTIAL
from thematic.measures.figures import Figure, half_width
from thematic.params.models import Measure

SIGNS = {"percent": "%", "count": "", "per_1000": ""}
LOW = "[low]"
NO_BREAK = "\u00a0"


def number(value: Any, measure: Measure, status: str = "") -> str:
    """A value as it is printed (`3,446`, `17.4%`), or `[low]` where only rounding makes it zero; else its status."""
    if value is None:
        return status
    printed = f"{value:,.{measure.decimals}f}"
    rounds_away = value != 0 and not printed.strip("-0.,")
    return LOW if rounds_away else f"{printed}{SIGNS[measure.unit]}"


def change(figure: Figure) -> str:
    """A change as it is printed: `+5.0%`, `-1.0 pp`; its status where there is none."""
    if figure["change"] is None:
        return str(figure["change_status"])
    unit = f"{NO_BREAK}pp" if figure["change_unit"] == "pp" else "%"
    return f"{signed(figure['change'])}{unit}"


def signed(value: float) -> str:
    """One decimal with its sign; a change that rounds to nothing has none."""
    text = f"{value:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text


def before(figure: Figure, measure: Measure) -> str:
    """The value of the window before as it is printed. With a count, "not applicable" speaks of the change alone: there
    were none before, and a reader is told so."""
    none_before = figure["change_status"] == "[z]" and measure.unit != "percent"
    return number(0 if none_before else figure["previous_value"], measure, figure["change_status"])


def with_change(figure: Figure, measure: Measure) -> str:
    """The value, the margin of a survey, and the change in brackets: `87.2% ± 5.5% (+1.8 pp)`."""
    value = number(figure["value"], measure, figure["status"])
    if figure["status"]:
        return value
    return f"{value}{margin(figure, measure)} ({change(figure)})".replace("([", "[").replace("])", "]")


def margin(figure: Figure, measure: Measure) -> str:
    """Half the width of a share's 95% interval, as boards read survey results."""
    half = half_width(figure)
    return "" if measure.test != "proportion" or half is None else f" ± {half:.{measure.decimals}f}%"


def significance(figure: Figure) -> str:
    """Whether a change is significant, in a table's cell; confidential where a count behind the test is."""
    if figure["change_status"] or figure["significant"] is None:
        return str(figure["change_status"]) or CONFIDENTIAL
    return "Yes" if figure["significant"] else "No"


def movement(figure: Figure, measure: Measure, window: str) -> str:
    """One sentence: how the figure moved from the window before, and whether that is more than chance would give."""
    subject = measure.subject or measure.title
    value = number(figure["value"], measure, figure["status"])
    if figure["status"]:
        return f"{subject}: {_WITHOUT_VALUE[figure['status']]} for the {window}."
    if figure["change_status"]:
        return f"{subject} stood at {value} in the {window}, {_without_change(figure, measure)}."
    before = number(figure["previous_value"], measure)
    if signed(figure["change"]) == "0.0":
        return f"{subject} was much the same in the {window} at {value} ({before} a year before)."
    verb = "rose" if figure["change"] > 0 else "fell"
    size = (
        change(figure).lstrip("+-").replace("pp", "percentage points").replace("1.0\u00a0percentage points", _ONE_POINT)
    )
    return f"{subject} {verb} by {size} to {value} in the {window}{_weight(figure)}."


_ONE_POINT = "1.0\u00a0percentage point"
_WITHOUT_VALUE = {
    "[c]": "the figure is confidential [c]",
    "[x]": "no figure is available [x]",
    "[z]": "there is nothing to take a percentage of [z]",
}


def _without_change(figure: Figure, measure: Measure) -> str:
    if figure["change_status"] == "[c]":
        return "with a change that is confidential [c]"
    if figure["change_status"] == "[x]":
        return "with no earlier figure to compare it with [x]"
    if measure.unit == "percent":
        return "with nothing in the year before to take a percentage of [z]"
    return "as in the year before" if figure["value"] == 0 else "where there was none in the year before [z]"


def _weight(figure: Figure) -> str:
    if figure["significant"] is None:
        return ""
    return ", a statistically significant change" if figure["significant"] else ", a change within normal variation"


def summary(pairs: Sequence[tuple[Measure, Figure]]) -> str:
    """What the indicators of a section say together: which of them changed by more than chance would give."""
    tested = [(measure, figure) for measure, figure in pairs if figure["significant"] is not None]
    if not tested:
        return "None of these indicators can be compared with the year before."
    moved = [measure.short for measure, figure in tested if figure["significant"]]
    held = "indicator that can be compared" if len(tested) == 1 else "indicators that can be compared"
    if not moved:
        return f"Of the {len(tested)} {held} with the year before, none changed by more than normal variation."
    return (
        f"Of the {len(tested)} {held} with the year before, {len(moved)} changed by more than normal variation: "
        f"{listed(moved)}."
    )


def where(measure: Measure, figures: Sequence[Figure], own: Figure | None, force: Figure) -> str:
    """Where a rate or a count by LPU is highest and lowest; of an LPU's own, where it stands among them.

    `figures` are those of the LPUs; `own` is the report's own, None in the force's report.
    """
    known = sorted((each for each in figures if not each["status"]), key=lambda each: -each["value"])
    subject = measure.subject or measure.title
    if len(known) < 2:
        return f"{subject} cannot be compared between Local Policing Units."
    if own is None:
        high, low = known[0], known[-1]
        ends = [f"{each['category']} ({number(each['value'], measure)})" for each in (high, low)]
        same = number(high["value"], measure) == number(low["value"], measure)
        return f"{subject} was the same everywhere: {ends[0]}." if same else _between(subject, ends)
    if own["status"]:
        return f"{subject}: {_WITHOUT_VALUE[own['status']]} for {own['category']}."
    higher = sum(each["value"] > own["value"] for each in known)
    beside = number(force["value"], measure, force["status"])
    return (
        f"{subject} was {number(own['value'], measure)} in {own['category']}, {_ranked(higher, len(known))}; "
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
