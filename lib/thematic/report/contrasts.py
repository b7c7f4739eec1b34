"""Sets a report's figures beside those of other areas for its main points: an area's beside the force's, and the units
of the force beside it."""

from __future__ import annotations

from thematic.core.areas import NO_LOCATION
from thematic.displays.drivers import joined
from thematic.displays.wording import before, inline, is_of_few, now, number
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.measures.standing import beside_force
from thematic.params.measures import RATE_SIZES, Measure
from thematic.params.themes import FORCE_ROW, TOTAL
from thematic.report.subjects import Subject
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE

MOST_UNITS = 3
FEW_COUNTS = 20
"""Two counts under it are too few to be compared."""
OPPOSITE = 0.5
"""A unit that went the other way is a contrast where it moved at least so much of what the force did."""
SHOWS_IN_A_CONTRAST, SHOWS_AS_STILL = 0.42, 0.28
"""The largest rise, as a fraction, that might not show in an area's figure which is said to go the other way than the
force's (about a third), or not to have moved (about a quarter)."""


def differs(figures: Figures, each: Subject) -> bool:
    """Whether an area's own figure is news beside the force's: it went the other way, or did not move where one of the
    theme's main figures did in the force; never a figure of so few that hardly any change would show."""
    if each.force is None or is_of_few(each.figure, each.measure) or is_too_few(each):
        return False
    rise = figures.rises.get(each.name)
    if each.opposes:
        return rise is None or rise <= SHOWS_IN_A_CONTRAST
    still = each.figure.trend in (STABLE, NO_CLEAR_CHANGE)
    return bool(each.is_main and each.force.significant and still and (rise is None or rise <= SHOWS_AS_STILL))


def is_too_few(each: Subject) -> bool:
    """Whether a count now and a year before are both too small to be compared."""
    counts = (each.figure.value, each.figure.previous_value)
    return each.measure.unit == "count" and all(count is not None and count < FEW_COUNTS for count in counts)


def ends(figure: Figure, measure: Measure) -> str:
    """`8.8% to 10.3%`."""
    return f"{before(figure, measure).printed()} to {now(figure, measure).printed()}"


def verb(figure: Figure) -> str:
    return "rose" if (figure.change or 0) > 0 else "fell"


def of_force(each: Subject, force: Figure) -> str:
    """`the force's rose significantly (8.8% to 10.3%)`, or that it did not change significantly."""
    moved = f"{verb(force)} significantly" if force.significant else "did not change significantly"
    return f"the force's {moved} ({ends(force, each.measure)})"


def units_that_moved(data: ReportData, figures: Figures, name: str) -> list[Figure]:
    """In the force's report the units whose own change is significant, the largest first."""
    if not data.area.is_force or data.params.units not in data.theme.measures[name]:
        return []
    found = [row for row in figures.of(name, data.params.units) if row.significant and row.category != NO_LOCATION]
    return sorted(found, key=lambda row: (-abs(row.change or 0), row.category))


def contrast(figures: Figures, each: Subject, units: str) -> Figure | None:
    """The unit that moved most against the force, by half of what the force did or more, with a verdict of its own."""
    moved = each.figure.change or 0
    rows = [
        row
        for row in figures.of(each.name, units)
        if row.category != NO_LOCATION
        and row.change is not None
        and row.significant is not None
        and row.trend not in (STABLE, NO_CLEAR_CHANGE)
        and row.change * moved < 0
        and abs(row.change) >= OPPOSITE * abs(moved)
        and not is_of_few(row, each.measure)
    ]
    return max(rows, key=lambda row: (abs(row.change or 0), row.category), default=None)


def level(data: ReportData, figures: Figures, first: Subject) -> str:
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
    are = "is" if len(above) == 1 else "are"
    return f"{joined(told)} {are} well above the force's {number(force.value, measure)} {per}."


def _own_level(figures: Figures, name: str, measure: Measure, per: str) -> str:
    own, force = figures.one(name), figures.one(name, FORCE_ROW)
    word = beside_force(own, force)
    if word in ("", "near") or own.lower_95 is None or own.upper_95 is None:
        return ""
    ends = f"{number(own.lower_95, measure)} to {number(own.upper_95, measure)}"
    value, theirs = number(own.value, measure), number(force.value, measure)
    return f"The rate, {value} {per} ({ends}), is {word} the force's {theirs}."
