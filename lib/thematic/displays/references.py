"""The words for where a figure is beside a target or a benchmark, in one place: none claims more than its test does."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.core.periods import Month
from thematic.displays.wording import value_of
from thematic.measures.references import Reference, Standing
from thematic.params.measures import Measure

MET, NOT_MET, OPEN = "met", "not met", "no significant difference"
TARGET = "Target"


def heading(reference: Reference) -> str:
    """What heads a column of such references, and names a line across a chart."""
    return TARGET if reference.is_target else reference.group


def side(found: Standing) -> str:
    """`significantly above`, `above` where that is not tested, `not significantly different from`, `the same as`."""
    if found.side == "at":
        return "the same as"
    if found.significant is False:
        return "not significantly different from"
    return f"significantly {found.side}" if found.significant else found.side


def verdict(reference: Reference, found: Standing) -> str:
    """Of a target whether it is met, of a benchmark on which side of it the figure is; of either where the test finds
    no difference, that."""
    if found.significant is False and found.side != "at":
        return OPEN
    if reference.is_target:
        return MET if found.side in (reference.good, "at") else NOT_MET
    return f"figure is {'the same' if found.side == 'at' else side(found)}"


def clause(reference: Reference, found: Standing, measure: Measure, end: Month) -> str:
    """What a sentence adds: `the figure is significantly below the target of 90.0%, which is not met`; of a benchmark
    `England and Wales: 8.4, and the figure is significantly above it`. A benchmark of an earlier time says of which."""
    value, dated = value_of(reference.value, measure).printed(), _dated(reference, end)
    if reference.is_target:
        of_group = f" ({', '.join(part for part in (reference.group, dated) if part)})" if reference.group else ""
        said = verdict(reference, found)
        met = "" if said == OPEN else f", which is {said}"
        return f"the figure is {side(found)} the target of {value}{of_group}{met}"
    when = f" ({dated})" if dated else ""
    return f"{reference.group}: {value}{when}, and the figure is {side(found)} it"


def _dated(reference: Reference, end: Month) -> str:
    """`to March 2020`; nothing for the figure's own end."""
    month = None if reference.until is None else Month.containing(reference.until)
    return "" if month is None or month == end else f"to {month.label}"


def label(reference: Reference, measure: Measure) -> str:
    """What stands at the line across a chart: `Target 90.0%`, `England and Wales 8.4`."""
    return f"{heading(reference)} {value_of(reference.value, measure).printed()}"


def sources(pairs: Sequence[tuple[Measure, Reference]]) -> list[str]:
    """Notes under a table or a chart: of which time each benchmark is, and who published it."""
    told: dict[tuple[str, str, str], list[str]] = {}
    for measure, each in pairs:
        if each.until is not None:
            month = Month.containing(each.until).label
            told.setdefault((each.group, month, each.source), []).append(measure.short)
    return [
        f"{group}: {', '.join(dict.fromkeys(shorts))}, to {month} ({source.rstrip('.')})."
        for (group, month, source), shorts in told.items()
    ]


NOTE = (
    "Targets and benchmarks are fixed figures. Where it says significant, the figure differs from one by more than "
    "chance alone would often give (5%, two-sided); met or not met goes by the figure as printed."
)
